"""A chat completion's stream, from the response's head to its one end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import httpx
from httpx_sse import ServerSentEvent

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import (
    KeepAliveReceived,
    ReasoningReceived,
    StreamCut,
    StreamEnded,
    StreamEvent,
    StreamFailed,
    TextReceived,
)
from compare_tui.engine.ports import Clock
from compare_tui.sources.byte_stream import KEEP_ALIVE, MAX_BODY_BYTES, BodyTooLargeError, event_source
from compare_tui.sources.inflate import EncodingError
from compare_tui.sources.openai_wire import AnswerDecoder
from compare_tui.sources.paced_reads import set_pacing
from compare_tui.sources.redaction import Redactor
from compare_tui.sources.settings import OpenAISettings
from compare_tui.sources.sse_frames import MAX_FRAME_BYTES, FrameTooLargeError
from compare_tui.sources.transport_faults import TRANSPORT_ERRORS, cut_reason

_LINGER_S = 0.05
"""After the end marker the body's own end mostly follows at once; then the connection serves the next request."""
_MIB = 1024 * 1024


async def read_stream(
    response: httpx.Response,
    decoder: AnswerDecoder,
    redactor: Redactor,
    settings: OpenAISettings,
    clock: Clock,
) -> AsyncGenerator[StreamEvent, None]:
    """Yield the events of a stream; the last is its `StreamEnded` or `StreamCut`."""
    frames = event_source(response, now=clock.monotonic).aiter_sse()
    paced = False
    try:
        last: list[StreamEvent] = []
        deadline: float | None = None
        while not decoder.done:
            try:
                frame = await _next(frames, deadline)
            except (FrameTooLargeError, BodyTooLargeError, EncodingError, *TRANSPORT_ERRORS) as exc:
                if deadline is None or not isinstance(exc, TimeoutError):
                    last = _fault_events(exc)
                break
            if frame is None:
                break
            events = _decoded(frame, decoder, redactor)
            for event in events:
                yield event
            paced = paced or _begin_pacing(response, events)
            if frame.event != KEEP_ALIVE:
                deadline = _deadline(decoder, settings, deadline)
        for event in decoder.flush():
            yield event
        for event in last or [StreamEnded(done=decoder.done)]:
            yield event
    finally:
        set_pacing(response, paced=False)
        if decoder.done:
            await _linger(frames)
        await frames.aclose()


async def _next(frames: AsyncGenerator[ServerSentEvent, None], deadline: float | None) -> ServerSentEvent | None:
    if deadline is None:
        return await anext(frames, None)
    async with asyncio.timeout_at(deadline):
        return await anext(frames, None)


def _begin_pacing(response: httpx.Response, events: list[StreamEvent]) -> bool:
    """Read on the clock from the first content on; return whether it has come."""
    has_content = any(isinstance(event, TextReceived | ReasoningReceived) for event in events)
    if has_content:
        set_pacing(response, paced=True)
    return has_content


def _decoded(frame: ServerSentEvent, decoder: AnswerDecoder, redactor: Redactor) -> list[StreamEvent]:
    if frame.event == KEEP_ALIVE:
        return [KeepAliveReceived()]
    return decoder.feed(redactor.clean(frame.data), frame.event)


def _deadline(decoder: AnswerDecoder, settings: OpenAISettings, deadline: float | None) -> float | None:
    """Return until when a stream that has failed or finished may still tell what was used, in the loop's time.

    What follows a finish moves it on: a few servers name a reason before their last words.
    """
    now = asyncio.get_running_loop().time()
    if decoder.failed:
        until = now + settings.after_error_s
        return until if deadline is None else min(deadline, until)
    return now + settings.after_finish_s if decoder.finished else None


def _fault_events(exc: Exception) -> list[StreamEvent]:
    if isinstance(exc, BodyTooLargeError):
        return [StreamCut(f"closed by us, the answer grew past {MAX_BODY_BYTES // _MIB} MiB")]
    if isinstance(exc, FrameTooLargeError):
        text = f"A single part of the stream grew past {MAX_FRAME_BYTES // _MIB} MiB; the rest was not read."
        return [StreamFailed(AnswerError(ErrorKind.PROTOCOL, text)), StreamCut("a part of the stream was too large")]
    if isinstance(exc, EncodingError):
        text = f"The server's answer cannot be read: {exc}."
        return [StreamFailed(AnswerError(ErrorKind.PROTOCOL, text)), StreamCut("it could not be decompressed")]
    return [StreamCut(cut_reason(exc))]


async def _linger(frames: AsyncGenerator[ServerSentEvent, None]) -> None:
    with suppress(FrameTooLargeError, BodyTooLargeError, EncodingError, *TRANSPORT_ERRORS):
        async with asyncio.timeout(_LINGER_S):
            async for _ in frames:
                pass
