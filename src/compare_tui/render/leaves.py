"""Leaves: the parts of a text that are laid out on their own. Running text and rules; code and tables have files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from rich.segment import Segment

from compare_tui.render.containers import Path, Quote
from compare_tui.render.flow import Line
from compare_tui.render.growing_text import FixedText, GrowingText
from compare_tui.render.palette import Role, Roles
from compare_tui.render.runs import Run, RunWrapper
from compare_tui.render.view import View


class Place(NamedTuple):
    """Where a leaf stands."""

    path: Path
    n_drawn: int
    """Containers of `path` in which something was drawn before."""
    has_blank: bool
    """Whether an empty line goes before it."""
    source: int
    """Where it begins in the received text."""

    @property
    def base(self) -> Roles:
        return ("quote",) if any(isinstance(container, Quote) for container in self.path) else ()

    def blank_lines(self, view: View) -> list[Line]:
        """The empty line before the leaf, if it has one, with the bars of the quotes that go on."""
        if not self.has_blank:
            return []
        margin = view.rest_margin(self.path[: self.n_drawn])
        return [Line(margin.segments, margin.cells, self.source, margin.cells)]


class Leaf(Protocol):
    """`lines` are as laid out last; a leaf that is not open no longer changes but by `lay_out`."""

    @property
    def lines(self) -> list[Line]: ...

    def lay_out(self, view: View) -> None:
        """Make all lines again for `view`."""

    def close(self, view: View) -> int:
        """No more text comes: make what was approximate exact. Return the index of the first line that changed."""


class TextLeaf:
    """A paragraph, a heading, or lines in one style."""

    def __init__(self, place: Place, text: GrowingText | FixedText, *, heading: int = 0, is_open: bool = False) -> None:
        self.lines: list[Line] = []
        self.place = place
        self.text = text
        self.heading = heading
        self.is_open = is_open
        self.n_fixed = 0
        """Lines that more text does not change."""
        self._partial: Sequence[Run] = ()
        self._wrapper: RunWrapper | None = None

    def lay_out(self, view: View) -> None:
        place = self.place
        self._wrapper = RunWrapper(
            view, view.first_margin(place.path, place.n_drawn), view.rest_margin(place.path), place.source, self._base()
        )
        if self.heading:
            mark: Roles = ("heading_mark",)
            self._wrapper.feed([Run("#" * self.heading + " ", mark, place.source)])
        self.text.settle()
        self.lines = place.blank_lines(view)
        self.n_fixed = len(self.lines)
        self._add(self.text.runs)

    def refresh(self, view: View) -> int:
        """Lay out what was added to the text; return the index of the first line that changed."""
        if self._wrapper is None:
            self.lay_out(view)
            return 0
        first = self.n_fixed
        self._partial = ()
        self._add(self.text.settle())
        return first

    def show_partial(self, runs: Sequence[Run], view: View) -> int:
        """Show `runs` after the text, until it grows; return the index of the first changed line."""
        self._partial = runs
        if self._wrapper is None:
            self.lay_out(view)
            return 0
        first = self.n_fixed
        self._add([])
        return first

    def close(self, view: View) -> int:
        if not self.is_open:
            return len(self.lines)
        self.is_open = False
        self._partial = ()
        return self.refresh(view)

    def _add(self, runs: list[Run]) -> None:
        wrapper = self._wrapper
        assert wrapper is not None
        n_before = len(wrapper.lines)
        if runs:
            wrapper.feed(runs)
        del self.lines[self.n_fixed :]
        self.lines += wrapper.lines[n_before:]
        self.n_fixed = len(self.lines)
        self.lines += wrapper.ending([*self.text.rest(is_open=self.is_open), *self._partial])
        if not self.is_open:
            self._wrapper = None

    def _base(self) -> Roles:
        return (*self.place.base, _HEADINGS[min(self.heading, 3)]) if self.heading else self.place.base


_HEADINGS: tuple[Role, ...] = ("text", "heading1", "heading2", "heading3")


class RuleLeaf:
    """A thematic break."""

    def __init__(self, place: Place) -> None:
        self.lines: list[Line] = []
        self._place = place

    def lay_out(self, view: View) -> None:
        place = self._place
        margin = view.first_margin(place.path, place.n_drawn)
        rule = Segment(view.palette.signs.rule * (view.width - margin.cells), view.style(("rule",)))
        line = Line((*margin.segments, rule), view.width, place.source, margin.cells)
        self.lines = [*place.blank_lines(view), line]

    def close(self, view: View) -> int:
        return len(self.lines)
