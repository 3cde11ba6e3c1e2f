"""`usage`: what was asked for, used and paid."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from compare_tui.cli.answer_text import usd
from compare_tui.cli.output import Output, Style
from compare_tui.domain.errors import UsageError
from compare_tui.domain.json_types import Json
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.usage import UsageBy, UsageReport, UsageRow

_SPAN = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_HEADINGS = ("answers", "tokens in", "tokens out", "reasoning", "cost")


def parse_since(text: str, now: datetime, option: str = "--since") -> float:
    """Return the Unix time of `today`, `24h`, `7d`, `2w` or a local date and time. Raises UsageError."""
    span = _SPAN.fullmatch(text)
    if span is not None:
        return (now - int(span[1]) * _UNITS[span[2]]).timestamp()
    if text == "today":
        return now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        shown = make_safe_line(text, 40)
        raise UsageError(f"{option} {shown} is no time.", hint="Say today, 24h, 7d, 2w or 2026-11-22.") from None


def report_json(report: UsageReport) -> dict[str, Json]:
    """Return the document of `usage --json`."""
    rows: list[Json] = []
    for row in report.rows:
        key: dict[str, Json] = {report.by.value: row.key}
        if report.by is UsageBy.MODEL:
            key["backend"] = row.backend
        rows.append({**key, **_row_json(row)})
    return {"rows": rows, "totals": _row_json(report.totals)}


def write_report(report: UsageReport, output: Output) -> None:
    """Write the report as a table."""
    if not report.rows:
        output.write("No answers yet.\n")
        return
    heading = (report.by.value, *_HEADINGS)
    rows = [_cells(_name(row, report.by), row) for row in report.rows]
    total = _cells("in all", report.totals)
    widths = [max(len(row[column]) for row in (heading, *rows, total)) for column in range(len(heading))]
    output.write(_line(heading, widths), Style.DIM)
    for row in rows:
        output.write(_line(row, widths))
    output.write(_line(total, widths), Style.STRONG)
    unknown = report.totals.cost_unknown
    if unknown:
        output.write(f"The cost of {unknown:,} answers is not known.\n", Style.DIM)
    if report.totals.estimated:
        output.write("Some tokens are estimated: their server counts none.\n", Style.DIM)


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


def _row_json(row: UsageRow) -> dict[str, Json]:
    return {
        "answers": row.answers,
        "statuses": dict(row.statuses),
        "prompt_tokens": row.prompt_tokens,
        "completion_tokens": row.completion_tokens,
        "reasoning_tokens": row.reasoning_tokens,
        "estimated": row.estimated,
        "cost_usd": row.cost_usd,
        "cost_known": row.cost_known,
        "cost_unknown": row.cost_unknown,
    }
