"""Searching in all panes: marks, places, and how one leaves."""

from __future__ import annotations

import pytest
from textual.geometry import Region

from compare_tui.domain.lanes import LaneId
from tests.support.pilot import Stand, stand

_LONG = "\n\n".join(f"Paragraph {number} has a needle in its hay." for number in range(40))


async def _search(running: Stand, words: str) -> None:
    await running.press("slash")
    await running.type(words)
    await running.press("enter")
    await running.until(lambda: len(running.app.screen_stack) == 1)
    await running.pilot.pause()


async def _answered(*texts: str, running: Stand) -> None:
    await running.send("go")
    for lane, text in enumerate(texts):
        await running.say(lane, text)
        await running.end(lane)
    await running.press("escape")


def _marked(running: Stand, place: int) -> list[str]:
    """What is drawn in reverse in the text of a pane."""
    pane = running.panes[place]
    strips = pane.render_lines(Region(0, 1, pane.size.width, pane.size.height - 2))
    return [
        segment.text for strip in strips for segment in strip if segment.style is not None and segment.style.reverse
    ]


def _current(running: Stand, place: int) -> list[str]:
    pane = running.panes[place]
    strips = pane.render_lines(Region(0, 1, pane.size.width, pane.size.height - 2))
    return [
        segment.text
        for strip in strips
        for segment in strip
        if segment.style is not None and segment.style.reverse and segment.style.underline
    ]


async def test_all_panes_mark_what_is_searched_for_and_the_footer_says_where_one_stands() -> None:
    async with stand("one", "two") as running:
        await _answered("A **cat** and a Cat.", "No dog, one cat.", running=running)
        await _search(running, "cat")
        assert _marked(running, 0) == ["cat", "Cat"]
        assert _marked(running, 1) == ["cat"]
        assert _current(running, 0) == ["cat"]
        assert "/cat  1/3" in running.screen.footer.text


async def test_n_goes_from_pane_to_pane_and_round_about_and_shift_n_back() -> None:
    async with stand("one", "two", "three") as running:
        await _answered("a cat, a cat", "a dog", "the last cat", running=running)
        await _search(running, "cat")
        places = []
        for key in ("n", "n", "n", "N", "N"):
            await running.press(key)
            places.append((running.screen.area.current, running.screen.footer.text.split()[1]))
        assert places == [(0, "2/3"), (2, "3/3"), (0, "1/3"), (2, "3/3"), (0, "2/3")]


async def test_a_capital_letter_makes_case_matter() -> None:
    async with stand("one") as running:
        await _answered("a cat and a Cat", running=running)
        await _search(running, "Cat")
        assert _marked(running, 0) == ["Cat"]


async def test_a_place_out_of_sight_is_scrolled_to() -> None:
    async with stand("one") as running:
        await _answered(f"{_LONG}\n\nThe end of the story.", running=running)
        await running.press("g")
        await _search(running, "hay")
        assert running.panes[0].scroll.top == 0
        for _ in range(20):
            await running.press("n")
        assert "Paragraph 20 has" in running.body(0)
        assert _current(running, 0) == ["hay"]
        assert "21/40" in running.screen.footer.text


async def test_a_place_that_the_wrapping_splits_is_marked_on_both_lines() -> None:
    async with stand("one", size=(42, 20)) as running:
        await _answered("The words are wrapped here, so alpha omega.", running=running)
        await _search(running, "alpha omega")
        assert _marked(running, 0) == ["alpha", "omega"]


async def test_what_is_drawn_in_another_way_than_received_is_found_by_its_line() -> None:
    async with stand("one") as running:
        await _answered("Plain.\n\nIt is $\\frac{a+b}{c}$ here.\n\nPlain.", running=running)
        await _search(running, "\\frac".replace("\\", "\\"))
        assert "".join(_marked(running, 0)) == "It is (a+b)/c here."


async def test_what_streams_in_is_marked_at_once_and_the_place_stays() -> None:
    async with stand("one") as running:
        await running.send("go")
        await running.say(0, "one cat ")
        await running.press("escape")
        await _search(running, "cat")
        assert "/cat  1/1" in running.screen.footer.text
        await running.say(0, "and another cat\n\nand a cat")
        assert _marked(running, 0) == ["cat", "cat", "cat"]
        assert _current(running, 0) == ["cat"]
        assert "/cat  1/3" in running.screen.footer.text
        await running.end(0)
        assert "/cat  1/3" in running.screen.footer.text


async def test_panes_out_of_sight_are_searched_as_well() -> None:
    async with stand("one", "two", size=(60, 24)) as running:
        assert running.screen.area.shows_one
        await _answered("nothing here", f"{_LONG}\n\na cat at last", running=running)
        await running.press("1")
        await _search(running, "cat")
        await running.until(lambda: "1/1" in running.screen.footer.text or "0/1" in running.screen.footer.text)
        await running.press("n")
        assert running.screen.area.current == 1
        assert _current(running, 1) == ["cat"]


async def test_another_width_and_other_lanes_keep_the_search() -> None:
    async with stand("one", "two") as running:
        await _answered("a cat " * 30, "no", running=running)
        await _search(running, "cat")
        await running.press("n")
        await running.pilot.resize_terminal(90, 30)
        await running.pilot.pause()
        assert "/cat  2/30" in running.screen.footer.text
        assert _current(running, 0) == ["cat"]
        await running.press("greater_than_sign")
        assert running.panes[1].lane.id == LaneId(0)
        assert "/cat  2/30" in running.screen.footer.text


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_leaving_takes_the_marks_away_and_nothing_else(key: str) -> None:
    async with stand("one", "two") as running:
        await _answered("a cat", "a cat", running=running)
        await running.press("z")
        await _search(running, "cat")
        await running.press(key)
        assert _marked(running, 0) == []
        assert "/cat" not in running.screen.footer.text
        assert running.screen.area.is_zoomed
        assert len(running.app.screen_stack) == 1


async def test_words_are_marked_while_they_are_written_and_leaving_brings_the_last_search_back() -> None:
    async with stand("one") as running:
        await _answered("a cat, a dog", running=running)
        await _search(running, "cat")
        await running.press("slash")
        await running.type("dog")
        await running.until(lambda: _marked(running, 0) == ["dog"])
        await running.press("escape")
        await running.until(lambda: _marked(running, 0) == ["cat"])


async def test_an_empty_line_searches_for_the_last_words_again() -> None:
    async with stand("one") as running:
        await _answered("a cat, a dog", running=running)
        await _search(running, "cat")
        await running.press("escape")
        await _search(running, "")
        assert _marked(running, 0) == ["cat"]


async def test_what_is_not_there_is_said() -> None:
    async with stand("one") as running:
        await _answered("a cat, a dog", running=running)
        await _search(running, "mouse")
        await running.press("n")
        assert "/mouse  not found" in running.screen.footer.text
