"""A chat completion's stream, from the response's head to its one end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import httpx
from httpx_sse import ServerSentEvent

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
from compare_tui.sources.byte_stream import KEEP_ALIVE, event_source
from compare_tui.sources.openai_wire import AnswerDecoder
from compare_tui.sources.paced_reads import set_pacing
from compare_tui.sources.redaction import Redactor
from compare_tui.sources.settings import OpenAISettings
from compare_tui.sources.stream_frames import STREAM_ERRORS, linger, next_frame, stream_fault


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
                frame = await next_frame(frames, deadline)
            except STREAM_ERRORS as exc:
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
            await linger(frames)
        await frames.aclose()


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
    error, reason = stream_fault(exc)
    return [*([StreamFailed(error)] if error else []), StreamCut(reason)]
