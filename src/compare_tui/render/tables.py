"""Tables: columns fitted to the width, cells wrapped; as records where the columns would be too narrow to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rich.segment import Segment

from compare_tui.render.flow import Line
from compare_tui.render.inline import Inline
from compare_tui.render.leaves import Place
from compare_tui.render.palette import Roles
from compare_tui.render.runs import LINE_END, Run, RunWrapper, fold, received_runs
from compare_tui.render.view import Margin, View
from compare_tui.render.wrapping import cells

Align = Literal["", "left", "center", "right"]

_SAMPLE = 64
"""Rows after each of which the columns are fitted again; then only whenever their number has doubled."""
_LONGEST_WORD = 14
"""Cells of a word that a column need not hold whole."""
_LONGEST_CELL = 2_000
"""Characters; a longer cell is shown as typed."""
_GAP = 3


class Cell(NamedTuple):
    content: str
    source: int


Row = Sequence[Cell]
_Drawn = list[list[Run]]


@dataclass(frozen=True, slots=True)
class _Needs:
    """Cells that a column would take: for its widest cell, and for its longest word."""

    whole: int = 2
    word: int = 2

    def with_cell(self, runs: Sequence[Run]) -> _Needs:
        lines = "".join(run.text for run in runs).split(LINE_END)
        whole = max(cells(line) for line in lines)
        if whole <= self.word:
            return self
        word = max(cells(word) for line in lines for word in line.split(" "))
        return _Needs(max(self.whole, whole), max(self.word, min(word, _LONGEST_WORD)))


class TableLeaf:
    """A table whose rows come one by one."""

    def __init__(self, place: Place, header: Row, aligns: Sequence[Align], inline: Inline) -> None:
        self.lines: list[Line] = []
        self.place = place
        self._inline = inline
        self._aligns = aligns
        self._cells = [header]
        self._rows: list[_Drawn] = []
        self._needs = [_Needs()] * len(header)
        self._fitted_needs = self._needs
        self._widths: list[int] | None = None
        self._partial: Sequence[Row] = ()
        self.n_fixed = 0
        """Lines that a further row does not change, unless it makes the columns wider."""
        self._last_height = 0
        self._n_drawn = 0
        self._read(0)

    def lay_out(self, view: View) -> None:
        self._draw_all(view, _fit(self._fitted_needs, self._room(view)))

    def add(self, rows: Sequence[Row], view: View) -> int:
        """Add complete rows; return the index of the first line that changed."""
        n_before = len(self._rows)
        self._cells += rows
        self._partial = ()
        self._read(n_before)
        return self._redraw(_fit(self._fitted_needs, self._room(view)), n_before, view)

    def show_partial(self, rows: Sequence[Row], view: View) -> int:
        """Show rows that are not complete yet, until more are added; return the index of the first changed line."""
        self._partial = rows
        needs = self._fitted_needs
        if len(self._rows) < _SAMPLE:
            for row in rows:
                needs = _with_row(needs, [self._read_cell(cell) for cell in row])
        return self._redraw(_fit(needs, self._room(view)), len(self._rows), view)

    def close(self, view: View) -> int:
        return self.show_partial((), view)

    def read_again(self) -> None:
        """Read all cells again: other link definitions are known. `lay_out` has to follow."""
        self._rows = []
        self._needs = [_Needs()] * len(self._aligns)
        self._read(0)

    def _read(self, first: int) -> None:
        for number, row in enumerate(self._cells[first:], first + 1):
            drawn = [self._read_cell(cell) for cell in row]
            self._rows.append(drawn)
            self._needs = _with_row(self._needs, drawn)
            if number <= _SAMPLE or number & (number - 1) == 0:
                self._fitted_needs = self._needs

    def _read_cell(self, cell: Cell) -> list[Run]:
        if len(cell.content) > _LONGEST_CELL:
            return received_runs(cell.content, (), cell.source)
        return self._inline.read(cell.content, cell.source.__add__)[0]

    def _room(self, view: View) -> int:
        return view.width - view.rest_margin(self.place.path).cells

    def _draw_all(self, view: View, widths: list[int] | None) -> None:
        self._widths = widths
        self.lines = self.place.blank_lines(view)
        self.n_fixed = len(self.lines)
        self._last_height = 0
        self._n_drawn = 0
        self._draw_from(0, view)

    def _redraw(self, widths: list[int] | None, first_row: int, view: View) -> int:
        """Draw the rows from `first_row` on, or all if the columns have other widths; the first changed line."""
        is_first_record = widths is None and self._n_drawn <= 1 < len(self._rows)
        if widths != self._widths or is_first_record:
            self._draw_all(view, widths)
            return 0
        first = self.n_fixed
        self._draw_from(first_row, view)
        return first

    def _draw_from(self, first: int, view: View) -> None:
        del self.lines[self.n_fixed :]
        for index in range(first, len(self._rows)):
            self._draw_row(index, self._rows[index], self._cells[index], view)
        self.n_fixed = len(self.lines)
        self._n_drawn = len(self._rows)
        height = self._last_height
        for row in self._partial:
            self._draw_row(len(self._rows), [self._read_cell(cell) for cell in row], row, view)
        self._last_height = height

    def _draw_row(self, index: int, row: _Drawn, received: Row, view: View) -> None:
        source = received[0].source if received else self.place.source
        drawn = self._record(index, row, source, view) if self._widths is None else self._row(index, row, source, view)
        if index > 1 and (len(drawn) > 1 or self._last_height > 1):
            self.lines.append(self._rule(view, source))
        self.lines += drawn
        if index == 0 and self._widths is not None:
            self.lines.append(self._rule(view, source))
        self._last_height = len(drawn) if index else 0

    def _row(self, index: int, row: _Drawn, source: int, view: View) -> list[Line]:
        """A row in columns."""
        widths = self._widths or []
        base: Roles = (*self.place.base, "table_head") if index == 0 else self.place.base
        folded = [fold(runs, width) for runs, width in zip(row, widths, strict=True)]
        gap = Segment(f" {view.palette.signs.column} ", view.style(("table_rule",)))
        lines: list[Line] = []
        for number in range(max(len(cell) for cell in folded)):
            segments: list[Segment] = []
            for column, (cell, width) in enumerate(zip(folded, widths, strict=True)):
                if column:
                    segments.append(gap)
                runs, text, _ = cell[number] if number < len(cell) else ([], "", "\n")
                drawn = [Segment(run.text, view.style(base + run.roles)) for run in runs]
                segments += _aligned(drawn, width - cells(text), self._aligns[column], is_last=column == len(row) - 1)
            lines.append(self._line(view, segments, source, is_first=index == 0 and number == 0))
        return lines

    def _record(self, index: int, row: _Drawn, source: int, view: View) -> list[Line]:
        """A row as one line for each cell, with the column's name before it; the header itself is not drawn."""
        lines: list[Line] = []
        if index == 0 and len(self._rows) > 1:
            return lines
        for column, runs in enumerate(row):
            left = self._margin(view, is_first=not lines and index == min(1, len(self._rows) - 1))
            hanging = Margin((*view.rest_margin(self.place.path).segments, Segment("  ")), left.cells + 2)
            if hanging.cells + 2 > view.width:
                hanging = view.rest_margin(self.place.path)
            wrapper = RunWrapper(view, left, hanging, source, self.place.base, keeps_source=True)
            head = [Run(run.text, (*run.roles, "table_head"), source) for run in self._rows[0][column]]
            if index:
                wrapper.feed([*head, Run(": ", ("table_head",), source), *runs] if head else runs)
            else:
                wrapper.feed(head)
            lines += [*wrapper.lines, *wrapper.ending()]
        return lines

    def _rule(self, view: View, source: int) -> Line:
        signs = view.palette.signs
        if self._widths is None:
            text = signs.rule * max(1, self._room(view))
        else:
            text = f"{signs.rule}{signs.crossing}{signs.rule}".join(signs.rule * width for width in self._widths)
        return self._line(view, [Segment(text, view.style(("table_rule",)))], source, is_first=False)

    def _line(self, view: View, segments: list[Segment], source: int, *, is_first: bool) -> Line:
        margin = self._margin(view, is_first=is_first)
        size = margin.cells + sum(cells(segment.text) for segment in segments)
        return Line((*margin.segments, *segments), size, source, margin.cells)

    def _margin(self, view: View, *, is_first: bool) -> Margin:
        path = self.place.path
        return view.first_margin(path, self.place.n_drawn) if is_first else view.rest_margin(path)


