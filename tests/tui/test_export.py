"""Writing the comparison on the screen to a file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from compare_tui.tui.past.copy_of import file_name
from compare_tui.tui.screens.export import ExportScreen
from tests.support.past_app import keep, order_in, past_app
from tests.support.pilot import Stand


async def _export(running: Stand) -> ExportScreen:
    await running.until(lambda: running.screen.session.comparison is not None)
    await running.press("escape", "E")
    await running.until(lambda: isinstance(running.app.screen, ExportScreen))
    screen = running.app.screen
    assert isinstance(screen, ExportScreen)
    return screen


async def test_a_comparison_is_written_in_the_format_that_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    order = order_in(tmp_path)
    keep(order, "What is a CRDT?")
    async with past_app(order, opens="") as running:
        screen = await _export(running)
        assert screen.query_one(Input).value == "what-is-a-crdt.md"
        await running.press("enter")
        await running.until(lambda: running.app.screen is running.screen)
        assert "Written to /" in running.screen.header.text
        assert "### 1. echo" in (tmp_path / "what-is-a-crdt.md").read_text()
        screen = await _export(running)
        await running.press("down", "down")
        assert screen.query_one(Input).value == "what-is-a-crdt.json"
        await running.press("enter")
        await running.until(lambda: running.app.screen is running.screen)
        document = json.loads((tmp_path / "what-is-a-crdt.json").read_text())
        assert document["turns"][0]["answers"][0]["text"] == "What is a CRDT?"
        assert (tmp_path / "what-is-a-crdt.json").stat().st_mode & 0o777 == 0o600


async def test_a_file_is_replaced_only_when_it_is_said_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    order = order_in(tmp_path)
    keep(order, "again")
    (tmp_path / "again.md").write_text("mine")
    async with past_app(order, opens="") as running:
        screen = await _export(running)
        await running.press("enter")
        await running.until(lambda: "exists already. Enter again replaces it." in screen.said)
        assert (tmp_path / "again.md").read_text() == "mine"
        await running.press("enter")
        await running.until(lambda: running.app.screen is running.screen)
        assert "again" in (tmp_path / "again.md").read_text()


async def test_what_cannot_be_written_is_said_in_the_dialog(tmp_path: Path) -> None:
    order = order_in(tmp_path)
    keep(order, "one")
    async with past_app(order, opens="") as running:
        screen = await _export(running)
        screen.query_one(Input).value = str(tmp_path / "nowhere" / "file.md")
        await running.press("enter")
        await running.until(lambda: "cannot be written: No such file or directory." in screen.said)
        screen.query_one(Input).value = " "
        await running.press("enter")
        await running.until(lambda: screen.said == "The file needs a name.")


async def test_a_comparison_that_is_not_kept_is_written_too(tmp_path: Path) -> None:
    order = order_in(tmp_path)
    async with past_app(order) as running:
        await running.press("escape", "E")
        assert running.app.screen is running.screen
    async with past_app(replace(order, save=False, prompt="not kept")) as running:
        await running.until(lambda: running.screen.session.turns and not running.screen.session.is_live)
        screen = await _export(running)
        screen.query_one(Input).value = str(tmp_path / "out.md")
        await running.press("enter")
        await running.until(lambda: running.app.screen is running.screen)
        assert (tmp_path / "out.md").read_text().startswith("# not kept")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("What is a CRDT?", "what-is-a-crdt"),
        ("今天天气好", "今天天气好"),
        ("../../etc/passwd", "etc-passwd"),
        ("?!", "c0ffee"),
        ("word " * 40, "word-word-word-word-word-word-word-word-word"),
        ("x" * 200, "x" * 48),
    ],
)
def test_a_file_is_named_by_the_title(title: str, name: str) -> None:
    assert file_name(title, "c0ffee") == name
