"""A whole comparison as JSON. Keys are added to, never changed."""

from __future__ import annotations

from datetime import UTC, datetime

from compare_tui.domain.json_types import Json
from compare_tui.domain.lanes import Lane
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn
from compare_tui.engine.history import ComparisonRecord
from compare_tui.export.answer_json import SCHEMA_VERSION, answer


def record_document(record: ComparisonRecord) -> dict[str, Json]:
    """Return the document of `export --format json`."""
    comparison = record.comparison
    lanes = all_lanes(comparison)
    return {
        "schema_version": SCHEMA_VERSION,
        "comparison": comparison.id,
        "title": record.title,
        "created": utc(comparison.created_at),
        "system": comparison.system,
        "tier": None if comparison.tier is None else comparison.tier.value,
        "tags": list(record.tags),
        "lanes": [_lane(lane, position, comparison) for position, lane in enumerate(lanes)],
        "turns": [_turn(turn, lanes) for turn in comparison.turns],
        "votes": [],
        "notes": [],
    }


def all_lanes(comparison: Comparison) -> list[Lane]:
    """Return the lanes in their order, then those that were removed but have answered."""
    lanes = {lane.id: lane for lane in comparison.lanes}
    for turn in comparison.turns:
        for lane, feeds in sorted(turn.answers.items()):
            lanes.setdefault(lane, feeds[-1].lane)
    return list(lanes.values())


def utc(at: float) -> str:
    """Return a time (Unix seconds) as text."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _lane(lane: Lane, position: int, comparison: Comparison) -> dict[str, Json]:
    removed = comparison.lane(lane.id) is None
    return {
        "lane": position,
        "model": lane.model,
        "backend": lane.backend,
        "params": lane.params,
        "removed": removed,
    }


def _turn(turn: Turn, lanes: list[Lane]) -> dict[str, Json]:
    answers: list[Json] = []
    for position, lane in enumerate(lanes):
        shown = turn.answer(lane.id)
        for number, feed in enumerate(turn.answers.get(lane.id, ()), 1):
            answers.append(_answer(feed, position, number, is_shown=feed is shown))
    return {"turn": turn.number, "prompt": turn.prompt, "started": utc(turn.started_at), "answers": answers}


def _answer(feed: AnswerFeed, position: int, number: int, *, is_shown: bool) -> dict[str, Json]:
    return {
        **answer(feed, position),
        "alternative": number,
        "shown": is_shown,
        "generation_id": feed.state.generation_id,
        "native_finish_reason": feed.state.native_finish_reason,
        "chunks": [[chunk.at_ms, len(chunk.text)] for chunk in feed.chunks if not chunk.is_reasoning],
        "reasoning_chunks": [[chunk.at_ms, len(chunk.text)] for chunk in feed.chunks if chunk.is_reasoning],
    }
