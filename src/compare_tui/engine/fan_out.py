"""The fan-out: lifts a backend that gives one stream per model to the comparison-level port (decision 1)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import StreamCut, StreamEnded, StreamFailed
from compare_tui.domain.lanes import LaneId
from compare_tui.domain.messages import AnswerRequest
from compare_tui.engine.ports import Emit, LaneSource, TellsCosts


class FanOut:
    """A `ComparisonSource` made of a `LaneSource`: every lane in a task of its own."""

    def __init__(self, source: LaneSource) -> None:
        self._source = source

    def start(self, requests: Sequence[AnswerRequest], emit: Emit) -> FanOutStream:
        """Ask every lane at once."""
        return FanOutStream(self._source, requests, emit)

    async def cost_of(self, generation_id: str) -> float | None:
        """Pass on, where the source can tell."""
        return await self._source.cost_of(generation_id) if isinstance(self._source, TellsCosts) else None

    async def warm_up(self) -> None:
        """Pass on."""
        await self._source.warm_up()

    async def aclose(self) -> None:
        """Pass on."""
        await self._source.aclose()


class FanOutStream:
    """The running tasks of one `start`. The lane of an event is the lane of its task, whatever the server says."""

    def __init__(self, source: LaneSource, requests: Sequence[AnswerRequest], emit: Emit) -> None:
        self._tasks = {
            request.lane.id: asyncio.create_task(
                _pump(source, request, emit), name=f"lane {request.lane.id}: {request.lane.model}"
            )
            for request in requests
        }

    def stop(self, lane: LaneId) -> None:
        """Cancel the lane's task: its connection closes."""
        if task := self._tasks.get(lane):
            task.cancel()

    async def wait(self) -> None:
        """Wait for all tasks."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


async def _pump(source: LaneSource, request: AnswerRequest, emit: Emit) -> None:
    lane = request.lane.id
    ended = False
    try:
        async with aclosing(source.stream(request)) as events:
            async for event in events:
                emit(lane, event)
                ended = isinstance(event, StreamEnded | StreamCut)
                if ended:
                    return
    except Exception as fault:  # a fault of ours in one source must not disturb the other lanes
        # The text of an unforeseen exception may hold anything, a key too: only its type is told.
        message = f"This program failed while reading the stream ({type(fault).__name__})."
        emit(lane, StreamFailed(AnswerError(ErrorKind.PROTOCOL, message)))
        emit(lane, StreamEnded(done=False))
        return
    if not ended:
        emit(lane, StreamCut("the source stopped without an end"))
