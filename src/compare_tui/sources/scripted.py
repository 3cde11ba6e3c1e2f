"""The `scripted` backend: models that say what a script says, at the script's pace. For tests and pictures."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from compare_tui.domain.events import StreamCut, StreamEnded, StreamEvent
from compare_tui.domain.messages import AnswerRequest
from compare_tui.engine.ports import Clock


@dataclass(frozen=True, slots=True)
class Step:
    """One event, and how long after the one before it comes."""

    delay_s: float
    event: StreamEvent


Script: TypeAlias = Sequence[Step]


class ScriptedSource:
    """A LaneSource that plays scripts. A script without an end of its own ends whole."""

    def __init__(self, *, clock: Clock, script_for: Callable[[AnswerRequest], Script]) -> None:
        self._clock = clock
        self._script_for = script_for

    async def stream(self, request: AnswerRequest) -> AsyncGenerator[StreamEvent, None]:
        """Play the request's script; see LaneSource."""
        due_at = self._clock.monotonic()
        for step in self._script_for(request):
            # Each step has its own moment, so that the lateness of one does not add to the next.
            due_at += step.delay_s
            wait_s = due_at - self._clock.monotonic()
            if wait_s > 0:
                await self._clock.sleep(wait_s)
            yield step.event
            if isinstance(step.event, StreamEnded | StreamCut):
                return
        yield StreamEnded(done=True)

    async def warm_up(self) -> None:
        """There is nothing to warm."""

    async def aclose(self) -> None:
        """There is nothing to give back."""
