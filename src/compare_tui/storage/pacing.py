"""When lanes may be asked as far as servers are concerned: paces that all copies share, and what servers said."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from compare_tui.domain.errors import StorageError
from compare_tui.domain.lanes import Lane
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.server_limits import Pace, SeenLimit, ServerLimit, Wait, exhausted_for_s, next_slot, scope_of
from compare_tui.engine.ports import Clock
from compare_tui.storage.database import Database
from compare_tui.storage.values import float_value, ms_value, text_value
from compare_tui.storage.worker import Worker

T = TypeVar("T")

_CLOSE_LIMIT_S: Final = 1.0
_WAIT_LIMIT_S: Final = 3.0
_KEPT_MS: Final = 3600 * 1000


class SqlitePacing:
    """Implements the `Pacing` port on a `Database`, in a thread of its own. A fault lets the lanes go at once.

    What servers said is read from the file once; only lanes that keep a pace ever wait for it afterwards.
    """

    def __init__(self, database: Database, paces: Mapping[str, Pace], *, clock: Clock) -> None:
        self._database = database
        self._paces = paces
        self._clock = clock
        self._said: dict[tuple[str, str, str], SeenLimit] = {}
        self._worker = Worker("pacing")
        self._worker.submit(self._load)

    def seen(self, lane: Lane, limit: ServerLimit) -> None:
        """Keep what a server said, with the time."""
        scope = scope_of(lane, self._paces.get(lane.backend))
        seen = SeenLimit(lane.backend, scope, limit, self._clock.wall())
        self._said[lane.backend, scope, limit.name] = seen
        self._worker.submit(partial(self._keep, seen))

    async def wait(self, lanes: Sequence[Lane]) -> tuple[Wait | None, ...]:
        """Return for each lane how long it must wait, and take the slots of paced lanes: at most 3 s for the file."""
        now = self._clock.wall()
        waits = [self._until_reset(lane, now) for lane in lanes]
        paced = [place for place, lane in enumerate(lanes) if self._pace(lane) is not None and waits[place] is None]
        if not paced:
            return tuple(waits)
        job = asyncio.wrap_future(self._worker.submit(partial(self._take_slots, [lanes[place] for place in paced])))
        try:
            slots = await asyncio.wait_for(asyncio.shield(job), _WAIT_LIMIT_S)
        except (StorageError, TimeoutError):
            job.add_done_callback(_look_at)
            return tuple(waits)
        for place, wait in zip(paced, slots, strict=True):
            waits[place] = wait
        return tuple(waits)

    def known(self) -> tuple[SeenLimit, ...]:
        """Return what servers said, the latest first. Raises StorageError."""
        with self._database.read() as db:
            return tuple(_read(db))

    def close(self) -> None:
        """Write what is left, within a second. The database stays open."""
        self._worker.close(_CLOSE_LIMIT_S)

    # In the thread

    def _load(self) -> None:
        with self._database.read() as db:
            for seen in _read(db):
                self._said.setdefault((seen.backend, seen.scope, seen.limit.name), seen)

    def _keep(self, seen: SeenLimit) -> None:
        limit = seen.limit
        counts = (float_value(limit.allowed), float_value(limit.remaining), ms_value(limit.resets_at))
        with self._database.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO server_limits VALUES (?, ?, ?, ?, ?, ?, ?)",
                (seen.backend, text_value(seen.scope), limit.name, *counts, int(seen.seen_at * 1000)),
            )

    def _take_slots(self, lanes: Sequence[Lane]) -> list[Wait | None]:
        now = self._clock.wall()
        with self._database.write() as db:
            db.execute("DELETE FROM slots WHERE at_ms < ?", (int(now * 1000) - _KEPT_MS,))
            return [self._take_slot(db, lane, now) for lane in lanes]

    def _until_reset(self, lane: Lane, now: float) -> Wait | None:
        scope = scope_of(lane, self._paces.get(lane.backend))
        said = [seen for key, seen in self._said.items() if key[:2] == (lane.backend, scope)]
        last = max(said, key=lambda seen: exhausted_for_s(seen.limit, now), default=None)
        if last is None or not exhausted_for_s(last.limit, now):
            return None
        at = datetime.fromtimestamp(last.seen_at).strftime("%H:%M:%S")
        reason = f"{last.backend} said at {at} that nothing is left of {last.limit.name} for {last.scope}."
        return Wait(exhausted_for_s(last.limit, now), make_safe_line(reason))

    def _take_slot(self, db: sqlite3.Connection, lane: Lane, now: float) -> Wait | None:
        pace = self._pace(lane)
        assert pace is not None
        key = (lane.backend, pace.suffix)
        rows = db.execute("SELECT at_ms FROM slots WHERE (backend, scope) = (?, ?)", key)
        at = next_slot([at_ms / 1000 for (at_ms,) in rows], pace, now)
        db.execute("INSERT INTO slots VALUES (?, ?, ?)", (*key, int(at * 1000)))
        if at <= now:
            return None
        per = "a minute" if pace.window_s == 60 else f"in {pace.window_s:g} s"
        return Wait(at - now, f"{lane.backend} takes {pace.requests} requests to {pace.suffix} models {per}.")

    def _pace(self, lane: Lane) -> Pace | None:
        pace = self._paces.get(lane.backend)
        return pace if pace is not None and lane.model.endswith(pace.suffix) else None


def _read(db: sqlite3.Connection) -> list[SeenLimit]:
    rows = db.execute(
        """SELECT backend, scope, name, allowed, remaining, resets_ms, seen_ms FROM server_limits
        ORDER BY seen_ms DESC"""
    )
    return [
        SeenLimit(
            make_safe_line(backend),
            make_safe_line(scope),
            ServerLimit(make_safe_line(name), allowed, remaining, None if resets_ms is None else resets_ms / 1000),
            seen_ms / 1000,
        )
        for backend, scope, name, allowed, remaining, resets_ms, seen_ms in rows
    ]


def _look_at(job: asyncio.Future[T]) -> None:
    """Take note of a fault that came too late for anyone to wait for it."""
    if not job.cancelled():
        job.exception()
