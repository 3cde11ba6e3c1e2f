"""Pure arithmetic of the panes: how they share the room, where one stands in a text, what a frame looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style

from compare_tui.render.flow import Line
from compare_tui.tui.pane_layout import Arrangement, Layout, arrange
from compare_tui.tui.panes.frame import Frame, FrameStyles
from compare_tui.tui.panes.marks import MarkKind
from compare_tui.tui.panes.rows import Row
from compare_tui.tui.panes.scroll import Scroll
from compare_tui.tui.panes.title import Title
from compare_tui.tui.panes.tones import Tone, Voice
from compare_tui.tui.signs import UNICODE

_TABS = Arrangement(1, 1, tabs=True)
_STYLES = FrameStyles(
    border=Style(),
    number=Style(),
    name=Style(),
    detail=Style(),
    tones=dict.fromkeys(Tone, Style()),
    voices=dict.fromkeys(Voice, Style()),
    marks=dict.fromkeys(MarkKind, Style()),
)


@pytest.mark.parametrize(
    ("panes", "width", "height", "expected"),
    [
        (1, 80, 20, Arrangement(1, 1)),
        (2, 80, 20, Arrangement(2, 1)),
        (3, 80, 20, _TABS),
        (3, 120, 26, Arrangement(3, 1)),
        (4, 120, 26, Arrangement(2, 2)),
        (4, 120, 20, _TABS),
        (4, 200, 46, Arrangement(4, 1)),
        (8, 200, 46, Arrangement(4, 2)),
        (16, 200, 46, _TABS),
        (3, 30, 10, _TABS),
    ],
)
def test_the_layout_by_width_keeps_panes_readable(panes: int, width: int, height: int, expected: Arrangement) -> None:
    assert arrange(Layout.AUTO, panes, width, height) == expected


@given(st.sampled_from(Layout), st.integers(1, 16), st.integers(1, 400), st.integers(1, 200))
def test_every_arrangement_has_room_for_every_pane(layout: Layout, panes: int, width: int, height: int) -> None:
    arrangement = arrange(layout, panes, width, height)
    assert arrangement.tabs or arrangement.columns * arrangement.rows >= panes
    assert arrangement.tabs or arrangement.columns * (arrangement.rows - 1) < panes


def test_the_layout_key_goes_round() -> None:
    layout, seen = Layout.AUTO, []
    for _ in Layout:
        layout = layout.next()
        seen.append(layout)
    assert set(seen) == set(Layout)


def test_a_text_that_grows_does_not_move_what_is_read() -> None:
    scroll = Scroll()
    scroll.measure(100, 20)
    assert (scroll.top, scroll.percent, scroll.at_end) == (80, 100, True)
    scroll.by(-30)
    scroll.measure(140, 20)
    assert (scroll.top, scroll.n_new, scroll.percent) == (50, 40, 50)
    scroll.by(60)
    assert scroll.n_new == 10
    scroll.by(1000)
    assert (scroll.follows, scroll.n_new, scroll.top) == (True, 0, 120)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 80), st.integers(-600, 600)), max_size=20))
def test_a_window_never_leaves_its_text(moves: list[tuple[int, int, int]]) -> None:
    scroll = Scroll()
    for height, rows, by in moves:
        scroll.measure(height, rows)
        scroll.by(by)
        assert 0 <= scroll.top <= max(0, height - rows)
        assert 0 <= scroll.percent <= 100
        assert not scroll.follows or scroll.at_end


@given(
    st.integers(4, 60),
    st.text(alphabet="ab 語👍é", max_size=40),
    st.text(alphabet="xy 漢", max_size=60),
)
def test_every_line_of_a_frame_is_as_wide_as_the_pane(width: int, name: str, text: str) -> None:
    frame = Frame(width, _STYLES, UNICODE)
    cells = Segment(text).cell_length
    row = Row(Line((Segment(text),), cells, 0), Voice.ANSWER, "› ")
    for strip in (
        frame.top(Title("12", name, (text, "@other"))),
        frame.bottom((name, text), Tone.LIVE),
        frame.body(row),
    ):
        assert strip.cell_length == width
        assert sum(segment.cell_length for segment in strip) == width


def test_a_title_that_does_not_fit_ends_in_an_ellipsis() -> None:
    frame = Frame(24, _STYLES, UNICODE)
    assert frame.top(Title("1", "claude-sonnet-4.5", ("via Elsewhere",))).text == "╭ 1 claude-sonnet-4.5 ─╮"
    assert frame.top(Title("1", "a-model-with-a-long-name")).text == "╭ 1 a-model-with-a-l… ─╮"
