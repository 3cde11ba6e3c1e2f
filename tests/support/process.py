"""The program in a process of its own, as a person starts it."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_LIMIT_S = 30


class Running:
    """A started program."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def end(self, piped: bytes | None = None) -> Ended:
        """Wait for the end; `piped` is written to standard input, which is then closed."""
        try:
            async with asyncio.timeout(_LIMIT_S):
                out, err = await self.process.communicate(piped)
        finally:
            if self.process.returncode is None:
                self.process.kill()
                await self.process.wait()
        assert self.process.returncode is not None
        ended = Ended(self.process.returncode, out.decode(), err.decode())
        assert "Traceback" not in ended.err, ended.err
        return ended

    async def error_line(self) -> str:
        """Wait for a line on standard error."""
        assert self.process.stderr is not None
        async with asyncio.timeout(_LIMIT_S):
            return (await self.process.stderr.readline()).decode()


class Ended:
    """How a program ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err


async def start(*args: str, **environ: str) -> Running:
    """Start `compare-tui` with `args` and further variables."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "compare_tui", *args, stdin=PIPE, stdout=PIPE, stderr=PIPE, env={**os.environ, **environ}
    )
    return Running(process)


@asynccontextmanager
async def started_unread(*args: str) -> AsyncIterator[Process]:
    """Start `compare-tui` with a standard output that nobody reads."""
    read_end, write_end = os.pipe()
    command = (sys.executable, "-m", "compare_tui", *args)
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=write_end, stderr=DEVNULL)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(write_end)
        os.close(read_end)


async def run(*args: str, piped: bytes = b"", **environ: str) -> Ended:
    """Run `compare-tui` to its end."""
    return await (await start(*args, **environ)).end(piped)


async def run_shell(script: str, **environ: str) -> Ended:
    """Run a shell script in which `$COMPARE_TUI` is the program."""
    variables = {**os.environ, "COMPARE_TUI": f"{sys.executable} -m compare_tui", **environ}
    process = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", script, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=variables
    )
    return await Running(process).end(b"")
