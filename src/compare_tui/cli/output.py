"""All that is written to standard output.

A thread of its own writes, so that a reader who pauses (a pager) holds up neither the network nor the clocks of the
lanes. When the reader has gone, the rest is dropped and `on_closed` is told once.
"""

from __future__ import annotations

import errno
import json
import os
import select
import threading
from collections.abc import Callable
from enum import StrEnum
from queue import SimpleQueue

from compare_tui.domain.json_types import Json
from compare_tui.domain.safe_json import make_safe_json
from compare_tui.domain.safe_text import make_safe

_JOIN_STEP_S = 0.2


class Style(StrEnum):
    """How a piece of text looks where colours are on."""

    PLAIN = ""
    STRONG = "1"
    DIM = "2"
    BAD = "31"


class Output:
    """Standard output. Safe to call from the thread that made it; nothing blocks before `close`."""

    def __init__(self, fd: int, *, encoding: str = "utf-8", is_terminal: bool = False, colours: bool = False) -> None:
        self.is_terminal = is_terminal
        self.closed = False
        """The reader has gone."""
        self.fault: OSError | None = None
        """What stopped the writing, if not a reader who has gone."""
        self.on_closed: Callable[[], None] = _ignore
        self._fd = fd
        self._encoding = encoding
        self._colours = colours
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)

    @property
    def is_idle(self) -> bool:
        """Everything given so far was taken from the queue."""
        return self._queue.empty()

    def write(self, text: str, style: Style = Style.PLAIN) -> None:
        """Write text, made safe."""
        text = make_safe(text)
        line = text.rstrip("\n")
        if style and self._colours and line:
            text = f"\x1b[{style}m{line}\x1b[0m{text[len(line) :]}"
        self._put(text.encode(self._encoding, errors="replace"))

    def write_json(self, document: Json, *, indent: int | None = None) -> None:
        """Write a JSON document and a line end: UTF-8, whatever the terminal's encoding is."""
        text = json.dumps(make_safe_json(document), ensure_ascii=False, indent=indent)
        self._put(text.encode() + b"\n")

    def write_utf8(self, text: str) -> None:
        """Write a document, made safe: UTF-8, whatever the terminal's encoding is."""
        self._put(make_safe(text).encode())

    def sign(self, sign: str, plain: str) -> str:
        """Return `sign`, or `plain` where the encoding does not know it."""
        try:
            sign.encode(self._encoding)
        except UnicodeEncodeError:
            return plain
        return sign

    def close(self) -> None:
        """Wait until everything is written, or cannot be."""
        if self._thread.ident is None:
            return
        self._queue.put(None)
        while self._thread.is_alive():  # in steps, so that Ctrl+C is heard
            self._thread.join(_JOIN_STEP_S)

    def _put(self, data: bytes) -> None:
        if self._thread.ident is None:
            self._thread.start()
        self._queue.put(data)

    def _run(self) -> None:
        while (data := self._queue.get()) is not None:
            if self.closed or self.fault:
                continue
            try:
                _write_all(self._fd, data)
            except OSError as fault:
                if fault.errno in (errno.EPIPE, errno.EBADF):
                    self.closed = True
                else:
                    self.fault = fault
                self.on_closed()


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view) :]
        except BlockingIOError:  # a terminal that another program made non-blocking
            select.select([], [fd], [])


def _ignore() -> None:
    return None
