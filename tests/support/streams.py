"""The recorded streams under tests/data, and bodies taken apart without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx

from compare_tui.domain.events import KeepAliveReceived, StreamEvent
from compare_tui.sources.byte_stream import KEEP_ALIVE, event_source
from compare_tui.sources.openai_error_wire import ErrorContext
from compare_tui.sources.openai_wire import AnswerDecoder

FOLDER = Path(__file__).parent.parent / "data" / "streams"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text())


def recorded(name: str) -> bytes:
    """Return a recorded body."""
    return (FOLDER / f"{name}.sse").read_bytes()


def cut_into(body: bytes, size: int) -> list[bytes]:
    """Return `body` in pieces of `size` bytes."""
    return [body[start : start + size] for start in range(0, len(body), size)]


def cut_at(body: bytes, places: Sequence[int]) -> list[bytes]:
    """Return `body` cut at the given places."""
    marks = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[start:end] for start, end in pairwise(marks)]


class Pieces(httpx.AsyncByteStream):
    """A body in memory, in the given pieces."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def frames_of(pieces: Sequence[bytes], headers: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Return (event name, data) of every frame that the SSE parser gives, keep-alives included."""

    async def run() -> list[tuple[str, str]]:
        response = httpx.Response(200, headers=headers, stream=Pieces(pieces))
        source = event_source(response, now=lambda: 0.0)
        return [(frame.event, frame.data) async for frame in source.aiter_sse()]

    return asyncio.run(run())


def data_of(pieces: Sequence[bytes]) -> list[str]:
    """Return the data of every frame that is no keep-alive."""
    return [data for event, data in frames_of(pieces) if event != KEEP_ALIVE]


def events_of(pieces: Sequence[bytes]) -> list[StreamEvent]:
    """Return what a body says, without keep-alives: those depend on time."""
    decoder = AnswerDecoder(ErrorContext("wire"))
    events: list[StreamEvent] = []
    for event, data in frames_of(pieces):
        if event != KEEP_ALIVE:
            events.extend(decoder.feed(data, event))
    events.extend(decoder.flush())
    return [event for event in events if not isinstance(event, KeepAliveReceived)]
