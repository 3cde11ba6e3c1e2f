"""Panes: what they show while answers come, and how one reads in them."""

from __future__ import annotations

import pytest

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import (
    KeepAliveReceived,
    ModelServed,
    ReasoningReceived,
    StreamCut,
    StreamEnded,
    StreamFailed,
)
from compare_tui.tui.commands import Mode
from tests.support.pilot import Stand, stand


def _lines(first: int, last: int) -> str:
    return "".join(f"line {number}\n" for number in range(first, last + 1))


async def test_three_panes_fill_at_the_same_time_each_with_its_own_text() -> None:
    async with stand("same", "same", "other") as running:
        await running.send("go")
        for word in ("alpha", "beta", "gamma"):
            for lane in range(3):
                await running.say(lane, f"{word}{lane} ")
        for lane in range(3):
            assert running.body(lane) == f"› go alpha{lane} beta{lane} gamma{lane}"
            assert "●" in running.status(lane)


async def test_a_pane_says_how_its_answer_ended() -> None:
    async with stand("one", "two", "three", "four", size=(200, 50)) as running:
        await running.send("go")
        await running.asked(4)
        await running.say(0, "all of it")
        await running.end(0)
        await running.say(1, "half")
        await running.say(1, StreamCut("reset by peer"))
        error = AnswerError(ErrorKind.KEY, "No auth credentials found", code=401)
        await running.say(2, StreamFailed(error), StreamEnded(done=True))
        await running.say(3, KeepAliveReceived())
        assert running.status(0).startswith("✓ done")
        assert running.status(0).endswith("12 · $0.0012")
        assert running.status(1).startswith("✂ cut after ~1 tokens")
        assert "half ✂ Connection lost: reset by peer r ask again; what came stays" in running.body(1)
        assert running.status(2) == "✗ 401 key"
        assert "No auth credentials found" in running.body(2)
        assert "r ask again · m other model" in running.body(2)
        assert running.status(3) == "◌ queued 0 s"


async def test_a_title_says_what_differs_and_who_really_answers() -> None:
    async with stand("maker/model,temperature=0.2", "maker/model@other", size=(160, 30)) as running:
        await running.send("go")
        await running.say(0, ModelServed("maker/model-2025", "Azure"), "hi")
        assert running.shown(0).splitlines()[0].startswith("╭ 1 model · T 0.2 · → model-2025 · via Azure ─")
        assert running.shown(1).splitlines()[0].startswith("╭ 2 model @other ─")


async def test_reasoning_is_one_line_until_it_is_unfolded() -> None:
    async with stand("one") as running:
        await running.send("go")
        await running.say(0, ReasoningReceived("First I think about it."))
        assert "▸ thinking 0 s (~6 tokens)" in running.body(0)
        assert "First I think" not in running.body(0)
        await running.say(0, "The answer.")
        assert "▸ thought for" in running.body(0)
        await running.press("escape", "t")
        assert "▾ thought for" in running.body(0)
        assert "First I think about it. The answer." in running.body(0)
        await running.press("t")
        assert "First I think" not in running.body(0)


async def test_a_pane_follows_its_end_until_one_scrolls_up_and_is_never_yanked() -> None:
    async with stand("one", size=(60, 16)) as running:
        await running.send("go")
        await running.say(0, _lines(1, 30))
        assert "line 30" in running.body(0)
        await running.press("escape", "k", "k", "k")
        there = running.body(0)
        assert "line 30" not in there
        await running.say(0, _lines(31, 35))
        assert running.body(0) == there
        assert running.status(0).endswith("5 new")
        assert "%" in running.status(0)
        await running.press("G")
        assert "line 35" in running.body(0)
        assert "new" not in running.status(0)
        await running.say(0, _lines(36, 40))
        assert "line 40" in running.body(0)


async def test_scrolling_down_to_the_end_follows_again() -> None:
    async with stand("one", size=(60, 16)) as running:
        await running.send("go")
        await running.say(0, _lines(1, 30))
        await running.press("escape", "pageup", "pagedown")
        assert running.panes[0].scroll.follows
        await running.press("g")
        assert "› go" in running.body(0)
        await running.press("ctrl+d", "ctrl+u")
        assert running.panes[0].scroll.top == 0
        assert not running.panes[0].scroll.follows


async def test_turns_are_stepped_through_and_stay_above_each_other() -> None:
    async with stand("one", size=(60, 16)) as running:
        for turn in ("first", "second", "third"):
            await running.send(turn)
            await running.say(0, _lines(1, 20))
            await running.end(0)
        await running.press("escape", "left_square_bracket")
        assert running.body(0).startswith("› third line 1 line 2")
        await running.press("left_square_bracket")
        assert running.body(0).startswith("› second line 1")
        await running.press("right_square_bracket")
        assert running.body(0).startswith("› third line 1")


async def test_a_resize_keeps_the_place_that_is_read() -> None:
    async with stand("one", size=(120, 20)) as running:
        await running.send("go")
        words = " ".join(f"word{number}" for number in range(600))
        await running.say(0, words)
        await running.press("escape", "g", *["ctrl+d"] * 3)
        first = running.shown(0).splitlines()[1].strip("│ ").split()[0]
        await running.pilot.resize_terminal(60, 20)
        await running.pilot.pause()
        assert first in running.shown(0).splitlines()[1]


