"""Server-sent events, cut into whole frames: bytes in, bytes out, no I/O.

Stands before httpx-sse, which parses what comes out. By itself httpx-sse 0.4.3 loses the first event after a BOM and
a last frame without a blank line, makes ghost events of frames without data, drops the `error:` field of older
llama.cpp servers, never tells of comments, and buffers without a bound.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

import json

BOM = b"\xef\xbb\xbf"
MAX_FRAME_BYTES = 16 * 1024 * 1024
DONE = "[DONE]"


class FrameTooLargeError(Exception):
    """A single frame has passed the bound."""


class FrameCutter:
    """Takes a body as it arrives, hands on whole frames with LF as the only line end.

    Comments are counted and dropped. A frame without data is no event and is dropped. An `error:` field becomes an
    event of the name `error`. What is unfinished is held here, never more than `max_frame_bytes`.
    """

    __slots__ = ("_after_cr", "_frame", "_has_data", "_line", "_max_frame_bytes", "_start", "n_comments")

    def __init__(self, *, max_frame_bytes: int = MAX_FRAME_BYTES) -> None:
        self.n_comments = 0
        self._max_frame_bytes = max_frame_bytes
        self._start: bytes | None = b""
        """The first bytes while they may still become a BOM; None once that is decided."""
        self._line = bytearray()
        self._frame = bytearray()
        self._has_data = False
        self._after_cr = False
        """The last piece ended in CR: an LF at the start of the next one belongs to it."""

    def feed(self, piece: bytes) -> bytes:
        """Return the frames that `piece` completes, or nothing. Raises FrameTooLargeError."""
        if self._start is not None:
            piece = self._without_bom(piece)
        if not piece:
            return b""
        if self._after_cr and piece.startswith(b"\n"):
            piece = piece[1:]
        self._after_cr = piece.endswith(b"\r")
        frames: list[bytes] = []
        # bytes.splitlines knows LF, CR and CR LF only, which are the line ends of this format.
        lines = piece.splitlines(keepends=True)
        unfinished = lines.pop() if lines and lines[-1][-1:] not in (b"\n", b"\r") else b""
        for line in lines:
            self._end_line(line.rstrip(b"\r\n"), frames)
        self._line += unfinished
        if len(self._frame) + len(self._line) > self._max_frame_bytes:
            raise FrameTooLargeError
        return b"".join(frames)

    def close(self) -> bytes:
        """Return the last frame if the body ended behind it without a blank line and it is whole."""
        frames: list[bytes] = []
        if self._start:
            self._line += self._start
        self._start = None
        if self._line:
            self._end_line(b"", frames)
        if not _is_whole(self._frame):
            self._frame.clear()
        self._end_frame(frames)
        return b"".join(frames)

    def _without_bom(self, piece: bytes) -> bytes:
        start = (self._start or b"") + piece
        if len(start) < len(BOM) and BOM.startswith(start):
            self._start = start
            return b""
        self._start = None
        return start.removeprefix(BOM)

    def _end_line(self, line: bytes, frames: list[bytes]) -> None:
        if self._line:
            line = bytes(self._line) + line
            self._line.clear()
        if not line:
            self._end_frame(frames)
        elif line.startswith(b":"):
            self.n_comments += 1
        elif line.startswith(b"error:"):
            if self._has_data:
                self._end_frame(frames)
            self._has_data = True
            self._frame += b"event: error\ndata:" + line[6:] + b"\n"
        else:
            self._has_data = self._has_data or line == b"data" or line.startswith(b"data:")
            self._frame += line + b"\n"

    def _end_frame(self, frames: list[bytes]) -> None:
        if self._has_data and self._frame:
            frames.append(bytes(self._frame) + b"\n")
        self._frame.clear()
        self._has_data = False


def _is_whole(frame: bytearray) -> bool:
    """Whether the data of a frame that lacks its end is the end marker or whole JSON."""
    lines = (line.partition(b":") for line in bytes(frame).split(b"\n"))
    data = b"\n".join(value.removeprefix(b" ") for name, _, value in lines if name == b"data").strip()
    if data == DONE.encode():
        return True
    try:
        return isinstance(json.loads(data), dict)
    except (ValueError, RecursionError):
        return False
