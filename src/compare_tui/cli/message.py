"""The message of a turn: the prompt, then the files, then what was piped on standard input.

All of it is made safe, so that what is shown and kept is what was sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from compare_tui.domain.errors import UsageError
from compare_tui.domain.safe_text import make_safe, make_safe_line

MAX_BYTES = 16 * 1024 * 1024
_PATIENCE_S = 1.0


def compose_message(prompt: str, files: Sequence[Path], piped: str) -> str:
    """Return the parts that are not empty, a blank line between them. Raises UsageError."""
    parts = [prompt, *(_read_file(path) for path in files), piped]
    return "\n\n".join(part for part in (make_safe(part).rstrip("\n") for part in parts) if part.strip())


def read_piped(stream: BinaryIO, *, say_waiting: Callable[[], None]) -> str:
    """Return all that comes on standard input; `say_waiting` is called if that takes over 1 s. Raises UsageError."""
    timer = threading.Timer(_PATIENCE_S, say_waiting)
    timer.daemon = True
    timer.start()
    try:
        return _text_of(_read_bounded(stream, "Standard input"), "Standard input")
    except OSError as fault:
        raise UsageError(f"Standard input cannot be read: {fault.strerror}.") from None
    finally:
        timer.cancel()


def _read_file(path: Path) -> str:
    name = make_safe_line(str(path), 200)
    try:
        with path.open("rb") as file:
            data = _read_bounded(file, name)
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "a NUL in its name"
        raise UsageError(f"{name} cannot be read: {reason}.") from None
    return _text_of(data, name)


def _read_bounded(stream: BinaryIO, name: str) -> bytes:
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UsageError(f"{name} is too long for a prompt: over {MAX_BYTES // 1024 // 1024} MiB.")
    return data


def _text_of(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UsageError(f"{name} is not text in UTF-8.")
    return text
