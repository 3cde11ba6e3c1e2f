"""What was used as a table of text: columns go, the least needed first, until it fits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from compare_tui.domain.usage import UsageReport, UsageRow, sum_rows
from compare_tui.domain.usage_by import UsageBy
from compare_tui.render.bars import bar, sparkline
from compare_tui.tui.panes.amounts import dollars, seconds

_GAP = 2
_MIN_NAME_CELLS = 14
_LONG_NAME_CELLS = 20
"""Longer names are cut before a column or the bars go."""
_MAX_NAME_CELLS = 36
_MAX_BAR_CELLS = 16
_MIN_BAR_CELLS = 8
_BAR_RANK = 5
_SPARK_DAYS = 30
PERIODS_S = 32 * 86_400.0
"""How far back the days of `period_lines` reach."""


class Column(NamedTuple):
    """A column of figures; of the least rank goes first."""

    heading: str
    rank: int
    cells: tuple[str, ...]

    @property
    def width(self) -> int:
        return max(len(self.heading), *(len(cell) for cell in self.cells))


class Table(NamedTuple):
    """The lines of a table."""

    heading: str
    rows: tuple[str, ...]
    total: str


def usage_table(report: UsageReport, width: int) -> Table:
    """Return the rows of `report` and their sum in lines of `width` cells at most, with a bar where there is room."""
    rows = [*report.rows, report.totals]
    names = [*(name_of(row, report.by) for row in report.rows), "in all"]
    columns = _columns(rows)
    name_cells = min(_MAX_NAME_CELLS, max(cell_len(name) for name in (*names, report.by.value)))
    while (
        columns
        and _taken(columns) + max(_MIN_NAME_CELLS, min(name_cells, _LONG_NAME_CELLS)) + _for_bar(columns) > width
    ):
        columns.remove(min(columns, key=lambda column: column.rank))
    for_name = width - _taken(columns)
    name_cells = max(1, min(name_cells, for_name, max(_LONG_NAME_CELLS, for_name - _GAP - _MIN_BAR_CELLS)))
    lines = [
        _fit(name, name_cells) + "".join(f"{'':{_GAP}}{column.cells[place]:>{column.width}}" for column in columns)
        for place, name in enumerate(names)
    ]
    heading = _fit(report.by.value, name_cells) + "".join(
        f"{'':{_GAP}}{column.heading:>{column.width}}" for column in columns
    )
    room = min(_MAX_BAR_CELLS, width - name_cells - _taken(columns) - _GAP)
    bars = _bars(report.rows, room) if room >= _MIN_BAR_CELLS else [""] * len(report.rows)
    shown = tuple(f"{line}{'':{_GAP}}{drawn}".rstrip() for line, drawn in zip(lines[:-1], bars, strict=True))
    return Table(heading, shown, lines[-1])


def period_lines(days: UsageReport, today: date) -> list[str]:
    """Return today, this week and this month in a line each, and the last days as a line of blocks."""
    begins = {"today": today, "this week": today - timedelta(days=today.weekday()), "this month": today.replace(day=1)}
    lines = []
    for name, begin in begins.items():
        total = sum_rows(row for row in days.rows if row.key is not None and row.key >= begin.isoformat())
        answers = f"{total.answers:,} answer{'' if total.answers == 1 else 's'}"
        parts = [answers, f"{total.completion_tokens:,} tokens out", *([_cost(total)] if total.answers else [])]
        lines.append(f"{name:<10}  {' · '.join(parts)}")
    counts = {row.key: row.answers for row in days.rows}
    last = [counts.get((today - timedelta(days=ago)).isoformat(), 0) for ago in reversed(range(_SPARK_DAYS))]
    return [*lines, f"{_SPARK_DAYS} days     {sparkline(last)}"]


def notes_on(report: UsageReport) -> list[str]:
    """Return what a reader of the figures must know."""
    notes = []
    unknown = report.totals.cost_unknown
    if unknown:
        notes.append(f"The cost of {'1 answer' if unknown == 1 else f'{unknown:,} answers'} is not known.")
    if report.totals.estimated:
        notes.append("Some tokens are estimated: their server counts none.")
    return notes


def name_of(row: UsageRow, by: UsageBy) -> str:
    """Return what a row stands for."""
    name = row.key if row.key is not None else "(not named)"
    if by is not UsageBy.MODEL:
        return name
    return f"{name.rsplit('/', 1)[-1]}{f' @{row.backend}' if row.backend else ''}"


def _columns(rows: Sequence[UsageRow]) -> list[Column]:
    first = [row.ttft_ms for row in rows]
    speed = [row.tokens_per_second for row in rows]
    rates = [row.success_rate for row in rows]
    columns = [
        Column("answers", 9, tuple(f"{row.answers:,}" for row in rows)),
        Column("tokens in", 4, tuple(f"{row.prompt_tokens:,}" for row in rows)),
        Column("out", 7, tuple(f"{row.completion_tokens:,}" for row in rows)),
        Column("reasoning", 1, tuple(f"{row.reasoning_tokens:,}" for row in rows)),
        Column("cost", 8, tuple(_cost(row, short=True) for row in rows)),
        Column("success", 6, tuple("" if rate is None else f"{rate:.0%}" for rate in rates)),
        Column("first p50", 5, tuple("" if one is None else seconds(one.p50 / 1000) for one in first)),
        Column("p95", 3, tuple("" if one is None else seconds(one.p95 / 1000) for one in first)),
        Column("tok/s p50", 5, tuple("" if one is None else f"{one.p50:.0f}" for one in speed)),
        Column("p95", 2, tuple("" if one is None else f"{one.p95:.0f}" for one in speed)),
    ]
    return [column for column in columns if any(cell not in ("", "0") for cell in column.cells)]


def _cost(row: UsageRow, *, short: bool = False) -> str:
    if row.cost_usd is None:
        return "unknown" if short else "cost unknown"
    return dollars(row.cost_usd)


def _taken(columns: Sequence[Column]) -> int:
    return sum(column.width + _GAP for column in columns)


def _for_bar(columns: Sequence[Column]) -> int:
    """Return the cells that the bars need: they go before the columns that are needed more."""
    return _GAP + _MIN_BAR_CELLS if min(column.rank for column in columns) < _BAR_RANK else 0


def _fit(text: str, cells: int) -> str:
    return set_cell_size(text if cell_len(text) <= cells else set_cell_size(text, cells - 1) + "…", cells)


def _bars(rows: Sequence[UsageRow], cells: int) -> list[str]:
    """Return a bar per row: its part of the dearest's cost, or of the most answers where nothing costs."""
    costs = [row.cost_usd or 0.0 for row in rows]
    values = costs if any(costs) else [float(row.answers) for row in rows]
    most = max(values, default=0.0)
    return [bar(value / most, cells) if most else "" for value in values]
