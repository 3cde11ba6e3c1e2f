"""The demonstration's source: the embedded model, or a recording of it where it cannot run."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from compare_tui.domain.events import StreamEvent, WarningRaised
from compare_tui.domain.messages import AnswerRequest
from compare_tui.engine.ports import LaneSource
from compare_tui.sources.local import LocalSource
from compare_tui.sources.local_faults import LocalModelError


class LocalOrRecorded:
    """A `LaneSource`. Why a recording is replayed is said in every answer that is one."""

    def __init__(self, local: LocalSource, recorded: LaneSource) -> None:
        self._local = local
        self._recorded = recorded

    async def stream(self, request: AnswerRequest) -> AsyncGenerator[StreamEvent, None]:
        """Ask the model, or replay; see LaneSource."""
        source: LaneSource = self._local
        try:
            await self._local.ready()
        except LocalModelError as fault:
            yield WarningRaised(f"This is a recording, not a model. {fault}")
            source = self._recorded
        async with aclosing(source.stream(request)) as events:
            async for event in events:
                yield event

    async def warm_up(self) -> None:
        """Start the model."""
        await self._local.warm_up()

    async def aclose(self) -> None:
        """End the model."""
        await self._local.aclose()
