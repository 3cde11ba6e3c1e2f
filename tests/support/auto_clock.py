"""A clock that runs by itself, from one sleeper to the next: everything takes its exact time, and no time at all."""

from __future__ import annotations

import asyncio
import heapq
import itertools

from tests.support.manual_clock import settle


class AutoClock:
    """Implements the `Clock` port."""

    def __init__(self, wall: float = 1_800_000_000.0) -> None:
        self._wall = wall
        self._now = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._pump: asyncio.Task[None] | None = None

    def wall(self) -> float:
        return self._wall + self._now

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), future))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run())
        await future

    async def _run(self) -> None:
        while self._sleepers:
            await settle()
            at, _, future = heapq.heappop(self._sleepers)
            if not future.done():  # a sleeper that was cancelled moves no time
                self._now = max(self._now, at)
                future.set_result(None)