async def test_panes_are_reached_by_their_keys() -> None:
    async with stand(*(f"m{number}" for number in range(1, 13)), size=(200, 50)) as running:
        await running.press("escape")
        assert running.screen.area.current == 0
        await running.press("h")
        assert running.screen.area.current == 11
        await running.press("l", "l", "right", "tab")
        assert running.screen.area.current == 3
        await running.press("7")
        assert running.panes[6].has_focus
        await running.press("apostrophe", "1")
        assert "Which pane?" in running.screen.header.text
        await running.press("2")
        assert running.panes[11].has_focus
        assert "Which pane?" not in running.screen.header.text
        await running.press("apostrophe", "j", "2")
        assert running.panes[1].has_focus
        await running.press("shift+tab", "left")
        assert running.screen.area.current == 11
        await running.press("apostrophe", "9", "9")
        assert running.screen.area.current == 11
        assert "no pane 99" in running.screen.header.text


async def test_zoom_gives_one_pane_the_room_and_gives_it_back() -> None:
    async with stand("one", "two", "three") as running:
        await running.press("escape", "l", "z")
        assert [pane.display for pane in running.panes] == [False, True, False]
        await running.until(lambda: running.panes[1].size.width == 120)
        await running.until(lambda: "2 two" in running.screen.tabs.text)
        await running.press("l")
        assert [pane.display for pane in running.panes] == [False, False, True]
        await running.press("q")
        assert all(pane.display for pane in running.panes)
        await running.press("z", "escape")
        assert all(pane.display for pane in running.panes)
        assert running.mode() is Mode.REVIEW


async def test_narrow_terminals_get_tabs_and_are_told_so() -> None:
    async with stand("one", "two", "three", size=(80, 24)) as running:
        assert [pane.display for pane in running.panes] == [True, False, False]
        assert "no room for 3" in running.screen.header.text
        await running.send("go")
        await running.asked(3)
        await running.say(2, "from three")
        assert "3 three ●" in running.screen.tabs.text
        await running.press("escape", "3")
        await running.until(lambda: "from three" in running.body(2))
        await running.press("w")
        assert all(pane.display for pane in running.panes)
        await running.until(lambda: [pane.size.width for pane in running.panes] == [26, 27, 27])


async def test_the_word_about_tabs_goes_when_there_is_room_again() -> None:
    async with stand("one", "two", "three", size=(80, 24)) as running:
        assert "no room for 3" in running.screen.header.text
        await running.pilot.resize_terminal(150, 30)
        await running.until(lambda: not running.screen.area.shows_one)
        await running.until(lambda: "no room for 3" not in running.screen.header.text)


async def test_wheel_scrolls_and_a_click_chooses() -> None:
    async with stand("one", "two", size=(100, 16)) as running:
        await running.send("go")
        await running.say(1, _lines(1, 30))
        await running.pilot.click(running.panes[1])
        assert running.panes[1].has_focus
        assert running.mode() is Mode.REVIEW
        running.panes[1].scroll_rows(-3)
        assert not running.panes[1].scroll.follows
        await running.pilot.click("#prompt")
        assert running.mode() is Mode.WRITE


async def test_lanes_are_moved_with_their_text() -> None:
    async with stand("one", "two", "three") as running:
        await running.send("go")
        await running.say(0, "text of one")
        await running.press("escape", "greater_than_sign")
        await running.until(lambda: [pane.lane.model for pane in running.panes] == ["two", "one", "three"])
        assert "text of one" in running.body(1)
        assert running.screen.area.current == 1
        assert running.shown(1).splitlines()[0].startswith("╭ 2 one")
        await running.press("less_than_sign")
        await running.until(lambda: [pane.lane.model for pane in running.panes] == ["one", "two", "three"])


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (10, 5), (300, 100)])
async def test_any_size_is_survived(size: tuple[int, int]) -> None:
    async with stand("one", "two", "three", size=(120, 30)) as running:
        await running.send("go")
        await running.say(0, _lines(1, 50))
        await running.pilot.resize_terminal(*size)
        await running.say(0, _lines(51, 60))
        await running.pilot.resize_terminal(120, 30)
        await running.pilot.pause()
        assert "line 60" in running.body(0)


async def _sixteen(running: Stand) -> None:
    await running.send("go")
    await running.asked(16)


async def test_sixteen_lanes_are_shown_and_reached() -> None:
    async with stand("m,n=16", size=(200, 50)) as running:
        await _sixteen(running)
        await running.say(15, "the last one")
        assert len(running.panes) == 16
        await running.press("escape", "apostrophe", "1", "6")
        assert running.panes[15].has_focus
        await running.until(lambda: "the last one" in running.body(15))


async def test_what_a_reader_must_know_of_a_backend_stands_in_its_panes() -> None:
    notes = {"other": "variants of one small model"}
    async with stand("one", "two@other", backend_notes=notes) as running:
        await running.send("go")
        await running.asked(2)
        assert running.body(1) == "variants of one small model › go"
        assert running.body(0) == "› go"
        assert "variants of one small model" in running.screen.header.text


async def test_a_long_prompt_is_cut_short_above_each_answer() -> None:
    async with stand("one") as running:
        await running.send("\n".join(f"row {number}" for number in range(30)))
        assert "› row 0 row 1 row 2 … 27 more lines" in running.body(0)
