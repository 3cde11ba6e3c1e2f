"""One answer over HTTP: a request out, a chat completion's events in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress

import httpx

from compare_tui import __version__
from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import (
    RequestSent,
    StreamEnded,
    StreamEvent,
    StreamFailed,
    StreamOpened,
)
from compare_tui.domain.json_types import Json
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.secret import Secret
from compare_tui.engine.ports import Clock
from compare_tui.sources.byte_stream import media_type, read_bounded
from compare_tui.sources.chat_stream import read_stream
from compare_tui.sources.endpoint import shown_url
from compare_tui.sources.http_client import build_client
from compare_tui.sources.openai_error_wire import ErrorContext, error_from_response
from compare_tui.sources.openai_wire import AnswerDecoder
from compare_tui.sources.redaction import Redactor
from compare_tui.sources.sending import Sending
from compare_tui.sources.settings import Dialect, OpenAISettings
from compare_tui.sources.sse_frames import MAX_FRAME_BYTES
from compare_tui.sources.transport_faults import TRANSPORT_ERRORS, fault_before_answer

_MAX_ERROR_BYTES = 64 * 1024
_ERROR_BODY_S = 5.0
_WARM_UP_S = 5.0


def open_chat(settings: OpenAISettings, dialect: Dialect, clock: Clock) -> ChatHttp | AnswerError:
    """Build the client; blocks for tens of milliseconds."""
    client = build_client(settings)
    return client if isinstance(client, AnswerError) else ChatHttp(settings, dialect, clock, client)


class ChatHttp:
    """The chat completions of one backend."""

    def __init__(self, settings: OpenAISettings, dialect: Dialect, clock: Clock, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._dialect = dialect
        self._clock = clock
        self._client = client

    async def answer(self, body: Mapping[str, Json], key: Secret | None) -> AsyncGenerator[StreamEvent, None]:
        """Ask once; see LaneSource.stream."""
        redactor = Redactor(key)
        try:
            request = self._request(body, key)
        except (httpx.InvalidURL, ValueError) as exc:
            yield StreamFailed(fault_before_answer(exc, self._settings))
            yield StreamEnded(done=False)
            return
        async with Sending(self._client, request) as sending:
            if await sending.written():
                yield RequestSent()
            try:
                response = await sending.response()
            except TRANSPORT_ERRORS as exc:
                yield StreamFailed(fault_before_answer(exc, self._settings))
                yield StreamEnded(done=False)
                return
            if response.status_code == httpx.codes.OK and media_type(response) == "text/event-stream":
                generation_id = make_safe_line(response.headers.get("x-generation-id", ""), 200) or None
                yield StreamOpened(generation_id)
                decoder = AnswerDecoder(self._context(200, {}), generation_id=generation_id)
                async with aclosing(read_stream(response, decoder, redactor, self._settings, self._clock)) as events:
                    async for event in events:
                        yield event
            else:
                for event in await self._whole(response, redactor):
                    yield event

    async def warm_up(self) -> None:
        """Open a connection, without the key. What the server says to it does not matter."""
        with suppress(*TRANSPORT_ERRORS):
            async with asyncio.timeout(_WARM_UP_S):
                await self._client.head(self._url("/models"), headers={"User-Agent": _user_agent()})

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    def _request(self, body: Mapping[str, Json], key: Secret | None) -> httpx.Request:
        headers = httpx.Headers(
            {
                "Accept": "text/event-stream, application/json",
                # Compression invites proxies to buffer.
                "Accept-Encoding": "identity",
                "Cache-Control": "no-store",
                "Content-Type": "application/json",
                "User-Agent": _user_agent(),
                **self._dialect.headers,
            }
        )
        if key is not None:
            headers["Authorization"] = f"Bearer {key.reveal()}"
        headers.update(self._settings.headers)
        content = json.dumps(body, default=_plain).encode()
        return self._client.build_request("POST", self._url("/chat/completions"), headers=headers, content=content)

    def _url(self, path: str) -> httpx.URL:
        base = httpx.URL(self._settings.base_url)
        return base.copy_with(path=base.path.rstrip("/") + path)

    async def _whole(self, response: httpx.Response, redactor: Redactor) -> list[StreamEvent]:
        """Return what an answer says that is no stream: a completion in one piece, or an error."""
        if response.is_redirect or response.has_redirect_location:
            return [StreamFailed(self._redirected(response, redactor)), StreamEnded(done=False)]
        if response.status_code != httpx.codes.OK:
            return await self._refused(response, redactor)
        bound = MAX_FRAME_BYTES if media_type(response).endswith("json") else _MAX_ERROR_BYTES
        body = redactor.clean_bytes(await read_bounded(response, max_bytes=bound))
        try:
            decoded: Json = json.loads(body)
        except (ValueError, RecursionError):
            decoded = None
            body = body[:_MAX_ERROR_BYTES]
        if isinstance(decoded, dict) and "choices" in decoded and not decoded.get("error"):
            decoder = AnswerDecoder(self._context(200, {}))
            return [StreamOpened(), *decoder.feed_whole(decoded), StreamEnded(done=True)]
        error = error_from_response(body, media_type(response), self._context(200, {}))
        return [StreamFailed(error), StreamEnded(done=False)]

    async def _refused(self, response: httpx.Response, redactor: Redactor) -> list[StreamEvent]:
        body = await read_bounded(response, max_bytes=_MAX_ERROR_BYTES, within_s=_ERROR_BODY_S)
        context = self._context(response.status_code, dict(response.headers))
        error = error_from_response(redactor.clean_bytes(body), media_type(response), context)
        return [StreamFailed(error), StreamEnded(done=False)]

    def _redirected(self, response: httpx.Response, redactor: Redactor) -> AnswerError:
        target = shown_url(redactor.clean(response.headers.get("location", "")))
        return AnswerError(
            ErrorKind.PROTOCOL,
            f"The server redirects to {target or 'nowhere'}; that was not followed.",
            code=response.status_code,
            hint=f"Correct base_url of backend {self._settings.name}.",
        )

    def _context(self, status: int, headers: Mapping[str, str]) -> ErrorContext:
        return ErrorContext(
            self._settings.name,
            now=self._clock.wall(),
            status=status,
            headers=headers,
            payment_url=self._dialect.payment_url,
        )


def _user_agent() -> str:
    return f"compare-tui/{__version__}"


def _plain(value: object) -> object:
    """Return what JSON has no form for as it can be sent: TOML has dates."""
    return dict(value) if isinstance(value, Mapping) else str(value)
