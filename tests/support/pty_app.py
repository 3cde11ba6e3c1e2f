"""A program on a pseudo-terminal: what really reaches the terminal, as bytes and as a screen."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import ptyprocess  # type: ignore[import-untyped]
import pyte

ROOT = Path(__file__).parents[2]
LIMIT_S = 20.0
_NOT_PASSED_ON = ("TMUX", "STY", "NO_COLOR", "COLORTERM", "COLUMNS", "LINES")
"""What a test's own surroundings say about the terminal; parallel runs of pytest set a size."""


class PtyApp:
    """Reads what the program writes, as long as a test waits for something."""

    def __init__(self, process: ptyprocess.PtyProcess, rows: int, columns: int) -> None:
        self.process = process
        self.written = b""
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)

    @property
    def pid(self) -> int:
        return int(self.process.pid)

    @property
    def display(self) -> str:
        return "\n".join(self.screen.display)

    def write(self, data: str) -> None:
        os.write(self.process.fd, data.encode())

    def read(self, for_s: float) -> bytes:
        """Read what comes within `for_s` seconds."""
        end = time.monotonic() + for_s
        got = b""
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.process.fd], [], [], left)
            if not ready:
                break
            try:
                data = os.read(self.process.fd, 65536)
            except OSError:
                break
            if not data:
                break
            got += data
            self.feed(data)
        return got

    def feed(self, data: bytes) -> None:
        """Take what the program wrote and draw it."""
        self.written += data
        # pyte takes the private CSI of the keyboard protocols for SGR.
        self._stream.feed(data.replace(b"\x1b[>4;1m", b"").replace(b"\x1b[>4m", b""))

    def until(self, condition: Callable[[], object]) -> None:
        """Read until `condition` holds."""
        end = time.monotonic() + LIMIT_S
        while not condition():
            assert time.monotonic() < end, f"waited in vain; the screen:\n{self.display}"
            self.read(0.05)

    def until_shown(self, text: str) -> None:
        """Read until `text` stands on the screen."""
        self.until(lambda: text in self.display)

    def until_ended(self, within_s: float = LIMIT_S) -> int:
        """Read until the program has ended; return its exit status (128 + signal)."""
        end = time.monotonic() + within_s
        while self.process.isalive():
            assert time.monotonic() < end, "still running"
            self.read(0.05)
        self.read(0.1)
        status = self.process.exitstatus
        return 128 + int(self.process.signalstatus) if status is None else int(status)


@contextmanager
def pty_app(
    module: str,
    arguments: Sequence[str] = (),
    *,
    size: tuple[int, int] = (30, 120),
    environ: Mapping[str, str] | None = None,
) -> Iterator[PtyApp]:
    """Run `python -m module` on a terminal of `size` (rows, columns); end it afterwards, whatever happened."""
    with pty_command([sys.executable, "-m", module, *arguments], size=size, environ=environ) as app:
        yield app


@contextmanager
def pty_command(
    command: Sequence[str], *, size: tuple[int, int] = (30, 120), environ: Mapping[str, str] | None = None
) -> Iterator[PtyApp]:
    """Run `command` on a terminal, as `pty_app` does."""
    clean = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    settings = {**clean, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environ or {})}
    process = ptyprocess.PtyProcess.spawn(list(command), cwd=str(ROOT), env=settings, dimensions=size)
    app = PtyApp(process, *size)
    try:
        yield app
    finally:
        with suppress(ProcessLookupError):
            os.kill(app.pid, signal.SIGKILL)
        with suppress(Exception):
            process.close(force=True)
