"""The answers that are live, of all comparisons: stopping them, waiting for them, patience with them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from compare_tui.domain.lanes import LaneId
from compare_tui.engine.answer_run import AnswerRun
from compare_tui.engine.comparison import Comparison
from compare_tui.engine.ports import Clock

_PATIENCE_TICK_S = 0.25


class LiveRuns:
    """Keeps the runs until they end, and the tasks that work for them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._runs: dict[str, AnswerRun] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._patience: asyncio.Task[None] | None = None

    def add(self, run: AnswerRun) -> None:
        """Take in a run that begins."""
        self._runs[run.feed.id] = run

    def ended(self, run: AnswerRun) -> None:
        """Let go of a run whose answer is final."""
        del self._runs[run.feed.id]
        self.spawn(run.drain())

    def of(
        self, comparison: Comparison | None = None, *, lane: LaneId | None = None, turn: int | None = None
    ) -> list[AnswerRun]:
        """Return the live runs that match all that is given."""
        return [
            run
            for run in self._runs.values()
            if (comparison is None or run.comparison is comparison)
            and lane in (None, run.feed.lane.id)
            and turn in (None, run.feed.turn)
        ]

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run `work`; `close` waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def watch(self) -> None:
        """Look at the runs' patience as long as there are any."""
        if self._patience is None or self._patience.done():
            self._patience = asyncio.create_task(self._watch())

    async def wait(self, comparison: Comparison) -> None:
        """Wait until no answer of the comparison is live."""
        while runs := self.of(comparison):
            await asyncio.gather(*(run.finished.wait() for run in runs))

    async def drain(self) -> None:
        """Wait for all that works behind answers; they must have been stopped."""
        if self._patience is not None:
            self._patience.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def abandon(self) -> None:
        """Wait no longer."""
        for task in self._tasks:
            task.cancel()

    async def _watch(self) -> None:
        while self._runs:
            await self._clock.sleep(_PATIENCE_TICK_S)
            for run in list(self._runs.values()):
                run.check_patience()
