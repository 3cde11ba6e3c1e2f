"""What is selected with the mouse in a pane: rows of its transcript, from one cell to another."""

from __future__ import annotations

from typing import NamedTuple

from compare_tui.render.received import received_between
from compare_tui.tui.panes.marks import Mark, MarkKind
from compare_tui.tui.panes.rows import Part, Row
from compare_tui.tui.panes.transcript import Transcript


class Selection(NamedTuple):
    """From where the button was pressed to where the mouse is, each as row and cell of its line."""

    anchor: tuple[int, int]
    end: tuple[int, int]

    @property
    def is_empty(self) -> bool:
        return self.anchor == self.end

    def marks(self, row: Row, y: int) -> tuple[Mark, ...]:
        """Return the marks of `row`, which stands at `y`."""
        first, last = sorted(self)
        if not first[0] <= y <= last[0]:
            return ()
        start = first[1] if y == first[0] else row.line.indent
        end = min(row.line.cells, last[1]) if y == last[0] else row.line.cells
        return (Mark(start, end, MarkKind.SELECTED),) if end > start else ()

    def text(self, transcript: Transcript) -> str:
        """Return what was received of it; an empty line stands between the parts of a transcript."""
        first, last = sorted(self)
        texts: list[str] = []
        for row, part in transcript.parts():
            if row <= last[0] and first[0] < row + part.height:
                texts.append(_text_of(part, (first[0] - row, first[1]), (last[0] - row, last[1])))
        return "\n\n".join(text for text in texts if text)


def _text_of(part: Part, first: tuple[int, int], last: tuple[int, int]) -> str:
    end = part.height - 1
    if first[0] < 0:
        first = (0, 0)
    if last[0] > end:
        last = (end, part.flow.line(end).cells)
    return received_between(part.flow, first, last)
