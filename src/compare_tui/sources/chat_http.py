"""One answer over HTTP: a request out, a chat completion's events in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress

import httpx

from compare_tui.domain.answers import AnswerError
from compare_tui.domain.events import (
    LimitReported,
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
from compare_tui.sources.http_client import build_client
from compare_tui.sources.http_refusal import MAX_ERROR_BYTES, redirect_of, refusal_of
from compare_tui.sources.http_request import USER_AGENT, build_request, url_under
from compare_tui.sources.openai_error_wire import ErrorContext, error_from_response
from compare_tui.sources.openai_wire import AnswerDecoder
from compare_tui.sources.peek import MISNAMED, peek
from compare_tui.sources.rate_limit_headers import limits_of
from compare_tui.sources.redaction import Redactor
from compare_tui.sources.sending import Sending
from compare_tui.sources.settings import Dialect, OpenAISettings
from compare_tui.sources.sse_frames import MAX_FRAME_BYTES
from compare_tui.sources.transport_faults import TRANSPORT_ERRORS, fault_before_answer

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
        redactor = Redactor(key, self._settings.headers)
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
            for limit in limits_of(response.headers, self._clock.wall()):
                yield LimitReported(limit)
            is_stream = response.is_success and media_type(response) == "text/event-stream"
            if response.is_success and media_type(response) in MISNAMED:
                is_stream, response = await peek(response)
            if is_stream:
                generation_id = make_safe_line(response.headers.get("x-generation-id", ""), 200) or None
                yield StreamOpened(generation_id)
                decoder = AnswerDecoder(self._context(200, {}), generation_id=generation_id)
                async with aclosing(read_stream(response, decoder, redactor, self._settings, self._clock)) as events:
                    async for event in events:
                        yield event
            else:
                for event in await self._whole(response, redactor):
                    yield event

    async def cost_of(self, generation_id: str, key: Secret | None) -> float | None:
        """Return what an answer has cost, asked for afterwards; None if the server does not say."""
        from compare_tui.sources.openrouter_generation import find_cost

        return await find_cost(self._client, self._settings, key, generation_id, self._clock)

    async def warm_up(self) -> None:
        """Open a connection, without the key. What the server says to it does not matter."""
        with suppress(*TRANSPORT_ERRORS):
            async with asyncio.timeout(_WARM_UP_S):
                await self._client.head(
                    url_under(self._settings.base_url, "/models"), headers={"User-Agent": USER_AGENT}
                )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    def _request(self, body: Mapping[str, Json], key: Secret | None) -> httpx.Request:
        return build_request(
            self._client,
            self._settings,
            "POST",
            url_under(self._settings.base_url, "/chat/completions"),
            key=key,
            body=body,
            headers=self._dialect.headers,
            accept="text/event-stream, application/json",
        )

    async def _whole(self, response: httpx.Response, redactor: Redactor) -> list[StreamEvent]:
        """Return what an answer says that is no stream: a completion in one piece, or an error."""
        redirected = redirect_of(response, redactor, self._settings)
        if redirected is not None:
            return [StreamFailed(redirected), StreamEnded(done=False)]
        if not response.is_success:
            context = self._context(response.status_code, dict(response.headers))
            return [StreamFailed(await refusal_of(response, redactor, context)), StreamEnded(done=False)]
        bound = MAX_FRAME_BYTES if media_type(response).endswith("json") else MAX_ERROR_BYTES
        body = redactor.clean_bytes(await read_bounded(response, max_bytes=bound))
        try:
            decoded: Json = json.loads(body)
        except (ValueError, RecursionError):
            decoded = None
            body = body[:MAX_ERROR_BYTES]
        if isinstance(decoded, dict) and "choices" in decoded and not decoded.get("error"):
            decoder = AnswerDecoder(self._context(200, {}))
            return [StreamOpened(), *decoder.feed_whole(decoded), StreamEnded(done=True)]
        error = error_from_response(body, media_type(response), self._context(response.status_code, {}))
        return [StreamFailed(error), StreamEnded(done=False)]

    def _context(self, status: int, headers: Mapping[str, str]) -> ErrorContext:
        return ErrorContext(
            self._settings.name,
            now=self._clock.wall(),
            status=status,
            headers=headers,
            payment_url=self._dialect.payment_url,
        )
