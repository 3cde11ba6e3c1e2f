"""All that is written to standard error: errors, warnings, notes and progress. One line each, never a key."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TextIO

from compare_tui.domain.errors import CompareTuiError
from compare_tui.domain.safe_text import make_safe_line

PROGRAM = "compare-tui"
_LINE_LIMIT = 1_000
_ERASE_LINE = "\r\x1b[K"


class Diagnostics:
    """Standard error; a reader who has gone is no error. May be called from any thread."""

    def __init__(self, stream: TextIO | None, *, is_terminal: bool = False) -> None:
        self._stream = stream
        self._is_terminal = is_terminal
        self._progress = ""
        self._lock = threading.RLock()

    @property
    def shows_progress(self) -> bool:
        """Whether a line that is replaced makes sense here."""
        return self._is_terminal

    def error(self, message: str) -> None:
        """Say why the command cannot go on."""
        self._line(f"{PROGRAM}: {message}")

    def report(self, fault: CompareTuiError) -> None:
        """Say what went wrong, and what can be done."""
        self.error(str(fault))

    def warning(self, message: str) -> None:
        """Say what is odd though the command goes on."""
        self._line(f"{PROGRAM}: warning: {message}")

    def note(self, message: str) -> None:
        """Say what may be good to know."""
        self._line(f"{PROGRAM}: {message}")

    def confirm(self, question: str) -> bool:
        """Ask on the terminal; Enter means yes, the end of input no."""
        with self._lock:
            self.clear_progress()
            self._write(make_safe_line(question, _LINE_LIMIT) + " [Y/n] ")
        try:
            return input().strip().lower() in ("", "y", "yes")
        except (EOFError, OSError):
            return False

    def ask(self, question: str) -> None:
        """Put a question; its answer is read elsewhere."""
        with self._lock:
            self.clear_progress()
            self._write(make_safe_line(question, _LINE_LIMIT) + " ")

    def progress(self, line: str) -> None:
        """Replace the progress line; nothing without a terminal."""
        with self._lock:
            if self._is_terminal and line != self._progress:
                self._progress = line
                self._write(_ERASE_LINE + make_safe_line(line, 79))

    def clear_progress(self) -> None:
        """Take the progress line away."""
        self.progress("")

    def _line(self, text: str) -> None:
        with self._lock:
            self.clear_progress()
            self._write(make_safe_line(text, _LINE_LIMIT) + "\n")

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            # What it still holds would fail again at the end, and make the exit status 120.
            with suppress(OSError, ValueError):
                self._stream.close()
            self._stream = None
