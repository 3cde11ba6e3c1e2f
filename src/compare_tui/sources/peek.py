"""The first bytes of a body, read ahead: a stream often comes under another content type, or none.

Flask says text/html unless told otherwise, FastAPI's StreamingResponse nothing, some proxies text/plain.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx

from compare_tui.sources.transport_faults import TRANSPORT_ERRORS

MISNAMED = frozenset(
    {"", "application/json", "application/octet-stream", "application/x-ndjson", "text/html", "text/plain"}
)
"""What frameworks say by themselves; another type is meant."""
_ENOUGH_BYTES = 8
_MAX_BYTES = 64 * 1024
"""White space before a body keeps connections alive."""
_BEGINS_LIKE_SSE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:data|event|id|retry)?:")


async def peek(response: httpx.Response) -> tuple[bool, httpx.Response]:
    """Return whether the body begins like server-sent events, and a response with the whole body.

    Waits for the first bytes. A fault of the transport is raised where the body is read.
    """
    stream = response.stream
    assert isinstance(stream, httpx.AsyncByteStream)
    pieces = aiter(stream)
    head = b""
    fault: Exception | None = None
    try:
        while len(head.strip()) < _ENOUGH_BYTES and len(head) < _MAX_BYTES and (piece := await anext(pieces, b"")):
            head += piece
    except TRANSPORT_ERRORS as exc:
        fault = exc
    whole = httpx.Response(
        response.status_code,
        headers=response.headers,
        stream=_Resumed(head, pieces, fault),
        extensions=response.extensions,
    )
    return _BEGINS_LIKE_SSE.match(head) is not None, whole


class _Resumed(httpx.AsyncByteStream):
    """What was read, then the rest. The original response closes the connection."""

    def __init__(self, head: bytes, rest: AsyncIterator[bytes], fault: Exception | None) -> None:
        self._head = head
        self._rest = rest
        self._fault = fault

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._head:
            yield self._head
        if self._fault is not None:
            raise self._fault
        async for piece in self._rest:
            yield piece
