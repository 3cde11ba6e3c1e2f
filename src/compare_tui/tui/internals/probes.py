"""Asks the terminal whether it has taken a frame, and knows what waits on the way to it.

Outside a multiplexer the terminal answers DECRQM of mode 2026, or else CPR (`CSI 6n`); GNU screen passes `CSI 6n` on in
a DCS. tmux answers by itself, so the queue of the SSH connection is read. `CSI 5n` is of no use: its answer arrives as
keys.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from textual import events
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from compare_tui.tui.output.link import SshQueue, connection_of_tmux

_SYNC, _CURSOR = "\x1b[?2026$p", "\x1b[6n"
_CURSOR_THROUGH_SCREEN = f"\x1bP{_CURSOR}\x1b\\"
_READ_AGAIN_S = 0.02


class Probes:
    """Which probe the terminal of this environment answers."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._in_tmux = bool(environ.get("TMUX"))
        self._in_screen = bool(environ.get("STY")) and not self._in_tmux
        self._asks_mode = environ.get("TERM_PROGRAM") != "Apple_Terminal"
        self._queue = SshQueue(environ.get("SSH_CONNECTION", "") if self._in_tmux or self._in_screen else "")
        self._read_at = 0.0
        self._waiting = 0
        self.probe = ""
        """What is answered; empty until something was."""

    @property
    def first(self) -> str:
        """What to ask when the terminal was taken. Textual itself asks for mode 2026 before."""
        if self._in_tmux:
            return ""
        return _CURSOR_THROUGH_SCREEN if self._in_screen else _CURSOR

    def look_for_client(self) -> None:
        """In tmux: find the connection of the client that is attached now; does not wait for it."""
        if self._in_tmux:
            threading.Thread(target=self._find_connection, daemon=True, name="tmux-client").start()

    def take(self, message: Message) -> bool:
        """Say whether `message` is an answer to a probe that was sent with a frame."""
        if isinstance(message, TerminalSupportsSynchronizedOutput):
            found = _SYNC
        elif isinstance(message, events.CursorPosition):
            found = self.first
        else:
            return False
        if self._in_tmux or found == self.probe:
            return not self._in_tmux
        if not self.probe:
            self.probe = found
        return False

    def n_queued(self) -> int:
        """Return the bytes in the SSH connection's socket."""
        now = time.monotonic()
        if self._queue.is_known and now - self._read_at >= _READ_AGAIN_S:
            self._read_at = now
            self._waiting = self._queue.waiting() or 0
        return self._waiting

    def _find_connection(self) -> None:
        connection = connection_of_tmux()
        self._queue = SshQueue(connection)
        self._waiting = 0
