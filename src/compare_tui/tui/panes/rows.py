"""Rows: what a pane draws, one terminal line each; and the parts of a transcript that they come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from compare_tui.render.flow import Flow, Line
from compare_tui.tui.panes.tones import Voice

if TYPE_CHECKING:
    from compare_tui.tui.panes.marks import Mark


class Row(NamedTuple):
    """One line, in a voice, after a prefix. Equal rows look equal: lines compare by identity first."""

    line: Line
    voice: Voice
    prefix: str = ""
    marks: tuple[Mark, ...] = ()
    """Cells of `line` that are marked."""


EMPTY_LINE = Line((), 0, 0)
BLANK = Row(EMPTY_LINE, Voice.QUIET)


@dataclass(slots=True)
class Part:
    """A flow in one voice, with a sign before its first line and as much room before the others."""

    flow: Flow
    voice: Voice
    sign: str = ""
    max_height: int | None = None
    more: Callable[[int], Row] | None = None
    """Makes the row that stands for the lines beyond `max_height`."""

    @property
    def height(self) -> int:
        full = self.flow.height
        return full if self.max_height is None else min(full, self.max_height)

    def row(self, y: int) -> Row:
        """Return the row at `y`."""
        if self.more is not None and self.max_height == y + 1 < self.flow.height:
            return self.more(self.flow.height - y)
        return Row(self.flow.line(y), self.voice, self.sign if y == 0 else " " * len(self.sign))

    def set_width(self, width: int) -> None:
        """Wrap at `width` cells, the sign's room included."""
        self.flow.set_width(max(2, width - len(self.sign)))


class Anchor(NamedTuple):
    """A place in a transcript that outlives another width: a turn's block, a part of it, an offset into its text."""

    block: int
    part: int
    offset: int


Stack = Sequence[Part | None]
"""Parts from top to bottom; None is an empty row."""


def stack_height(stack: Stack) -> int:
    """Return the number of rows of `stack`."""
    return sum(1 if part is None else part.height for part in stack)


def stack_row(stack: Stack, y: int) -> Row:
    """Return the row at `y`, counted from the top of `stack`."""
    for part in stack:
        height = 1 if part is None else part.height
        if y < height:
            return BLANK if part is None else part.row(y)
        y -= height
    return BLANK


def part_at(stack: Stack, y: int) -> tuple[Part | None, int]:
    """Return the part that row `y` lies in, and which of its rows it is."""
    for part in stack:
        height = 1 if part is None else part.height
        if y < height:
            return part, y
        y -= height
    return None, 0


def locate(stack: Stack, y: int) -> tuple[int, int]:
    """Return which part row `y` lies in, and the offset of its text there."""
    for place, part in enumerate(stack):
        height = 1 if part is None else part.height
        if y < height:
            return place, 0 if part is None else part.flow.line_source(y)
        y -= height
    return len(stack), 0


def row_of(stack: Stack, place: int, offset: int) -> int:
    """Return the row that shows `offset` of the part at `place`."""
    above = stack_height(stack[:place])
    part = stack[place] if place < len(stack) else None
    return above if part is None else above + min(part.flow.find_line(offset), max(0, part.height - 1))
