"""`usage`: what was asked for, used and paid, since when, as JSON and CSV."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from compare_tui.domain.errors import UsageError
from compare_tui.domain.json_types import Json
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.usage import Spread, UsageReport, UsageRow
from compare_tui.domain.usage_by import UsageBy
from compare_tui.export.figures_csv import table_csv

_SPAN = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_CSV_FIGURES = (
    "answers", "success_rate", "prompt_tokens", "completion_tokens", "reasoning_tokens", "estimated", "cost_usd",
    "cost_known", "cost_unknown", "ttft_ms_p50", "ttft_ms_p95", "tokens_per_second_p50", "tokens_per_second_p95",
)  # fmt: skip


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


def report_csv(report: UsageReport) -> str:
    """Return the rows of `usage --csv`."""
    keys = [report.by.value, *(["backend"] if report.by is UsageBy.MODEL else [])]
    lines = []
    for row in report.rows:
        first, rate = row.ttft_ms or (None, None), row.tokens_per_second or (None, None)
        head = [row.key, *([row.backend] if report.by is UsageBy.MODEL else [])]
        counts = [row.prompt_tokens, row.completion_tokens, row.reasoning_tokens, row.estimated]
        costs = [row.cost_usd, row.cost_known, row.cost_unknown]
        lines.append([*head, row.answers, row.success_rate, *counts, *costs, *first, *rate])
    return table_csv([*keys, *_CSV_FIGURES], lines)


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
        "success_rate": None if row.success_rate is None else round(row.success_rate, 4),
        "ttft_ms": _spread_json(row.ttft_ms, 0),
        "tokens_per_second": _spread_json(row.tokens_per_second, 1),
    }


def _spread_json(spread: Spread | None, digits: int) -> dict[str, Json] | None:
    return None if spread is None else {"p50": round(spread.p50, digits), "p95": round(spread.p95, digits)}
