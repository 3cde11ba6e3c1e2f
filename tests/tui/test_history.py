"""The history screen, comparisons of the past in the panes, and what is offered at the start; on a real store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from compare_tui.tui.screens.comparison import ComparisonScreen
from compare_tui.tui.screens.confirm import ConfirmScreen
from compare_tui.tui.screens.history import HistoryScreen
from compare_tui.tui.screens.offer import OfferScreen
from tests.support.past_app import interrupt, keep, order_in, past_app, program
from tests.support.pilot import Stand


async def _history(running: Stand) -> HistoryScreen:
    """Open the history and wait for its first page."""
    await running.press("escape", "H")
    await running.until(lambda: isinstance(running.app.screen, HistoryScreen))
    screen = running.app.screen
    assert isinstance(screen, HistoryScreen)
    await running.until(lambda: screen.count is not None)
    return screen


def _titles(screen: HistoryScreen) -> list[str]:
    return [entry.title for entry in screen.entries]


async def test_the_newest_comes_first_and_typing_searches_prompts_and_answers(tmp_path: Path) -> None:
    order = order_in(tmp_path)
    keep(order, "first words", "今天天气好", "last words")
    async with past_app(order) as running:
        screen = await _history(running)
        assert _titles(screen) == ["last words", "今天天气好", "first words"]
        await running.type("wor fir")
        await running.until(lambda: _titles(screen) == ["first words"])
        running.app.screen.query_one("#search", Input).value = "天气"
        await running.until(lambda: _titles(screen) == ["今天天气好"])
        running.app.screen.query_one("#search", Input).value = "status:err"
        await running.until(lambda: _titles(screen) == [])
        running.app.screen.query_one("#search", Input).value = "status:nothing"
        await running.until(lambda: "No status is called nothing." in screen.said)


async def test_a_comparison_of_the_past_opens_in_the_panes_and_goes_on_with_its_history(tmp_path: Path) -> None:
    order = order_in(tmp_path, "fast")
    [old, _] = keep(order, "older question", "newer question", models=("echo", "echo"))
    async with past_app(order) as running:
        assert len(running.panes) == 1
        await _history(running)
        await running.press("down", "enter")
        await running.until(lambda: len(running.panes) == 2 and "older question" in running.body(0))
        assert running.body(1).count("older question") == 2  # the prompt, and its echo
        assert "done" in running.status(0)
        await running.press("i")
        await running.type("and then")
        await running.press("enter")
        await running.until(lambda: running.body(1).count("and then") == 2 and not running.screen.session.is_live)
        comparison = running.screen.session.comparison
        assert comparison is not None
        assert (comparison.id, len(comparison.turns)) == (old, 2)
        assert [exchange.prompt for exchange in comparison.history(comparison.lanes[0].id, 3)] == [
            "older question",
            "and then",
        ]
    with program(order) as other:
        other.room.wait_until_built()
        assert other.room.store is not None
        assert [turn.prompt for turn in other.room.store.history.record(old).comparison.turns] == [
            "older question",
            "and then",
        ]


async def test_a_comparison_that_is_live_elsewhere_can_only_be_read_and_says_so(tmp_path: Path) -> None:
    order = order_in(tmp_path, "fast")
    with program(order) as other:
        comparison = other.ask("shared question", "slow", wait=False)
        feed = comparison.turns[0].answers[comparison.lanes[0].id][0]
        async with past_app(order) as running:
            await running.until(lambda: len(feed.chunks) > 2)
            await asyncio.wrap_future(other.engine.run(lambda engine: other.flush()))
            await _history(running)
            await running.press("enter")
            await running.until(lambda: running.screen.session.is_read_only)
            assert "here it can only be read" in running.screen.header.text
            assert "shared question" in running.body(0)
            assert not running.screen.session.is_live
            await running.press("i")
            await running.type("mine")
            await running.press("enter")
            assert running.screen.composer.text == "mine"
            assert "can only be read" in running.screen.header.text
            running.screen.header.clear_notice()
            assert "read-only" in running.screen.header.text
        other.engine.call(lambda engine: engine.stop_all()).result(10)


async def test_titles_and_tags_are_changed_in_place_and_found(tmp_path: Path) -> None:
    order = order_in(tmp_path)
    keep(order, "a question")
    async with past_app(order) as running:
        screen = await _history(running)
        await running.press("ctrl+r")
        running.app.screen.query_one("#edit", Input).value = "Another title"
        await running.press("enter")
        await running.until(lambda: _titles(screen) == ["Another title"])
        await running.press("ctrl+t")
        running.app.screen.query_one("#edit", Input).value = "#work later"
        await running.press("enter")
        await running.until(lambda: screen.entries[0].tags == ("later", "work"))
        await running.type("tag:work")
        await running.until(lambda: _titles(screen) == ["Another title"])
        await running.type("s")
        await running.until(lambda: _titles(screen) == [])


async def test_a_deletion_is_asked_for_and_can_be_taken_back(tmp_path: Path) -> None:
    order = order_in(tmp_path)
    keep(order, "one", "two")
    async with past_app(order) as running:
        screen = await _history(running)
        await running.press("ctrl+d")
        await running.until(lambda: isinstance(running.app.screen, ConfirmScreen))
        await running.press("n")
        assert _titles(screen) == ["two", "one"]
        await running.press("ctrl+d")
        await running.until(lambda: isinstance(running.app.screen, ConfirmScreen))
        await running.press("y")
        await running.until(lambda: _titles(screen) == ["one"])
        assert "Ctrl+U takes it back" in screen.said
        await running.press("ctrl+u")
        await running.until(lambda: _titles(screen) == ["two", "one"])


async def test_the_comparison_on_the_screen_is_not_deleted(tmp_path: Path) -> None:
    order = order_in(tmp_path)
    keep(order, "one")
    async with past_app(order, opens="") as running:
        await running.until(lambda: running.screen.session.comparison is not None)
        screen = await _history(running)
        await running.press("ctrl+d")
        await running.until(lambda: "on the screen" in screen.said)
        assert running.app.screen is screen


async def test_pages_come_as_far_as_one_looks(tmp_path: Path) -> None:
    order = order_in(tmp_path)
    keep(order, *(f"question {number}" for number in range(60)))
    async with past_app(order) as running:
        screen = await _history(running)
        assert (len(screen.entries), screen.count) == (50, 60)
        await running.press("pagedown", "pagedown")
        await running.until(lambda: len(screen.entries) == 60)
        await running.press(*["pagedown"] * 4)
        await running.press("enter")
        await running.until(
            lambda: running.screen.session.turns and running.screen.session.turns[0].prompt == "question 0"
        )


@pytest.mark.parametrize("takes_it", [True, False])
async def test_what_was_interrupted_is_offered_once(tmp_path: Path, *, takes_it: bool) -> None:
    interrupt(tmp_path, "an interrupted question")
    order = order_in(tmp_path)
    async with past_app(order) as running:
        await running.until(lambda: isinstance(running.app.screen, OfferScreen))
        await running.press("enter" if takes_it else "escape")
        await running.until(lambda: isinstance(running.app.screen, ComparisonScreen))
        if takes_it:
            await running.until(lambda: running.screen.session.comparison is not None)
            assert "an interrupted question" in running.body(0)
            assert running.status(0).startswith("✂ cut after")
            assert len(running.feed(0).text()) > 0
            await running.press("escape", "r")
            await running.until(lambda: running.screen.session.is_live)
        else:
            await running.until(lambda: not list(running.screen.workers))
    async with past_app(order) as running:
        screen = await _history(running)
        assert _titles(screen) == ["an interrupted question"]


@pytest.mark.parametrize(("opens", "prompt"), [("", "newest"), ("id", "oldest")])
async def test_a_start_may_open_one_of_the_past_by_the_beginning_of_its_id(
    tmp_path: Path, opens: str, prompt: str
) -> None:
    order = order_in(tmp_path, "fast", "slow")
    ids = keep(order, "oldest", "newest")
    async with past_app(order, opens=ids[0][:10] if opens else "") as running:
        await running.until(lambda: running.screen.session.comparison is not None)
        assert prompt in running.body(0)
        assert len(running.panes) == 1


async def test_an_id_that_nobody_has_is_said(tmp_path: Path) -> None:
    async with past_app(order_in(tmp_path), opens="nonsense") as running:
        await running.until(lambda: "No comparison has the id nonsense." in running.screen.header.text)


async def test_what_is_left_for_another_comparison_may_be_gone_on_with_elsewhere(tmp_path: Path) -> None:
    order = order_in(tmp_path)
    [old] = keep(order, "one")
    async with past_app(order, opens=old) as running:
        await running.until(lambda: running.screen.session.comparison is not None)
        with program(order) as other:
            assert other.open(old).is_read_only
            await running.press("ctrl+n")
            await running.until(lambda: not other.open(old).is_read_only)


async def test_answers_that_are_still_coming_are_asked_about_before_another_opens(tmp_path: Path) -> None:
    order = order_in(tmp_path, "slow")
    keep(order, "one")
    async with past_app(replace(order, prompt="two")) as running:
        await running.until(lambda: running.screen.session.is_live)
        live = running.screen.session.comparison
        screen = await _history(running)
        await running.until(lambda: "one" in _titles(screen))
        await running.type("one")
        await running.until(lambda: _titles(screen) == ["one"])
        await running.press("enter")
        await running.until(lambda: isinstance(running.app.screen, ConfirmScreen))
        assert running.screen.session.comparison is live
        await running.press("y")
        await running.until(lambda: "one" in running.body(0))
        assert live is not None
        assert not live.live_answers()
