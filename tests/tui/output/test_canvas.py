"""Whatever a canvas is given in whatever order, the terminal shows what one full drawing would show."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from compare_tui.tui.output.canvas import Canvas
from compare_tui.tui.output.cells import Cell, CellMaker
from compare_tui.tui.output.pens import PLAIN, Inks, Pen, change, pen_of
from compare_tui.tui.output.sixteen import Sixteen

_WIDTH, _HEIGHT = 24, 4
_COLOURS = [None, "default", "red", "bright_black", "#d5d8dd", "#121417", "#fbfbf9", "color(200)"]
_styles = st.builds(
    Style,
    color=st.sampled_from(_COLOURS),
    bgcolor=st.sampled_from(_COLOURS),
    bold=st.sampled_from([None, True, False]),
    italic=st.sampled_from([None, True]),
    underline=st.sampled_from([None, True]),
    reverse=st.sampled_from([None, True]),
    strike=st.sampled_from([None, True]),
)
_texts = st.text(alphabet="ab  │─日本Ω", min_size=1, max_size=9)
_puts = st.tuples(
    st.integers(0, _WIDTH - 1), st.integers(0, _HEIGHT - 1), st.lists(st.tuples(_texts, _styles), max_size=4)
)
_Frames = list[list[tuple[int, int, list[tuple[str, Style]]]]]
_frames = st.lists(st.lists(_puts, min_size=1, max_size=6), min_size=1, max_size=5)
_PENS: dict[str, Callable[[Style], Pen]] = {
    "own": lambda style: pen_of(style, ColorSystem.TRUECOLOR),
    "sixteen": Sixteen((18, 20, 23)).pen,
}


def _screen() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(_WIDTH, _HEIGHT)
    return screen, pyte.Stream(screen)


def _looks(screen: pyte.Screen) -> list[list[object]]:
    """Return every cell; of a blank only what can be seen."""
    return [[_look(screen.buffer[y][x]) for x in range(_WIDTH)] for y in range(_HEIGHT)]


def _look(cell: pyte.screens.Char) -> object:
    if cell.data == " " and not (cell.underscore or cell.reverse or cell.strikethrough):
        return " ", cell.bg
    return cell


def _row_end(maker: CellMaker, x: int, parts: Sequence[tuple[str, Style]]) -> Sequence[Cell]:
    """Return cells that end with the row, so that no wide character stands across its end."""
    strip = Strip([Segment(text, style) for text, style in parts])
    return maker.cells(strip.adjust_cell_length(min(strip.cell_length, _WIDTH - x), Style()))


@settings(max_examples=150, deadline=None)
@given(frames=_frames, inks=st.sampled_from(sorted(_PENS)), budget=st.sampled_from([None, 1, 60]))
def test_differences_show_what_a_full_drawing_shows(frames: _Frames, inks: str, budget: int | None) -> None:
    maker, pens = CellMaker(), Inks(_PENS[inks])
    canvas = Canvas(_WIDTH, _HEIGHT)
    screen, stream = _screen()
    whole_screen, whole_stream = _screen()
    for frame in frames:
        for x, y, parts in frame:
            canvas.put(x, y, _row_end(maker, x, parts))
        stream.feed(canvas.draw(pens, budget=budget, first=2))
    while not canvas.is_clean:
        stream.feed(canvas.draw(pens, budget=budget))
    assert canvas.draw(pens) == ""
    canvas.forget()
    whole_stream.feed(canvas.draw(pens))
    assert _looks(screen) == _looks(whole_screen)


@given(first=_styles, second=_styles)
def test_a_change_of_pen_leads_from_any_look_to_any_other(first: Style, second: Style) -> None:
    old, new = (pen_of(style, ColorSystem.TRUECOLOR) for style in (first, second))
    screen, stream = _screen()
    stream.feed(change(PLAIN, old) + change(old, new) + "x\x1b[m" + change(PLAIN, new) + "x")
    assert screen.buffer[0][0] == screen.buffer[0][1]


def test_only_what_has_changed_is_written() -> None:
    maker, canvas = CellMaker(), Canvas(_WIDTH, _HEIGHT)
    inks = Inks(lambda _: PLAIN)
    canvas.put(0, 1, maker.cells([Segment("the same text")]))
    canvas.draw(inks)
    canvas.put(0, 1, maker.cells([Segment("the sane text")]))
    assert canvas.draw(inks) == "\x1b[2;5Hsane"
    canvas.put(0, 1, maker.cells([Segment("the sane text")]))
    assert canvas.draw(inks) == ""


def test_neighbours_of_one_look_share_a_sequence() -> None:
    red = Style(color="red")
    cells = CellMaker().cells([Segment("a", red), Segment("b", Style(color="red")), Segment(" c"), Segment("d", red)])
    canvas = Canvas(5, 1)
    inks = Inks(lambda style: pen_of(style, ColorSystem.TRUECOLOR))
    canvas.draw(inks)
    canvas.put(0, 0, cells)
    assert canvas.draw(inks) == "\x1b[1;1H\x1b[31mab \x1b[mc\x1b[31md\x1b[m"


def test_a_cluster_of_doubtful_width_stays_in_its_cells() -> None:
    """A terminal that takes ❤ with VS16 for one cell, as tmux does, shows the neighbour in its place all the same."""
    canvas = Canvas(_WIDTH, 1)
    inks = Inks(lambda _: PLAIN)
    screen, stream = _screen()
    canvas.put(0, 0, CellMaker().cells([Segment("│❤\ufe0f│ next │")]))
    stream.feed(canvas.draw(inks))
    assert screen.display[0].replace("\ufe0f", "").startswith("│❤ │ next │")


def test_the_sixteen_colours_leave_the_terminals_own_where_they_can() -> None:
    pens = Sixteen((18, 20, 23))
    assert pens.pen(Style.parse("#d5d8dd on #121417")) == PLAIN
    assert pens.pen(Style.parse("#343a42 on #121417")) == Pen("90")
    assert pens.pen(Style.parse("#e0847c on #121417")) == Pen("31")
    assert pens.pen(Style.parse("bold #b6c6da on #16191d")).foreground == "36"
    marked = pens.pen(Style.parse("#121417 on #d5d8dd"))
    assert (marked.foreground, marked.background, marked.attributes[4]) == ("39", "49", True)
