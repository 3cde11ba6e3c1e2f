"""The statements that write comparisons, turns, answers and the journal. Every one may be repeated without harm."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.comparison import AnswerFeed, Chunk, Comparison, Turn
from compare_tui.storage.facts import Columns
from compare_tui.storage.index import index_answer, index_turn, unindex_answer, unindex_turn
from compare_tui.storage.values import float_value, json_value, ms_value, text_value

_TITLE_CHARS = 80


def put_comparison(db: sqlite3.Connection, comparison: Comparison, owner: int) -> None:
    """Insert the comparison, or note who has it open now."""
    system = None if comparison.system is None else text_value(comparison.system)
    db.execute(
        """INSERT INTO comparisons (number, id, created_ms, tier, owner, system)
        VALUES ((SELECT coalesce(max(number), 0) + 1 FROM comparisons), ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET tier = excluded.tier, owner = excluded.owner, system = excluded.system""",
        (comparison.id, ms_value(comparison.created_at), comparison.tier, owner, system),
    )


def leave_comparison(db: sqlite3.Connection, comparison: str, owner: int) -> None:
    """Nobody has the comparison open any more, if it was this owner."""
    db.execute("UPDATE comparisons SET owner = NULL WHERE id = ? AND owner = ?", (comparison, owner))


def put_lanes(db: sqlite3.Connection, comparison: str, lanes: Iterable[tuple[int, str, str, str]]) -> None:
    """Make `lanes` (id, model, backend, params as JSON) the lanes in their order; others stay as removed ones."""
    db.execute("UPDATE lanes SET position = NULL WHERE comparison = ?", (comparison,))
    db.executemany(
        """INSERT INTO lanes (comparison, lane, position, model, backend, params) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (comparison, lane) DO UPDATE SET position = excluded.position, model = excluded.model,
        backend = excluded.backend, params = excluded.params""",
        [
            (comparison, lane, position, text_value(model), backend, params)
            for position, (lane, model, backend, params) in enumerate(lanes)
        ],
    )


def put_turn(db: sqlite3.Connection, comparison: str, turn: Turn) -> None:
    """Insert the turn and its words; the first prompt names a comparison without a title."""
    unindex_turn(db, comparison, turn.number)
    db.execute(
        """INSERT INTO turns (comparison, number, started_ms, prompt, shown) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (comparison, number) DO UPDATE SET started_ms = excluded.started_ms, prompt = excluded.prompt,
        shown = excluded.shown""",
        (comparison, turn.number, ms_value(turn.started_at), text_value(turn.prompt), _shown(turn)),
    )
    index_turn(db, comparison, turn.number)
    title = make_safe_line(turn.prompt, _TITLE_CHARS)
    db.execute("UPDATE comparisons SET title = ? WHERE id = ? AND title = ''", (title, comparison))


def _shown(turn: Turn) -> str | None:
    """Return which alternatives count as said, as JSON, or None where it is the last of each lane."""
    places = {str(lane): place for lane, place in turn.shown.items() if place != len(turn.answers[lane]) - 1}
    return json_value(places) if places else None


def put_answer(db: sqlite3.Connection, columns: Columns) -> int:
    """Insert the answer, or overwrite the one with the same `uid`; return its row."""
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns)
    db.execute(f"INSERT INTO answers ({names}) VALUES ({values}) ON CONFLICT (uid) DO UPDATE SET {changes}", columns)
    row: int = db.execute("SELECT id FROM answers WHERE uid = ?", (columns["uid"],)).fetchone()[0]
    return row


def end_answer(db: sqlite3.Connection, answer: int, columns: Columns) -> None:
    """Write what an answer is in the end, with its words, and take it out of the journal."""
    unindex_answer(db, answer)
    change_answer(db, answer, columns)
    index_answer(db, answer)
    delete_chunks(db, answer)


def change_answer(db: sqlite3.Connection, answer: int, columns: Columns) -> None:
    """Overwrite columns of an answer."""
    changes = ", ".join(f"{name} = :{name}" for name in columns)
    db.execute(f"UPDATE answers SET {changes} WHERE id = :id", {**columns, "id": answer})


def put_cost(db: sqlite3.Connection, feed: AnswerFeed) -> None:
    """Write a cost that was found out after the answer's end."""
    cost = (float_value(feed.state.cost_usd), feed.state.cost_source.value)
    db.execute("UPDATE answers SET cost_usd = ?, cost_source = ? WHERE uid = ?", (*cost, feed.id))


def put_chunks(db: sqlite3.Connection, answer: int, first: int, chunks: Sequence[Chunk]) -> None:
    """Append chunks to the journal, the first of them with the number `first`."""
    db.executemany(
        "INSERT OR REPLACE INTO chunks (answer, seq, at_ms, is_reasoning, text) VALUES (?, ?, ?, ?, ?)",
        [
            (answer, seq, chunk.at_ms, chunk.is_reasoning, text_value(chunk.text))
            for seq, chunk in enumerate(chunks, first)
        ],
    )


def delete_chunks(db: sqlite3.Connection, answer: int) -> None:
    """Take the answer out of the journal."""
    db.execute("DELETE FROM chunks WHERE answer = ?", (answer,))
