"""The figures of every answer as CSV. No cell begins with what a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.comparison import AnswerFeed
from compare_tui.engine.history import ComparisonRecord
from compare_tui.export.answer_json import figures, message_of
from compare_tui.export.record_json import all_lanes, utc

_COLUMNS = (
    "comparison", "turn", "started", "lane", "alternative", "shown", "model", "backend", "params", "served_model",
    "provider", "status", "finish_reason", "attempts", "prompt_tokens", "completion_tokens", "reasoning_tokens",
    "tokens_estimated", "cost_usd", "cost_source", "ttft_ms", "duration_ms", "tokens_per_second", "text_chars",
    "reasoning_chars", "error",
)  # fmt: skip
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def figures_csv(record: ComparisonRecord) -> str:
    """Return one line per answer, with a heading."""
    lanes = all_lanes(record.comparison)
    lines = []
    for turn in record.comparison.turns:
        for place, lane in enumerate(lanes):
            shown = turn.answer(lane.id)
            for number, feed in enumerate(turn.answers.get(lane.id, ()), 1):
                head = (record.comparison.id, turn.number, utc(turn.started_at), place, number, feed is shown)
                lines.append((*head, *_cells(feed)))
    return table_csv(_COLUMNS, lines)


def table_csv(heading: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV with defused cells."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(list(heading))
    writer.writerows([[_cell(value) for value in line] for line in lines])
    return text.getvalue()


def _cells(feed: AnswerFeed) -> tuple[object, ...]:
    state, usage = feed.state, feed.state.usage
    known = figures(state)
    counts = (None,) * 4
    return (
        feed.lane.model,
        feed.lane.backend,
        json.dumps(dict(feed.lane.params), ensure_ascii=False) if feed.lane.params else "",
        state.served_model,
        state.provider,
        state.status.value,
        state.finish_reason,
        state.attempts,
        *((usage.prompt_tokens, usage.completion_tokens, usage.reasoning_tokens, usage.estimated) if usage else counts),
        *(known[name] for name in ("cost_usd", "cost_source", "ttft_ms", "duration_ms", "tokens_per_second")),
        state.n_chars,
        state.n_reasoning_chars,
        message_of(state.error) if state.error else "",
    )


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        case _:
            text = make_safe_line(str(value), 2_000)
            return f"'{text}" if text.startswith(_RUN_BY_SPREADSHEETS) else text
