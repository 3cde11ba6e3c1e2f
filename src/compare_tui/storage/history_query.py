"""What the history is asked for, as SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from compare_tui.domain.answers import AnswerStatus
from compare_tui.engine.history import HistoryFilter
from compare_tui.storage.index import NUMBER_SHIFT
from compare_tui.storage.values import text_value
from compare_tui.storage.words import Term, read_query

Value: TypeAlias = str | int
Condition: TypeAlias = tuple[str, tuple[Value, ...]]

BEST_FIRST: Final = (
    AnswerStatus.COMPLETE,
    AnswerStatus.TOOL_CALLS,
    AnswerStatus.TRUNCATED,
    AnswerStatus.CANCELLED,
    AnswerStatus.EMPTY,
    AnswerStatus.FILTERED,
    AnswerStatus.REFUSED,
    AnswerStatus.CUT,
    AnswerStatus.ERROR,
    AnswerStatus.WAITING,
    AnswerStatus.QUEUED,
    AnswerStatus.STREAMING,
)
"""A comparison's status is the last of these among its answers; answers under way come before everything."""

_CASES = " ".join(f"WHEN '{status.value}' THEN {place}" for place, status in enumerate(BEST_FIRST))
WORST: Final = f"""(SELECT max(CASE answers.status {_CASES} END) FROM answers
    WHERE answers.comparison = comparisons.id AND NOT EXISTS (
        SELECT 1 FROM answers AS later WHERE later.comparison = answers.comparison AND later.turn = answers.turn
        AND later.lane = answers.lane AND later.id > answers.id))"""
"""The place of a comparison's status in `BEST_FIRST`."""


def conditions(wanted: HistoryFilter) -> Iterator[Condition]:
    """Yield what must hold of a row of `comparisons`."""
    yield "deleted_ms IS NULL", ()
    for term in read_query(wanted.query):
        yield _has(term)
    if wanted.model:
        yield "id IN (SELECT comparison FROM lanes WHERE model LIKE ? ESCAPE '\\')", (_part(wanted.model),)
    if wanted.tag:
        yield "id IN (SELECT comparison FROM tags WHERE tag = ?)", (text_value(wanted.tag),)
    if wanted.since is not None:
        yield "created_ms >= ?", (int(wanted.since * 1000),)
    if wanted.until is not None:
        yield "created_ms < ?", (int(wanted.until * 1000),)
    if wanted.status is not None:
        yield f"{WORST} = ?", (BEST_FIRST.index(wanted.status),)


def _has(term: Term) -> Condition:
    """Say that a word stands in a text, the title or the tags."""
    plain = _part(term.plain)
    beside = "title LIKE ? ESCAPE '\\' OR id IN (SELECT comparison FROM tags WHERE tag LIKE ? ESCAPE '\\')"
    if not term.match:
        return f"({beside})", (plain, plain)
    texts = f"number IN (SELECT rowid >> {NUMBER_SHIFT} FROM words WHERE words MATCH ?)"
    return f"({texts} OR {beside})", (text_value(term.match), plain, plain)


def _part(text: str) -> str:
    """Return the LIKE pattern of texts that hold `text`."""
    escaped = text_value(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
