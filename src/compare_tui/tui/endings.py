"""SIGTERM, SIGHUP and SIGINT end the app: saved, the terminal restored, within two seconds.

Plain handlers, for Textual's loop may be blocked by a terminal that reads no more (decision 3). Where the loop does not
come round, a thread that has waited for this on a pipe closes the engine and ends the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signal import Handlers

_RESTORE = b"\x1b[?2004l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
"""What Textual's driver would write at its end."""


class Endings:
    """Installs the handlers for as long as the app runs; use it as a context manager."""

    SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT")

    def __init__(self, *, end: Callable[[int], None], close_engine: Callable[[], None], grace_s: float = 1.0) -> None:
        self._end = end
        self._close_engine = close_engine
        self._grace_s = grace_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._finished = threading.Event()
        self._previous: dict[int, Callable[[int, FrameType | None], object] | int | Handlers | None] = {}
        self._reader, self._writer = os.pipe()
        self._attributes = _terminal_attributes()
        self.status: int | None = None
        """128 + the signal's number, once one has come."""

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the app's loop: from now on a signal asks it to end first."""
        self._loop = loop

    def __enter__(self) -> Endings:
        for name in self.SIGNALS:
            number = getattr(signal, name, None)
            if number is not None:
                self._previous[number] = signal.signal(number, self._on_signal)
        threading.Thread(target=self._stand_by, name="endings", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finished.set()
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        os.write(self._writer, b".")

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.status = 128 + number
        os.write(self._writer, b"!")
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end, self.status)

    def _stand_by(self) -> None:
        os.read(self._reader, 1)
        if self.status is None or self._finished.wait(self._grace_s):
            return
        self._close_engine()
        self._restore_terminal()
        os._exit(self.status)

    def _restore_terminal(self) -> None:
        """Do what can be done without waiting: the terminal may be frozen or gone."""
        if sys.platform == "win32" or self._attributes is None:
            return
        import termios

        try:
            termios.tcsetattr(0, termios.TCSANOW, self._attributes)
            os.set_blocking(1, False)
            os.write(1, _RESTORE)
        except (OSError, termios.error):
            return


def _terminal_attributes() -> list[int | list[bytes | int]] | None:
    if sys.platform == "win32":
        return None
    import termios

    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None
