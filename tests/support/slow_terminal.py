"""A terminal at the far end of a slow link: it reads at a rate, and answers queries when it has read them."""

from __future__ import annotations

import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable

import ptyprocess  # type: ignore[import-untyped]
import pyte

_PIECE_S = 0.02
_PROBES = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", b"\x1b[6n": b"\x1b[1;1R"}


class SlowTerminal:
    """Reads `rate` bytes a second; with `keeps_all` through a buffer that holds everything, as a socket's would.

    `answers` are the probes that the terminal answers.
    """

    def __init__(
        self,
        process: ptyprocess.PtyProcess,
        size: tuple[int, int],
        *,
        rate: int,
        answers: tuple[bytes, ...] = (),
        keeps_all: bool = True,
    ) -> None:
        self.process = process
        self.screen = pyte.Screen(size[1], size[0])
        self.backlog_peak = 0
        self.n_read = 0
        self.seen = b""
        self._keeps_all = keeps_all
        self._stream = pyte.ByteStream(self.screen)
        self._rate = rate
        self._answers = answers
        self._link: deque[bytes] = deque()
        self._backlog = 0
        self._ends = threading.Event()
        self._tail = b""
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._take, self._pass_on)]
        for thread in self._threads:
            thread.start()

    @property
    def display(self) -> str:
        return "\n".join(self.screen.display)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.process.fd, keys.encode())

    def until_shown(self, text: str, limit_s: float) -> float:
        """Wait until `text` stands on the screen; return how long that took."""
        return self.until(lambda: text in self.display, limit_s)

    def until(self, condition: Callable[[], bool], limit_s: float) -> float:
        """Wait until `condition` holds; return how long that took."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < limit_s, f"waited in vain; the screen:\n{self.display}"
            time.sleep(0.005)
        return time.monotonic() - began

    def close(self) -> None:
        """Read no more."""
        self._ends.set()
        for thread in self._threads:
            thread.join(2)

    def _take(self) -> None:
        """Fill the link with what the program writes."""
        while not self._ends.is_set():
            ready, _, _ = select.select([self.process.fd], [], [], 0.1)
            if not ready or (self._backlog and not self._keeps_all):
                self._ends.wait(0.002)
                continue
            try:
                data = os.read(self.process.fd, 65_536 if self._keeps_all else 1_024)
            except OSError:
                return
            self.n_read += len(data)
            self._backlog += len(data)
            self.backlog_peak = max(self.backlog_peak, self._backlog)
            self._link.append(data)

    def _pass_on(self) -> None:
        """Hand the terminal what the link lets through."""
        buffered = b""
        while not self._ends.wait(_PIECE_S):
            while self._link:
                buffered += self._link.popleft()
            piece, buffered = buffered[: int(self._rate * _PIECE_S)], buffered[int(self._rate * _PIECE_S) :]
            self._backlog -= len(piece)
            self._show(piece)

    def _show(self, data: bytes) -> None:
        seen = self._tail + data
        for probe in self._answers:
            for _ in range(seen.count(probe) - self._tail.count(probe)):
                os.write(self.process.fd, _PROBES[probe])
        self._tail = seen[-12:]
        self.seen += data
        # pyte takes the private CSI of the keyboard protocols for SGR.
        self._stream.feed(data.replace(b"\x1b[>4;1m", b"").replace(b"\x1b[>4m", b""))
