"""The `local` backend: a small model on this machine, behind the ordinary OpenAI-compatible source."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import StreamCut, StreamEnded, StreamEvent, StreamFailed, WarningRaised
from compare_tui.domain.json_types import Json
from compare_tui.domain.messages import AnswerRequest
from compare_tui.engine.ports import Clock
from compare_tui.sources.local_faults import LocalModelError
from compare_tui.sources.local_process import LocalEndpoint, LocalProcess
from compare_tui.sources.openai import PLAIN, OpenAISource
from compare_tui.sources.settings import OpenAISettings

DEFAULT_PARAMS: Mapping[str, Json] = {
    # Without it the small model repeats itself to the limit at any temperature.
    "repeat_penalty": 1.1,
    "max_tokens": 256,
}


class LocalSource:
    """A `LaneSource` on the embedded model. It owns the process and ends it."""

    def __init__(self, process: LocalProcess, *, clock: Clock, name: str = "local") -> None:
        self._process = process
        self._clock = clock
        self._name = name
        self._endpoint: LocalEndpoint | None = None
        self._source: OpenAISource | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def ready(self) -> OpenAISource:
        """Return a source on the running child; start it if need be. Raises LocalModelError."""
        endpoint = await self._process.endpoint()
        if self._source is None or endpoint is not self._endpoint:
            self._retire()
            self._endpoint, self._source = endpoint, self._source_on(endpoint)
        return self._source

    async def stream(self, request: AnswerRequest) -> AsyncGenerator[StreamEvent, None]:
        """Ask the model; see LaneSource. The lane's own parameters win over `DEFAULT_PARAMS`."""
        try:
            source = await self.ready()
        except LocalModelError as fault:
            yield StreamFailed(AnswerError(ErrorKind.BACKEND, fault.message, type=fault.reason, hint=fault.hint))
            yield StreamEnded(done=False)
            return
        async with aclosing(source.stream(request)) as events:
            async for event in events:
                if _connection_broke(event) and (ended := await self._process.how_it_ended()):
                    yield WarningRaised(f"The embedded model's process {ended}; it starts again when it is next asked.")
                yield event

    async def warm_up(self) -> None:
        """Start the child and open a connection."""
        with contextlib.suppress(LocalModelError):
            await (await self.ready()).warm_up()

    async def aclose(self) -> None:
        """End the child, within a second."""
        self._retire()
        if self._closing:
            await asyncio.wait(self._closing)
        await self._process.aclose()

    def _retire(self) -> None:
        """Close the source of a child that is gone."""
        if self._source is not None:
            closing = asyncio.create_task(self._source.aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        self._endpoint = self._source = None

    def _source_on(self, endpoint: LocalEndpoint) -> OpenAISource:
        settings = OpenAISettings(
            name=self._name,
            base_url=endpoint.base_url,
            key=lambda: endpoint.key,
            # The server now and then closes a connection that it had offered to keep (2 of 150 quick requests).
            headers={"Connection": "close"},
            params=DEFAULT_PARAMS,
            trust_env=False,
            unix_socket=None if endpoint.socket is None else str(endpoint.socket),
        )
        return OpenAISource(settings, clock=self._clock, dialect=PLAIN)


def _connection_broke(event: StreamEvent) -> bool:
    match event:
        case StreamCut():
            return True
        case StreamFailed(error):
            return error.kind is ErrorKind.CONNECTION
        case _:
            return False
