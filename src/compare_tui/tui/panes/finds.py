"""What was found in a pane: places of some words in its drawn text, kept up to date while it grows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import perf_counter
from typing import NamedTuple

from compare_tui.render.flow import Flow, Line
from compare_tui.render.search import Hit, Span, find
from compare_tui.tui.panes.marks import Mark, MarkKind
from compare_tui.tui.panes.rows import Part


class FlowFinds:
    """The places of `words` in one flow, from the top."""

    def __init__(self, flow: Flow, words: str) -> None:
        self.flow = flow
        self.hits: list[Hit] = []
        self._words = words
        self._revision = -1
        self._end: tuple[int, Line | None] = (-1, None)
        self._searched = 0
        """Lines above this one are final, and searched."""
        self._by_line: dict[int, list[tuple[int, Span]]] = {}

    def update(self) -> None:
        """Search what came since, or everything where all lines changed. A long text costs about 1 ms for 300 lines."""
        flow = self.flow
        height = flow.height
        end = (height, flow.line(height - 1) if height else None)
        if flow.revision == self._revision and end[0] == self._end[0] and end[1] is self._end[1]:
            return
        if flow.revision != self._revision:
            self._searched = 0
        self._revision, self._end = flow.revision, end
        kept = [hit for hit in self.hits if hit[0].y < self._searched]
        self.hits = kept + [hit for hit in find(flow, self._words, first_line=self._searched) if hit]
        self._searched = _start_of_stretch(flow, min(flow.stable_height, height))
        if not self.hits:
            self.hits = _in_received(flow, self._words)
        self._by_line = {}
        for index, hit in enumerate(self.hits):
            for span in hit:
                self._by_line.setdefault(span.y, []).append((index, span))

    def on_line(self, y: int) -> Sequence[tuple[int, Span]]:
        """Return the hits on line `y`, each with its place among all."""
        return self._by_line.get(y, ())


class Found(NamedTuple):
    """One hit in a pane: the row of its first line, and its place among those of its flow."""

    row: int
    finds: FlowFinds
    place: int


class PaneFinds:
    """The places of `words` in the parts of a pane; one of them may be the current."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.current: tuple[FlowFinds, int] | None = None
        self.is_complete = False
        """Whether everything that is laid out has been searched."""
        self._by_flow: dict[int, FlowFinds] = {}

    def update(self, parts: Iterable[Part], until: float) -> None:
        """Search what came since in `parts`, one part at least; what is left at `until` (perf_counter) waits."""
        by_flow: dict[int, FlowFinds] = {}
        self.is_complete = True
        for part in parts:
            finds = self._by_flow.get(id(part.flow)) or FlowFinds(part.flow, self.words)
            by_flow[id(part.flow)] = finds
            if self.is_complete:
                finds.update()
                self.is_complete = perf_counter() < until
        self._by_flow = by_flow

    @property
    def count(self) -> int:
        """How many hits there are."""
        return sum(len(finds.hits) for finds in self._by_flow.values())

    @property
    def place(self) -> int:
        """The place of the current hit among all, counted from 1; 0 if none of them is the current."""
        before = 0
        for finds in self._by_flow.values():
            if self.current is not None and finds is self.current[0]:
                return before + self.current[1] + 1 if self.current[1] < len(finds.hits) else 0
            before += len(finds.hits)
        return 0

    def found(self, parts: Iterable[tuple[int, Part]]) -> list[Found]:
        """Return all hits from the top; `parts` come with the row of their first line."""
        all_found: list[Found] = []
        for row, part in parts:
            finds = self._by_flow.get(id(part.flow))
            if finds is not None:
                last = max(0, part.height - 1)
                all_found += [Found(row + min(hit[0].y, last), finds, index) for index, hit in enumerate(finds.hits)]
        return all_found

    def marks(self, part: Part, y: int) -> tuple[Mark, ...]:
        """Return the marks of line `y` of `part`."""
        finds = self._by_flow.get(id(part.flow))
        if finds is None:
            return ()
        current = self.current[1] if self.current is not None and self.current[0] is finds else -1
        return tuple(
            Mark(span.start, span.end, MarkKind.CURRENT if index == current else MarkKind.FOUND)
            for index, span in finds.on_line(y)
        )


def _start_of_stretch(flow: Flow, y: int) -> int:
    """The first of the lines that line `y` was wrapped out of one with."""
    while 0 < y < flow.height and flow.line(y).joins != "\n":
        y -= 1
    return y


def _in_received(flow: Flow, words: str) -> list[Hit]:
    """Words that are drawn in another way, such as a formula's: the lines that show them, whole."""
    text = flow.text()
    if words == words.lower():
        text = text.lower()
    lines: list[int] = []
    at = text.find(words)
    while at >= 0 and flow.height:
        y = flow.find_line(at)
        if not lines or lines[-1] != y:
            lines.append(y)
        at = text.find(words, at + len(words))
    return [(_whole(flow, y),) for y in lines]


def _whole(flow: Flow, y: int) -> Span:
    line = flow.line(y)
    return Span(y, line.indent, max(line.cells, line.indent + 1))
