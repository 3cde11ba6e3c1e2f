"""A backend that cannot be used: every lane of it says why."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from compare_tui.domain.answers import AnswerError
from compare_tui.domain.events import StreamEnded, StreamEvent, StreamFailed
from compare_tui.domain.messages import AnswerRequest


class UnavailableSource:
    """A `LaneSource` whose every answer is one error."""

    def __init__(self, error: AnswerError) -> None:
        self._error = error

    async def stream(self, request: AnswerRequest) -> AsyncGenerator[StreamEvent, None]:
        """Say why not."""
        yield StreamFailed(self._error)
        yield StreamEnded(done=False)

    async def warm_up(self) -> None:
        """There is nothing to warm."""

    async def aclose(self) -> None:
        """There is nothing to close."""
