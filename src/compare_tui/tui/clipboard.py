"""Copying, over SSH too, and saying where the text went (screens.md, terminals.md)."""

from __future__ import annotations

import asyncio
import base64
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence

_TMUX_LIMIT_S = 2.0
_OSC_52_CHARACTERS = 74_994
"""Of base64: what xterm takes at most. Others take more, none says when it does not."""


async def copy(text: str, environ: Mapping[str, str], write: Callable[[str], None]) -> str:
    """Copy `text` and return, in one line, where it went. `write` writes to the terminal as it is."""
    size = f"{len(text):,} characters"
    if environ.get("TMUX") and (said := await _to_tmux(text)):
        return f"Copied {size} {said}."
    if environ.get("STY") or environ.get("TERM", "").startswith(("linux", "screen.linux")):
        return f"Wrote {size} to {to_file(text)}: this terminal has no clipboard to reach."
    encoded = base64.b64encode(text.encode()).decode()
    write(f"\x1b]52;c;{encoded}\x07")
    if len(encoded) > _OSC_52_CHARACTERS:
        return f"Also in {to_file(text)}: {size} may be too many for the terminal's clipboard (OSC 52)."
    return f"Sent {size} to the terminal's clipboard (OSC 52)."


async def _to_tmux(text: str) -> str:
    """Return where tmux put the text, or an empty string if it did not take it."""
    if await _run(("tmux", "load-buffer", "-w", "-"), text.encode()) is None:
        return ""
    features = await _run(("tmux", "list-clients", "-F", "#{client_termfeatures}"), b"")
    if features is not None and b"clipboard" in features:
        return "to the clipboard, through tmux"
    return "to the tmux buffer; the tmux prefix and ] pastes it"


async def _run(command: Sequence[str], data: bytes) -> bytes | None:
    """Return what `command` wrote, or None if it failed."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return None
    try:
        output, _ = await asyncio.wait_for(process.communicate(data), _TMUX_LIMIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    return output if process.returncode == 0 else None


def to_file(text: str) -> str:
    """Write `text` to a file that only its owner can read; return its path."""
    number, path = tempfile.mkstemp(prefix="compare-tui-", suffix=".txt")
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
    return path
