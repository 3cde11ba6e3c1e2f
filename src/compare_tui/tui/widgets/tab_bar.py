"""The bar of tabs above a single pane: every lane with its number, name and status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.message import Message

from compare_tui.tui.panes.status_line import Status
from compare_tui.tui.panes.tones import Tone
from compare_tui.tui.widgets.bar import Bar, Span

_TONES = {Tone.GOOD: "good", Tone.WARN: "warn", Tone.BAD: "bad", Tone.LIVE: "text"}
_LONG_NAME = 24
_SHORT_NAME = 10


class Tab(NamedTuple):
    """A lane in the bar."""

    number: int
    name: str
    status: Status


class TabBar(Bar):
    """One line; scrolls so that the chosen tab is in sight."""

    class Chosen(Message):
        """A tab was clicked; `place` counts from 0."""

        def __init__(self, place: int) -> None:
            self.place = place
            super().__init__()

    def __init__(self) -> None:
        super().__init__(id="tabs")
        self._tabs: tuple[Tab, ...] = ()
        self._chosen = 0
        self._ends: list[tuple[int, int]] = []

    def set_tabs(self, tabs: Sequence[Tab], chosen: int) -> None:
        """Show `tabs`, the one at place `chosen` marked."""
        self._tabs, self._chosen = tuple(tabs), chosen
        for words, name_cells in ((True, _LONG_NAME), (False, _LONG_NAME), (False, _SHORT_NAME), (False, 0)):
            pieces = [
                _piece(tab, is_chosen=place == chosen, words=words, name_cells=name_cells)
                for place, tab in enumerate(tabs)
            ]
            if sum(map(_cells, pieces)) <= self.size.width:
                break
        first = self._first_shown(pieces, chosen)
        self._ends = []
        column = 0
        for place, piece in enumerate(pieces[first:], first):
            column += _cells(piece)
            self._ends.append((column, place))
        self.show([span for piece in pieces[first:] for span in piece])

    def on_resize(self) -> None:
        if self._tabs:
            self.set_tabs(self._tabs, self._chosen)

    def on_click(self, event: events.Click) -> None:
        place = next((place for column, place in self._ends if event.x < column), None)
        if place is not None:
            self.post_message(self.Chosen(place))

    def _first_shown(self, pieces: Sequence[Sequence[Span]], chosen: int) -> int:
        first = 0
        while first < chosen and sum(map(_cells, pieces[first : chosen + 1])) > self.size.width:
            first += 1
        return first


def _piece(tab: Tab, *, is_chosen: bool, words: bool, name_cells: int) -> list[Span]:
    name = tab.name if len(tab.name) <= name_cells else tab.name[: max(0, name_cells - 1)] + ("…" if name_cells else "")
    said = tab.status.words or next((figure.short for figure in tab.status.figures if figure.short), "")
    status = " ".join((tab.status.sign, said if words else "")).strip()
    number = Span(f" {tab.number} ", "chosen" if is_chosen else "quiet")
    spans = [number, Span(name, "strong" if is_chosen else "quiet")]
    return [*spans, Span(f" {status}  " if status else "  ", _TONES.get(tab.status.tone, "quiet"))]


def _cells(spans: Sequence[Span]) -> int:
    return sum(cell_len(span.text) for span in spans)
