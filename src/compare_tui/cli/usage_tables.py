"""`usage` as text: what was used as a table, how fast it came as another, the last days as a line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeAlias

from compare_tui.cli.answer_text import usd
from compare_tui.cli.output import Output, Style
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.usage import UsageReport, UsageRow, sum_rows
from compare_tui.domain.usage_by import UsageBy
from compare_tui.render.bars import sparkline

_SPEED_HEADINGS = ("answered", "first token p50", "p95", "tokens/s p50", "p95")
_WIDTHS = " ▏▎▍▌▋▊▉"
_BAR_CELLS = 20
_SPARK_DAYS = 30
PERIODS_S = 32 * 86_400.0
"""How far back `write_periods` looks."""
_HEADINGS = ("answers", "tokens in", "tokens out", "reasoning", "cost")

Cells: TypeAlias = tuple[str, ...]


def write_report(report: UsageReport, output: Output) -> None:
    """Write the report as tables: what was used, then how fast it came. A terminal gets bars."""
    if not report.rows:
        output.write("No answers yet.\n")
        return
    heading = (report.by.value, *_HEADINGS)
    rows = [_cells(_name(row, report.by), row) for row in report.rows]
    total = _cells("in all", report.totals)
    bars = _bars(report.rows) if output.is_terminal else [""] * len(rows)
    _write_table(output, heading, rows, total, bars)
    unknown = report.totals.cost_unknown
    if unknown:
        answers = "1 answer" if unknown == 1 else f"{unknown:,} answers"
        output.write(f"The cost of {answers} is not known.\n", Style.DIM)
    if report.totals.estimated:
        output.write("Some tokens are estimated: their server counts none.\n", Style.DIM)
    timed = [row for row in report.rows if row.ttft_ms is not None]
    if timed:
        output.write("\n")
        heading = (report.by.value, *_SPEED_HEADINGS)
        speeds = [_speed_cells(_name(row, report.by), row) for row in timed]
        _write_table(output, heading, speeds, _speed_cells("in all", report.totals), [""] * len(speeds))


def write_periods(days: UsageReport, today: date, output: Output) -> None:
    """Write today, this week and this month in a line each, and the last days as a sparkline."""
    begins = {"today": today, "this week": today - timedelta(days=today.weekday()), "this month": today.replace(day=1)}
    for name, begin in begins.items():
        rows = [row for row in days.rows if row.key is not None and row.key >= begin.isoformat()]
        total = sum_rows(rows)
        cost = "cost unknown" if total.cost_usd is None else usd(total.cost_usd)
        output.write(f"{name:<10}  {total.answers:,} answers · {total.completion_tokens:,} tokens out · {cost}\n")
    counts = {row.key: row.answers for row in days.rows}
    last = [counts.get((today - timedelta(days=ago)).isoformat(), 0) for ago in reversed(range(_SPARK_DAYS))]
    output.write(f"{_SPARK_DAYS} days     {sparkline(last)}\n\n", Style.DIM)


def _bars(rows: Sequence[UsageRow]) -> list[str]:
    """Return a bar per row: its part of the dearest's cost, or of the most answers where nothing costs."""
    costs = [row.cost_usd or 0.0 for row in rows]
    values = costs if any(costs) else [float(row.answers) for row in rows]
    most = max(values, default=0.0)
    return [_bar(value * _BAR_CELLS / most if most else 0.0) for value in values]


def _bar(cells: float) -> str:
    whole, part = divmod(round(cells * 8), 8)
    return "█" * whole + (_WIDTHS[part] if part else "")


def _write_table(output: Output, heading: Cells, rows: Sequence[Cells], total: Cells, bars: Sequence[str]) -> None:
    widths = [max(len(row[column]) for row in (heading, *rows, total)) for column in range(len(heading))]
    output.write(_line(heading, widths), Style.DIM)
    for row, bar in zip(rows, bars, strict=True):
        line = _line(row, widths)
        output.write(f"{line.rstrip(chr(10))}  {bar}\n" if bar else line)
    output.write(_line(total, widths), Style.STRONG)


def _speed_cells(name: str, row: UsageRow) -> Cells:
    rate = "" if row.success_rate is None else f"{row.success_rate * 100:.0f} %"
    first = ("", "") if row.ttft_ms is None else tuple(f"{ms / 1000:.2f} s" for ms in row.ttft_ms)
    speed = ("", "") if row.tokens_per_second is None else tuple(f"{tokens:.0f}" for tokens in row.tokens_per_second)
    return (name, rate, *first, *speed)


def _name(row: UsageRow, by: UsageBy) -> str:
    name = row.key if row.key is not None else "(not named)"
    return make_safe_line(f"{name} @{row.backend}" if by is UsageBy.MODEL and row.backend else name, 60)


def _cells(name: str, row: UsageRow) -> tuple[str, ...]:
    counts = (row.answers, row.prompt_tokens, row.completion_tokens, row.reasoning_tokens)
    cost = "unknown" if row.cost_usd is None else usd(row.cost_usd)
    return (name, *(f"{count:,}" for count in counts), cost)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    name, *figures = cells
    columns = [name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True))]
    return "  ".join(columns) + "\n"
