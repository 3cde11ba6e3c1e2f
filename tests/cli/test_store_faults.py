"""The store breaks while answers come: they go on to their end, and a line says what is wrong."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.test_process import KEY, configure
from tests.support.answers import END, said
from tests.support.process import run, run_shell, start
from tests.support.wire_server import SSE_HEAD, Exchange, WireServer, sse

FILE = Path("data", "compare-tui", "compare-tui.db")


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_KEY", KEY)


def _remove(home: Path) -> None:
    (home / FILE).unlink()


def _remove_directory(home: Path) -> None:
    shutil.rmtree((home / FILE).parent)


def _overwrite(home: Path) -> None:
    (home / FILE).write_bytes(b"\x00" * 20_000)


def _truncate(home: Path) -> None:
    (home / FILE).write_bytes(b"")


def _hold(home: Path) -> None:
    """Lock the file as a program does that knows nothing of our lock."""
    with closing(sqlite3.connect(home / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")


@pytest.mark.parametrize("spoil", [_remove, _remove_directory, _overwrite, _truncate, _hold])
async def test_an_answer_goes_on_when_its_file_breaks(home: Path, spoil: Callable[[Path], None]) -> None:
    go_on = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD)
        await exchange.chunk(said("First half, "))
        await go_on.wait()
        await exchange.chunk(said("second half.") + END)
        await exchange.end()

    async with WireServer(reply) as server:
        configure(server, home)
        program = await start("ask", "What?", "-m", "a", "-m", "b", "--json", "--no-stdin")
        async with asyncio.timeout(20):
            while not _has_arrived(home):  # noqa: ASYNC110 - another process's file
                await asyncio.sleep(0.02)
        spoil(home)
        go_on.set()
        done = await program.end()
    assert done.status == 0
    assert [answer["text"] for answer in json.loads(done.out)["answers"]] == ["First half, second half."] * 2
    shown = await run("show", "--json")
    turns = json.loads(shown.out)["turns"]
    assert [answer["text"] for answer in turns[0]["answers"]] == ["First half, second half."] * 2


def _has_arrived(home: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{home / FILE}?mode=ro", uri=True)) as db:
            return bool(db.execute("SELECT count(DISTINCT answer) = 2 FROM chunks").fetchone()[0])
    except sqlite3.Error:
        return False


async def test_an_answer_comes_where_nothing_can_be_written(home: Path) -> None:
    async with WireServer(sse(said("All of it.") + END)) as server:
        configure(server, home)
        done = await run_shell("ulimit -f 16; $COMPARE_TUI ask What? -m a --no-stdin")
    assert done.status == 0
    assert "All of it." in done.out
    assert "the disk is full" in done.err or "kept in memory" in done.err
