"""A program in a real tmux, as a person at a terminal uses it."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_LIMIT_S = 20.0


class Tmux:
    """One tmux server of its own with one window."""

    def __init__(self, socket: Path, argv: Sequence[str], env: dict[str, str], *, columns: int, rows: int) -> None:
        self._socket = str(socket)
        words = ["env", "-i", *(f"{name}={value}" for name, value in env.items()), *argv]
        self.run("new-session", "-d", "-x", str(columns), "-y", str(rows), shlex.join(words) + "; sleep 600")

    def run(self, *args: str) -> str:
        """Run one tmux command and return what it prints."""
        command = ["tmux", "-f", "/dev/null", "-S", self._socket, *args]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout

    def keys(self, *keys: str) -> None:
        """Send keys by their tmux names."""
        self.run("send-keys", *keys)

    def type(self, text: str) -> None:
        """Send text as it is, as one burst."""
        self.run("send-keys", "-l", text)

    def screen(self) -> str:
        """What stands on the screen."""
        return self.run("capture-pane", "-p")

    def wait_for(self, *texts: str) -> str:
        """Return the screen once all of `texts` stand on it; fails with the screen after 20 s."""
        return self._wait(lambda screen: all(text in screen for text in texts), f"{texts} to come")

    def wait_gone(self, text: str) -> str:
        """Return the screen once `text` has left it."""
        return self._wait(lambda screen: text not in screen, f"{text!r} to go")

    def _wait(self, is_there: Callable[[str], bool], what: str) -> str:
        end = time.monotonic() + _LIMIT_S
        while not is_there(screen := self.screen()):
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain for {what}:\n{screen}")
            time.sleep(0.05)
        return screen

    def close(self) -> None:
        """End the server and all in it."""
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], check=False, capture_output=True, timeout=10)
