"""The `local` backend: a small model on this machine, behind the ordinary OpenAI-compatible source."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import StreamCut, StreamEnded, StreamEvent, StreamFailed, WarningRaised
from compare_tui.domain.json_types import Json
from compare_tui.domain.messages import AnswerRequest
from compare_tui.engine.ports import LaneSource
from compare_tui.sources.local_faults import LocalModelError
from compare_tui.sources.local_process import LocalEndpoint, LocalProcess

DEFAULT_PARAMS: Mapping[str, Json] = {
    # Without it the small model repeats itself to the limit at any temperature.
    "repeat_penalty": 1.1,
    "max_tokens": 256,
}


class LocalSource:
    """A `LaneSource` on the embedded model. `open_source` makes the source that speaks to a running child."""

    def __init__(self, process: LocalProcess, open_source: Callable[[LocalEndpoint], LaneSource]) -> None:
        self._process = process
        self._open_source = open_source
        self._endpoint: LocalEndpoint | None = None
        self._source: LaneSource | None = None
        self._retired: set[asyncio.Task[None]] = set()

    async def ready(self) -> LaneSource:
        """Return a source on the running child; start it if need be. Raises LocalModelError."""
        endpoint = await self._process.endpoint()
        if self._source is None or endpoint is not self._endpoint:
            self._retire()
            self._endpoint, self._source = endpoint, self._open_source(endpoint)
        return self._source

    async def stream(self, request: AnswerRequest) -> AsyncGenerator[StreamEvent, None]:
        """Ask the model; the lane's own parameters win over `DEFAULT_PARAMS`."""
        try:
            source = await self.ready()
        except LocalModelError as fault:
            yield StreamFailed(AnswerError(ErrorKind.BACKEND, fault.message, hint=fault.hint, type=fault.reason))
            yield StreamEnded(done=False)
            return
        async with aclosing(source.stream(_with_defaults(request))) as events:
            async for event in events:
                if _connection_broke(event) and (ended := await self._process.how_it_ended()):
                    yield WarningRaised(f"The embedded model's process {ended}; it starts again when it is next asked.")
                yield event

    async def warm_up(self) -> None:
        """Start the child and open the connection."""
        with contextlib.suppress(LocalModelError):
            await (await self.ready()).warm_up()

    async def aclose(self) -> None:
        """End the child, within a second."""
        self._retire()
        if self._retired:
            await asyncio.wait(self._retired)
        await self._process.aclose()

    def _retire(self) -> None:
        """Close the source of a child that is gone."""
        if self._source is not None:
            closing = asyncio.create_task(self._source.aclose())
            self._retired.add(closing)
            closing.add_done_callback(self._retired.discard)
        self._endpoint = self._source = None


def _connection_broke(event: StreamEvent) -> bool:
    match event:
        case StreamCut():
            return True
        case StreamFailed(error):
            return error.kind is ErrorKind.CONNECTION
        case _:
            return False


def _with_defaults(request: AnswerRequest) -> AnswerRequest:
    lane = request.lane
    spec = replace(lane.spec, params={**DEFAULT_PARAMS, **lane.params})
    return replace(request, lane=replace(lane, spec=spec))
