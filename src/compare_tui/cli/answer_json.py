"""The document of `ask --json`."""

from __future__ import annotations

from compare_tui.domain.json_types import Json
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn
from compare_tui.export.answer_json import SCHEMA_VERSION, answer


def document(comparison: Comparison, turn: Turn, exit_status: int) -> dict[str, Json]:
    """Return the document of `ask --json`: a turn whose answers have all ended."""
    return {
        "schema_version": SCHEMA_VERSION,
        "comparison": comparison.id,
        "turn": turn.number,
        "prompt": turn.prompt,
        "exit_status": exit_status,
        "answers": [answer(feed, position) for position, feed in enumerate(feeds(comparison, turn))],
    }


def feeds(comparison: Comparison, turn: Turn) -> list[AnswerFeed]:
    """Return the turn's answers in the order of the lanes."""
    return [feed for lane in comparison.lanes if (feed := turn.answer(lane.id)) is not None]
