"""Reading frames one by one: until when, what a fault means, and how a stream is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from httpx_sse import ServerSentEvent

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.sources.byte_stream import MAX_BODY_BYTES, BodyTooLargeError
from compare_tui.sources.inflate import EncodingError
from compare_tui.sources.sse_frames import MAX_FRAME_BYTES, FrameTooLargeError
from compare_tui.sources.transport_faults import TRANSPORT_ERRORS, cut_reason

STREAM_ERRORS = (FrameTooLargeError, BodyTooLargeError, EncodingError, *TRANSPORT_ERRORS)
"""What the reading of a frame may raise; TimeoutError at a deadline is among them."""

_LINGER_S = 0.05
"""After the end marker the body's own end mostly follows at once; then the connection serves the next request."""
_MIB = 1024 * 1024


async def next_frame(frames: AsyncGenerator[ServerSentEvent, None], deadline: float | None) -> ServerSentEvent | None:
    """Return the next frame, None at the end. Raises STREAM_ERRORS, TimeoutError at `deadline` (the loop's time)."""
    if deadline is None:
        return await anext(frames, None)
    async with asyncio.timeout_at(deadline):
        return await anext(frames, None)


def stream_fault(exc: Exception, *, max_body_bytes: int = MAX_BODY_BYTES) -> tuple[AnswerError | None, str]:
    """Return the error that a fault is, if it is more than a cut, and the reason of the cut."""
    if isinstance(exc, BodyTooLargeError):
        return None, f"closed by us, the answer grew past {max_body_bytes // _MIB} MiB"
    if isinstance(exc, FrameTooLargeError):
        text = f"A single part of the stream grew past {MAX_FRAME_BYTES // _MIB} MiB; the rest was not read."
        return AnswerError(ErrorKind.PROTOCOL, text), "a part of the stream was too large"
    if isinstance(exc, EncodingError):
        text = f"The server's answer cannot be read: {exc}."
        return AnswerError(ErrorKind.PROTOCOL, text), "it could not be decompressed"
    return None, cut_reason(exc)


async def linger(frames: AsyncGenerator[ServerSentEvent, None]) -> None:
    """Read what little follows the end marker, so that the connection can be used again."""
    with suppress(*STREAM_ERRORS):
        async with asyncio.timeout(_LINGER_S):
            async for _ in frames:
                pass
