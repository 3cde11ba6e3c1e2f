"""Going on with the last comparison, as a person does it: one process after the other."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.cli.test_process import KEY, REPLIES, configure
from tests.support.process import run, start
from tests.support.wire_server import WireServer


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_KEY", KEY)


async def test_ask_goes_on_with_the_last_comparison_in_another_process(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
        first = await run("ask", "What?", "-m", "good", "-m", "other", "--json")
        again = await run("ask", "-c", "And why?", "--json")
        assert (again.status, again.err) == (0, "")
        document = json.loads(again.out)
        assert document["comparison"] == json.loads(first.out)["comparison"]
        assert document["turn"] == 2
        sent = {exchange.json()["model"]: exchange.json()["messages"] for exchange in server.exchanges[2:]}
        assert [message["content"] for message in sent["good"]] == ["What?", "Good answer.", "And why?"]
        assert [message["content"] for message in sent["other"]] == ["What?", "Another.", "And why?"]
    [entry] = json.loads((await run("history", "--json")).out)
    assert (entry["id"], entry["turns"], entry["status"]) == (document["comparison"], 2, "complete")
    shown = await run("show", entry["id"][:4])
    assert "Good answer." in shown.out
    assert KEY not in (await run("export", "--format", "json")).out


async def test_what_a_killed_process_left_is_shown_as_cut(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
        process = (await start("ask", "What?", "-m", "stalls", "--json", "--no-stdin")).process
        while not server.exchanges or b"So far" not in _journal(home):
            assert process.returncode is None
            await asyncio.sleep(0.02)
        process.kill()
        await process.communicate()
    [entry] = json.loads((await run("history", "--json")).out)
    assert entry["status"] == "cut"
    assert "So far\n✂ cut" in (await run("show")).out


def _journal(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("compare-tui.db-wal"))


async def test_there_is_nothing_to_go_on_with_at_first(home: Path) -> None:
    done = await run("ask", "-c", "What?")
    assert (done.status, done.err) == (2, "compare-tui: There is no comparison yet.\n")
