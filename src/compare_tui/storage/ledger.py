"""Grants places in the limits, in one transaction for all lanes and all processes.

Without a limit a place is granted at once and written afterwards, so that a limit that is set later knows of it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from compare_tui.domain.errors import StorageError
from compare_tui.domain.lanes import Lane
from compare_tui.domain.limits import Limits, Refusal, check_per_minute
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.ports import Clock, Place
from compare_tui.storage.database import Database
from compare_tui.storage.places import (
    delete_old_places,
    delete_place,
    free_places_of_the_dead,
    pull_back,
    put_places,
    settle_places,
    times_in_window,
)
from compare_tui.storage.worker import Worker

_CLOSE_LIMIT_S: Final = 1.0
_WAIT_LIMIT_S: Final = 3.0


class SqliteLedger:
    """Implements the `Ledger` port on a `Database`, in a thread of its own.

    `on_notice` takes one safe line when a limit could not be kept, and may be called from any thread.
    """

    def __init__(
        self,
        database: Database,
        limits: Limits,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        on_notice: Callable[[str], None],
        wait_limit_s: float = _WAIT_LIMIT_S,
    ) -> None:
        self._database = database
        self._limits = limits
        self._clock = clock
        self._new_id = new_id
        self._on_notice = on_notice
        self._wait_limit_s = wait_limit_s
        self._worker = Worker("ledger")
        self._settled: deque[str] = deque()

    async def reserve(self, lanes: Sequence[Lane]) -> tuple[Place, ...] | Refusal:
        """Take one place per lane, all or none. If the database cannot be used within 3 s, the places are granted."""
        places = tuple(Place(self._new_id(), lane.id) for lane in lanes)
        job = self._worker.submit(partial(self._take, places, tuple(lanes)))
        if self._limits.answers_per_minute is None:
            return places
        answer = asyncio.wrap_future(job)
        answer.add_done_callback(_look_at)
        try:
            await asyncio.wait((answer,), timeout=self._wait_limit_s)
        except asyncio.CancelledError:
            for place in places:
                await self.release(place)
            raise
        if not answer.done():
            return self._granted_unchecked(places, "another process does not give it free")
        fault = answer.exception()
        if isinstance(fault, StorageError):
            return self._granted_unchecked(places, str(fault))
        return answer.result() or places

    async def settle(self, place: Place) -> None:
        """The request went out. It is written afterwards, together with others."""
        self._settled.append(place.id)
        self._worker.submit(self._write_settled)

    async def release(self, place: Place) -> None:
        """Nothing was sent: the place is free for what is reserved from now on."""
        self._worker.submit(partial(self._give_back, place.id))

    def close(self) -> None:
        """Write what is left, within a second. The database stays open."""
        self._worker.submit(self._write_settled)
        self._worker.close(_CLOSE_LIMIT_S)

    def _granted_unchecked(self, places: tuple[Place, ...], why: str) -> tuple[Place, ...]:
        self._on_notice(make_safe_line(f"The limit answers_per_minute could not be checked: {why}"))
        return places

    # In the thread

    def _take(self, places: Sequence[Place], lanes: Sequence[Lane]) -> Refusal | None:
        with self._database.write() as db:
            now = self._clock.wall()
            refusal = self._check(db, len(places), now)
            if refusal is None:
                put_places(db, places, lanes, now_ms=int(now * 1000), owner=self._database.owner)
            return refusal

    def _check(self, db: sqlite3.Connection, wanted: int, now: float) -> Refusal | None:
        if self._limits.answers_per_minute is None:
            return None
        now_ms = int(now * 1000)
        delete_old_places(db, now_ms)
        free_places_of_the_dead(db, own=self._database.owner, is_alive=self._database.is_alive)
        pull_back(db, now_ms)
        return check_per_minute(times_in_window(db, now_ms), wanted, self._limits.answers_per_minute, now)

    def _write_settled(self) -> None:
        ids = []
        with suppress(IndexError):
            while True:
                ids.append(self._settled.popleft())
        if not ids:
            return
        try:
            with self._database.write() as db:
                settle_places(db, ids)
        except StorageError:
            self._settled.extendleft(ids)

    def _give_back(self, place: str) -> None:
        with self._database.write() as db:
            delete_place(db, place)


def _look_at(answer: asyncio.Future[Refusal | None]) -> None:
    """Take note of a fault that came too late for anyone to wait for it."""
    if not answer.cancelled():
        answer.exception()
