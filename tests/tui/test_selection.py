"""Selecting with the mouse: what is marked, and that the text is copied as it was received."""

from __future__ import annotations

from base64 import b64decode

import pytest
from textual import events
from textual.geometry import Region

from compare_tui.render.dialect import Dialect
from compare_tui.render.markdown import MarkdownFlow
from compare_tui.render.palette import plain
from compare_tui.render.received import received_between
from tests.support.pilot import Stand, stand


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was sent to the terminal's clipboard."""
    texts: list[str] = []

    def write_raw(_app: object, data: str) -> None:
        texts.append(b64decode(data.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode())

    monkeypatch.setattr("compare_tui.tui.internals.terminal.write_raw", write_raw)
    monkeypatch.setenv("TERM", "xterm")
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    return texts


async def _answered(running: Stand, text: str) -> None:
    await running.send("go")
    await running.say(0, text)
    await running.end(0)


async def _drag(running: Stand, first: tuple[int, int], *path: tuple[int, int]) -> None:
    """Press at a place of the first pane (column, row), move, and let go at the last."""
    pane = running.panes[0]
    await running.pilot.mouse_down(pane, offset=first)
    for place in path:
        await running.pilot.hover(pane, offset=place)
    await running.pilot.mouse_up(pane, offset=path[-1])
    await running.pilot.pause()


def _marked(running: Stand) -> list[str]:
    pane = running.panes[0]
    strips = pane.render_lines(Region(0, 1, pane.size.width, pane.size.height - 2))
    return [part.text for strip in strips for part in strip if part.style is not None and part.style.reverse]


async def test_words_in_a_line_are_marked_and_copied(copied: list[str]) -> None:
    async with stand("one") as running:
        await _answered(running, "Some **bold words** here.")
        await _drag(running, (7, 3), (9, 3), (17, 3))
        assert "".join(_marked(running)) == "bold words"
        await running.until(lambda: copied)
        await running.until(lambda: "(OSC 52)" in running.screen.header.text)
    assert copied == ["bold words"]


async def test_lines_are_copied_with_the_marks_that_were_received(copied: list[str]) -> None:
    text = "# Title\n\n- one **two**\n- `three`\n\nEnd."
    async with stand("one") as running:
        await _answered(running, text)
        await _drag(running, (2, 3), (60, 12))
        await running.until(lambda: copied)
    assert copied == [text]


async def test_a_click_selects_nothing_and_takes_the_marks_away(copied: list[str]) -> None:
    async with stand("one", "two") as running:
        await _answered(running, "Some words here.")
        await _drag(running, (2, 3), (6, 3))
        await running.until(lambda: copied)
        await running.pilot.click(running.panes[0], offset=(4, 4))
        assert _marked(running) == []
    assert copied == ["Some"]


async def test_the_wheel_scrolls_as_ever() -> None:
    async with stand("one") as running:
        await _answered(running, "\n\n".join(f"line {number}" for number in range(60)))
        pane = running.panes[0]
        end = pane.scroll.top
        pane.post_message(events.MouseScrollUp(pane, 5, 5, 0, -1, 0, False, False, False))
        await running.pilot.pause()
        assert pane.scroll.top == end - 3


@pytest.mark.parametrize(
    ("text", "first", "last", "expected"),
    [
        ("a **b** c", (0, 0), (0, 5), "a **b** c"),
        ("see [here](http://x.y/z) now", (0, 4), (0, 8), "here"),
        ("one\n\ntwo *three*\n\nfour", (0, 0), (2, 9), "one\n\ntwo *three*"),
        ("```py\nif a:\n\tb()\n```", (1, 0), (2, 20), "if a:\n\tb()"),
        ("> quoted **words**\n> more", (0, 0), (1, 40), "quoted **words**\n> more"),
    ],
)
def test_received_text_is_found_behind_what_is_drawn(
    text: str, first: tuple[int, int], last: tuple[int, int], expected: str
) -> None:
    flow = MarkdownFlow(plain(), 60, dialect=Dialect())
    flow.append(text)
    flow.finish()
    assert received_between(flow, first, last) == expected
