"""Finding words in drawn text, also across the ends of wrapped lines, and reading drawn text back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import split_text

from compare_tui.render.flow import Flow, Line
from compare_tui.render.wrapping import cells


class Span(NamedTuple):
    """Cells `start` up to `end` of line `y`."""

    y: int
    start: int
    end: int


Hit = tuple[Span, ...]
"""One find: a span for each line that it is on."""


def find(flow: Flow, words: str, *, first_line: int = 0) -> Iterator[Hit]:
    """Every place where `words` are drawn, from `first_line` on.

    Letters match in either case unless `words` has a capital letter; a space also matches the end of a wrapped line.
    """
    if not words:
        return
    has_capital = words != words.lower()
    pattern = re.compile(re.escape(words), 0 if has_capital else re.IGNORECASE)
    y = first_line
    while y < flow.height:
        stretch = _Stretch(flow, y)
        for match in pattern.finditer(stretch.text):
            yield stretch.spans(*match.span())
        y = stretch.end


def text_between(flow: Flow, first: tuple[int, int], last: tuple[int, int]) -> str:
    """The drawn text from one place (line, cell) to another, without margins and with wrapped lines joined."""
    (first_y, first_x), (last_y, last_x) = sorted((first, last))
    pieces: list[str] = []
    for y in range(first_y, min(last_y + 1, flow.height)):
        line = flow.line(y)
        start = max(line.indent, first_x if y == first_y else 0)
        end = last_x if y == last_y else line.cells
        if pieces:
            if line.joins:
                pieces[-1] = pieces[-1].rstrip()
            pieces.append(line.joins)
        pieces.append(split_text(split_text(line.plain, end)[0], start)[1] if end > start else "")
    return "".join(pieces).rstrip(" ")


class _Stretch:
    """Lines that were wrapped out of one, joined."""

    def __init__(self, flow: Flow, first: int) -> None:
        self._first = first
        self._lines: list[Line] = []
        self._starts: list[int] = []
        self._texts: list[str] = []
        text = ""
        self.end = first
        while self.end < flow.height:
            line = flow.line(self.end)
            if self._lines:
                if line.joins == "\n":
                    break
                text = (text.rstrip() if line.joins else text) + line.joins
            own = split_text(line.plain, line.indent)[1]
            self._lines.append(line)
            self._starts.append(len(text))
            self._texts.append(own)
            text += own
            self.end += 1
        self.text = text

    def spans(self, start: int, end: int) -> Hit:
        spans: list[Span] = []
        for number, (line, at, own) in enumerate(zip(self._lines, self._starts, self._texts, strict=True)):
            low, high = max(start - at, 0), min(end - at, len(own.rstrip()))
            if low < high:
                left = line.indent + cells(own[:low])
                spans.append(Span(self._first + number, left, left + cells(own[low:high])))
        return tuple(spans)
