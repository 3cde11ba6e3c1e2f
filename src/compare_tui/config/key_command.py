"""A program that prints a key: run without a shell, within bounds of time and length."""

from __future__ import annotations

import os
import subprocess
import threading
import weakref
from collections.abc import Sequence
from typing import IO

from compare_tui.domain.errors import ConfigError

_LIMIT_S = 10.0
_MAX_BYTES = 64 * 1024
_LAST_WORDS_S = 0.5
"""A program that has ended may have left another behind that holds its output open; what it said is there by then."""


def run_key_command(command: Sequence[str]) -> tuple[int, str, str]:
    """Return the status of the program, and the first line of what it printed and of what it said on standard error.

    Blocks. Raises ConfigError with the rest of a sentence that begins with the command; nothing of the output is in it.
    """
    try:
        process = subprocess.Popen(
            list(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "a NUL in its arguments"
        raise ConfigError(f"cannot be run: {reason}.") from None
    assert process.stdout is not None
    assert process.stderr is not None
    # The program may end while a password is awaited: nothing stays behind.
    killed_at_exit = weakref.finalize(process, process.kill)
    readers = _Reader(process.stdout, process), _Reader(process.stderr, process)
    try:
        status = process.wait(_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise ConfigError(f"did not end within {_LIMIT_S:g} s.") from None
    finally:
        killed_at_exit.detach()
    printed, said = (reader.text() for reader in readers)
    if any(reader.is_too_long for reader in readers):
        raise ConfigError(f"printed over {_MAX_BYTES // 1024} KiB.")
    return status, _first_line(printed), _first_line(said)


class _Reader:
    """Reads a pipe in a thread of its own, to its end or its bound; past the bound it ends the program."""

    def __init__(self, pipe: IO[bytes], process: subprocess.Popen[bytes]) -> None:
        self.is_too_long = False
        self._pipe = pipe
        self._process = process
        self._data = bytearray()
        self._thread = threading.Thread(target=self._run, name="key command", daemon=True)
        self._thread.start()

    def text(self) -> str:
        """Return what has come; the program has ended."""
        self._thread.join(_LAST_WORDS_S)
        return bytes(self._data).decode(errors="replace")

    def _run(self) -> None:
        with self._pipe:
            while piece := os.read(self._pipe.fileno(), _MAX_BYTES):
                self._data += piece
                if len(self._data) > _MAX_BYTES:
                    self.is_too_long = True
                    self._process.kill()
                    return


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