def _with_row(needs: Sequence[_Needs], row: _Drawn) -> list[_Needs]:
    return [need.with_cell(runs) for need, runs in zip(needs, row, strict=True)]


def _fit(needs: Sequence[_Needs], room: int) -> list[int] | None:
    """Widths of columns that together take at most `room` cells; None if words would have to be split."""
    room -= _GAP * (len(needs) - 1)
    if sum(need.whole for need in needs) <= room:
        return [need.whole for need in needs]
    widths = [need.word for need in needs]
    left = room - sum(widths)
    if left < 0:
        return None
    while left > 0:
        growing = [index for index, need in enumerate(needs) if widths[index] < need.whole]
        narrowest = min(growing, key=lambda index: widths[index])
        level = widths[narrowest]
        together = [index for index in growing if widths[index] == level]
        ceiling = min([needs[index].whole for index in together] + [widths[i] for i in growing if widths[i] > level])
        step = min(ceiling - level, left // len(together))
        if step == 0:
            for index in together[:left]:
                widths[index] += 1
            break
        for index in together:
            widths[index] += step
        left -= step * len(together)
    return widths


def _aligned(segments: list[Segment], missing: int, align: Align, *, is_last: bool) -> list[Segment]:
    before = missing if align == "right" else missing // 2 if align == "center" else 0
    after = 0 if is_last else missing - before
    padded = [Segment(" " * before), *segments] if before > 0 else segments
    return [*padded, Segment(" " * after)] if after > 0 else padded
