"""Running a command of a person's choice on a text, and taking what it says."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from contextlib import suppress
from typing import NamedTuple

from compare_tui.domain.safe_text import make_safe

LIMIT_BYTES = 1_000_000
"""Of output; a command that says more is ended."""
_READ_OUT_S = 1.0


class Piped(NamedTuple):
    """What a command has said, as safe text, and how it ended."""

    output: str
    status: int
    """Exit status; negative for the number of a signal."""
    is_cut: bool
    """Whether it said more than `LIMIT_BYTES`."""


async def pipe(command: str, text: str) -> Piped:
    """Give `text` to a shell command, which has no terminal; return its output and errors together.

    A caller who is cancelled ends the command and all that it has started.
    """
    process = await asyncio.create_subprocess_shell(
        command, stdin=PIPE, stdout=PIPE, stderr=STDOUT, start_new_session=True
    )
    feeding = asyncio.ensure_future(_feed(process, text.encode()))
    try:
        said = await _read(process)
        is_cut = len(said) > LIMIT_BYTES
        if is_cut:
            _end(process)
        status = await process.wait()
    finally:
        feeding.cancel()
        if process.returncode is None:
            _end(process)
            await process.wait()
        await _read_out(process)
    return Piped(make_safe(said[:LIMIT_BYTES].decode("utf-8", "replace")), status, is_cut)


async def _feed(process: Process, data: bytes) -> None:
    """Write `data`; a command need not read all of it."""
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _read(process: Process) -> bytes:
    assert process.stdout is not None
    said = b""
    while len(said) <= LIMIT_BYTES and (more := await process.stdout.read(65_536)):
        said += more
    return said


async def _read_out(process: Process) -> None:
    """Come to the end of the output, so that its pipe is closed; whoever left the group may hold it open."""
    assert process.stdout is not None
    with suppress(TimeoutError):
        async with asyncio.timeout(_READ_OUT_S):
            while await process.stdout.read(65_536):
                pass


def _end(process: Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
