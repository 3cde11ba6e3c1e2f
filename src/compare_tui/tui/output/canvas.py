"""The screen as it shall be and as the terminal has it, cell by cell; the difference is what is written."""

from __future__ import annotations

from collections.abc import Sequence

from compare_tui.tui.output.cells import NO_STYLE, Cell, blanks, is_of_doubtful_width
from compare_tui.tui.output.pens import PLAIN, Inks

_UNKNOWN: Cell = ("\x00", NO_STYLE)
"""What the terminal shows where nobody knows; equal to no cell."""
_GAP = 4
"""As many unchanged cells between two changed ones are written again: going round them takes as many bytes."""
_WORD = 32
"""Cells of a word that are written with a changed one of them: it can be found in what was written."""
_IN_WORDS = "-_.,:/'"
_SPILL = 8
"""As many cells behind a cluster of doubtful width may be damaged where a terminal takes it for wider."""


class Canvas:
    """`width` x `height` cells."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._wanted = [blanks(width) for _ in range(height)]
        self._shown = [[_UNKNOWN] * width for _ in range(height)]
        self._dirty = set(range(height))

    @property
    def is_clean(self) -> bool:
        """Whether the terminal has everything."""
        return not self._dirty

    def put(self, x: int, y: int, cells: Sequence[Cell]) -> None:
        """Let `cells` stand at column `x` of row `y`."""
        if not 0 <= y < self.height or not 0 <= x < self.width:
            return
        row, end = self._wanted[y], min(self.width, x + len(cells))
        part = list(cells[: end - x])
        if row[x:end] == part:
            return
        if x > 0 and not row[x][0]:  # the second half of a wide character, whose first would stand alone
            row[x - 1] = (" ", row[x - 1][1])
        row[x:end] = part
        if end < self.width and not row[end][0]:
            row[end] = (" ", row[end][1])
        self._dirty.add(y)

    def forget(self) -> None:
        """Take nothing for granted: the terminal may show anything."""
        self._shown = [[_UNKNOWN] * self.width for _ in range(self.height)]
        self._dirty = set(range(self.height))

    def draw(self, inks: Inks, *, budget: int | None = None, first: int = 0) -> str:
        """Return the sequences for what has changed, row by row from `first` on; stop behind `budget` characters."""
        drawing = _Drawing(inks)
        for y in sorted(self._dirty, key=lambda y: (y < first, y)):
            if budget is not None and drawing.size >= budget:
                break
            self._draw_row(y, drawing)
        return drawing.end()

    def draw_rows(self, rows: Sequence[int], inks: Inks) -> str:
        """Return the sequences for what has changed in `rows`."""
        drawing = _Drawing(inks)
        for y in self._dirty.intersection(rows):
            self._draw_row(y, drawing)
        return drawing.end()

    def _draw_row(self, y: int, drawing: _Drawing) -> None:
        self._dirty.discard(y)
        wanted, shown = self._wanted[y], self._shown[y]
        changed = [x for x, (new, old) in enumerate(zip(wanted, shown, strict=True)) if new is not old and new != old]
        if not changed:
            return
        is_whole = len(changed) == len(wanted)  # the first paint: every row of it
        for start, end in [(0, len(wanted))] if is_whole else _runs(_with_neighbours(changed, wanted, shown), wanted):
            drawing.write(start, y, wanted[start:end])
        shown[:] = wanted


class _Drawing:
    """Sequences that begin and end with the plain pen."""

    def __init__(self, inks: Inks) -> None:
        self.size = 0
        self._inks = inks
        self._pen = PLAIN
        self._row = -1
        self._pieces: list[str] = []

    def write(self, x: int, y: int, cells: Sequence[Cell]) -> None:
        """Write `cells` at column `x` of row `y`."""
        inks, pen = self._inks, self._pen
        pieces = [_column(x) if y == self._row else f"\x1b[{y + 1};{x + 1}H"]
        self._row = y
        for place, (text, style) in enumerate(cells):
            wanted = inks.pen(style)
            if wanted is not pen and not (text == " " and wanted.is_blank_in(pen)):
                pieces.append(inks.way(pen, wanted))
                pen = wanted
            if is_of_doubtful_width(text):
                width = 2 if place + 1 < len(cells) and not cells[place + 1][0] else 1
                here = x + place
                pieces += [" " * width, _column(here), text, _column(here + width)]
            else:
                pieces.append(text)
        self._pen = pen
        text = "".join(pieces)
        self.size += len(text)
        self._pieces.append(text)

    def end(self) -> str:
        """Return everything."""
        return "".join(self._pieces) + self._inks.way(self._pen, PLAIN)


def _column(x: int) -> str:
    return f"\x1b[{x + 1}G"


def _with_neighbours(changed: list[int], wanted: Sequence[Cell], shown: Sequence[Cell]) -> list[int]:
    doubtful = [x for x in changed if is_of_doubtful_width(wanted[x][0]) or is_of_doubtful_width(shown[x][0])]
    if not doubtful:
        return changed
    near = {beside for x in doubtful for beside in range(x, min(len(wanted), x + _SPILL + 1))}
    return sorted(near | set(changed))


def _runs(changed: Sequence[int], row: Sequence[Cell]) -> list[tuple[int, int]]:
    """Return the places as runs (start, end), over small gaps; words and wide characters are not cut."""
    runs: list[tuple[int, int]] = []
    for x in changed:
        if runs and x < runs[-1][1]:
            continue
        start, end = x, x + 1
        while start > 0 and x - start < _WORD and _goes_on(row, start):
            start -= 1
        while end < len(row) and (end - x < _WORD or not row[end][0]) and _goes_on(row, end):
            end += 1
        while not row[start][0]:
            start -= 1
        if runs and start - runs[-1][1] < _GAP:
            start = runs.pop()[0]
        runs.append((start, end))
    return runs


def _goes_on(row: Sequence[Cell], x: int) -> bool:
    """Say whether the cell at `x` continues what stands before it: a wide character, or a word."""
    return not row[x][0] or all(text.isalnum() or text in _IN_WORDS for text in (row[x - 1][0], row[x][0]))
