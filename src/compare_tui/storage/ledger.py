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
from typing import Final, TypeVar

from compare_tui.domain.errors import StorageError
from compare_tui.domain.lanes import Lane
from compare_tui.domain.limits import Claim, LaneClaim, Limits, Refusal, check
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.ports import NO_DEMAND, Clock, Demand, Place
from compare_tui.storage.database import Database
from compare_tui.storage.places import (
    TakenPlaces,
    charge_places,
    delete_old_places,
    delete_place,
    free_places_of_the_dead,
    pull_back,
    put_places,
    settle_places,
)
from compare_tui.storage.worker import Worker

T = TypeVar("T")

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
        self._charged: deque[tuple[str, float]] = deque()

    async def reserve(self, lanes: Sequence[Lane], demand: Demand = NO_DEMAND) -> tuple[Place, ...] | Refusal:
        """Take one place per lane, all or none. If the database cannot be used within 3 s, the places are granted."""
        places = tuple(Place(self._new_id(), lane.id) for lane in lanes)
        job = self._worker.submit(partial(self._take, places, tuple(lanes), demand))
        if self._limits.is_open:
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

    async def charge(self, place: Place, cost_usd: float) -> None:
        """The answer has cost this. It is written afterwards, together with others."""
        self._charged.append((place.id, cost_usd))
        self._worker.submit(self._write_settled)

    async def release(self, place: Place) -> None:
        """Nothing was sent: the place is free for what is reserved from now on."""
        self._worker.submit(partial(self._give_back, place.id))

    def close(self) -> None:
        """Write what is left, within a second. The database stays open."""
        self._worker.submit(self._write_settled)
        self._worker.close(_CLOSE_LIMIT_S)

    def _granted_unchecked(self, places: tuple[Place, ...], why: str) -> tuple[Place, ...]:
        self._on_notice(make_safe_line(f"The limits could not be checked: {why}"))
        return places

    # In the thread

    def _take(self, places: Sequence[Place], lanes: Sequence[Lane], demand: Demand) -> Refusal | None:
        with self._database.write() as db:
            now = self._clock.wall()
            refusal = self._check(db, lanes, demand, now)
            if refusal is None:
                put_places(db, places, lanes, demand, now_ms=int(now * 1000), owner=self._database.owner)
            return refusal

    def _check(self, db: sqlite3.Connection, lanes: Sequence[Lane], demand: Demand, now: float) -> Refusal | None:
        if self._limits.is_open:
            return None
        now_ms = int(now * 1000)
        delete_old_places(db, now_ms)
        free_places_of_the_dead(db, own=self._database.owner, is_alive=self._database.is_alive)
        pull_back(db, now_ms)
        return check(self._limits, _claim(lanes, demand), TakenPlaces(db, now), now)

    def _write_settled(self) -> None:
        settled, charged = _drained(self._settled), _drained(self._charged)
        if not settled and not charged:
            return
        try:
            with self._database.write() as db:
                settle_places(db, settled)
                charge_places(db, charged)
        except StorageError:
            self._settled.extendleft(reversed(settled))
            self._charged.extendleft(reversed(charged))

    def _give_back(self, place: str) -> None:
        with self._database.write() as db:
            delete_place(db, place)


def _claim(lanes: Sequence[Lane], demand: Demand) -> Claim:
    worst = (*demand.worst_usd, *(None,) * len(lanes))
    claims = tuple(LaneClaim(lane.backend, lane.model, usd) for lane, usd in zip(lanes, worst, strict=False))
    return Claim(claims, demand.turn, demand.is_extended)


def _drained(waiting: deque[T]) -> list[T]:
    taken = []
    with suppress(IndexError):
        while True:
            taken.append(waiting.popleft())
    return taken


def _look_at(answer: asyncio.Future[Refusal | None]) -> None:
    """Take note of a fault that came too late for anyone to wait for it."""
    if not answer.cancelled():
        answer.exception()
