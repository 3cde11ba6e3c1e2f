"""The body of a response on its way to the SSE parser: decompressed, bounded, timed.

Stock `EventSource.aiter_sse` parses what `event_source` returns. Comments, and bytes of a frame that keeps growing,
reach the reader as events of the name `KEEP_ALIVE`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import httpx
from httpx_sse import EventSource

from compare_tui.sources.inflate import EncodingError, Inflater
from compare_tui.sources.sse_frames import MAX_FRAME_BYTES, FrameCutter

MAX_BODY_BYTES = 32 * 1024 * 1024
KEEP_ALIVE = "compare-tui-keep-alive"
_KEEP_ALIVE_FRAME = f"event: {KEEP_ALIVE}\ndata: .\n\n".encode()
_COMMENT_INTERVAL_S = 0.25
"""A flood of comments costs no more than four events a second."""
_PARTIAL_INTERVAL_S = 1.0


class BodyTooLargeError(Exception):
    """The body has passed its bound."""


def media_type(response: httpx.Response) -> str:
    """Return the media type in lower case, without parameters."""
    header: str = response.headers.get("content-type", "")
    return header.partition(";")[0].strip().lower()


async def decoded_pieces(response: httpx.Response, *, max_bytes: int) -> AsyncIterator[bytes]:
    """Yield the body in pieces. Raises BodyTooLargeError, EncodingError and what httpx raises.

    httpx would decompress as well, but a small body can grow a thousandfold in its hands before anyone can count.
    """
    inflater = Inflater(response.headers.get("content-encoding", ""))
    n_bytes = 0
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for raw in response.stream:
        for piece in inflater.pieces(raw):
            n_bytes += len(piece)
            if n_bytes > max_bytes:
                raise BodyTooLargeError
            yield piece


async def read_bounded(response: httpx.Response, *, max_bytes: int, within_s: float | None = None) -> bytes:
    """Return the body, or as much of it as comes within the bounds and without a fault."""
    body = bytearray()
    # A TimeoutError is an OSError.
    with suppress(BodyTooLargeError, EncodingError, httpx.HTTPError, OSError):
        async with asyncio.timeout(within_s):
            async for piece in decoded_pieces(response, max_bytes=max_bytes):
                body += piece
    return bytes(body)


def event_source(
    response: httpx.Response, *, now: Callable[[], float], max_body_bytes: int = MAX_BODY_BYTES
) -> EventSource:
    """Return an EventSource over `response`.

    Its iteration raises FrameTooLargeError, BodyTooLargeError, EncodingError and what httpx raises. The text is
    UTF-8 whatever the charset says, as the format demands. `now` gives monotonic seconds.
    """
    stream = SseByteStream(response, now=now, max_body_bytes=max_body_bytes)
    headers = {"content-type": "text/event-stream; charset=utf-8"}
    return EventSource(httpx.Response(200, headers=headers, stream=stream))


class SseByteStream(httpx.AsyncByteStream):
    """A response's body as whole frames (see FrameCutter), with a frame of its own for bytes that say nothing."""

    def __init__(
        self,
        response: httpx.Response,
        *,
        now: Callable[[], float],
        max_frame_bytes: int = MAX_FRAME_BYTES,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self._response = response
        self._now = now
        self._max_body_bytes = max_body_bytes
        self._cutter = FrameCutter(max_frame_bytes=max_frame_bytes)
        self._comment_due_at = float("-inf")
        self._partial_due_at = float("inf")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in decoded_pieces(self._response, max_bytes=self._max_body_bytes):
                n_comments = self._cutter.n_comments
                frames = self._cutter.feed(piece)
                if self._is_due(commented=self._cutter.n_comments > n_comments, framed=bool(frames)):
                    yield _KEEP_ALIVE_FRAME
                if frames:
                    yield frames
        except (httpx.HTTPError, OSError):
            if last := self._cutter.close():
                yield last
            raise
        if last := self._cutter.close():
            yield last

    def _is_due(self, *, commented: bool, framed: bool) -> bool:
        at = self._now()
        due = commented and at >= self._comment_due_at
        due = due or (not framed and at >= self._partial_due_at)
        if due:
            self._comment_due_at = at + _COMMENT_INTERVAL_S
        if due or framed or self._partial_due_at == float("inf"):
            self._partial_due_at = at + _PARTIAL_INTERVAL_S
        return due

    async def aclose(self) -> None:
        await self._response.aclose()
