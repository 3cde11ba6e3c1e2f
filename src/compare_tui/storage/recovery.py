"""What processes left behind that died: their answers become `cut`, their comparisons and places free."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence

from compare_tui.domain.answers import AnswerError, AnswerState, AnswerStatus, ErrorKind
from compare_tui.domain.figures import estimate_usage, tokens_per_second
from compare_tui.engine.comparison import Chunk
from compare_tui.storage.arrivals import Arrival, pack_arrivals
from compare_tui.storage.facts import Columns
from compare_tui.storage.index import unindex_comparison
from compare_tui.storage.rows import end_answer
from compare_tui.storage.values import json_value

_CUT = AnswerError(ErrorKind.CONNECTION, "The program ended before the answer did.", type="program_ended")


def recover(db: sqlite3.Connection, *, own: int, is_alive: Callable[[str], bool]) -> tuple[int, tuple[str, ...]]:
    """Retire every owner that is dead. Returns how many answers became `cut`, and the tokens of the dead."""
    others = db.execute("SELECT id, token FROM owners WHERE id != ?", (own,)).fetchall()
    dead = [(owner, token) for owner, token in others if not is_alive(token)]
    n_cut = sum(retire(db, owner) for owner, _ in dead)
    # Owners that a damaged file has lost.
    lost = db.execute(
        "SELECT DISTINCT owner FROM answers WHERE owner IS NOT NULL AND owner NOT IN (SELECT id FROM owners)"
    ).fetchall()
    n_cut += sum(retire(db, owner) for (owner,) in lost)
    return n_cut, tuple(token for _, token in dead)


def retire(db: sqlite3.Connection, owner: int) -> int:
    """Take an owner out of the file. Returns how many of its answers were under way: they are `cut`."""
    answers = [row[0] for row in db.execute("SELECT id FROM answers WHERE owner = ?", (owner,))]
    for answer in answers:
        _cut(db, answer)
    db.execute("UPDATE comparisons SET owner = NULL WHERE owner = ?", (owner,))
    free_places(db, owner)
    db.execute("DELETE FROM owners WHERE id = ?", (owner,))
    return len(answers)


def purge(db: sqlite3.Connection, before_ms: int) -> int:
    """Remove the comparisons that were deleted before a time, with their words."""
    ids = [row[0] for row in db.execute("SELECT id FROM comparisons WHERE deleted_ms <= ?", (before_ms,))]
    for comparison in ids:
        unindex_comparison(db, comparison)
        db.execute("DELETE FROM comparisons WHERE id = ?", (comparison,))
    return len(ids)


def free_places(db: sqlite3.Connection, owner: int) -> None:
    """Free the places that this owner has only reserved: nothing was sent for them."""
    db.execute("DELETE FROM places WHERE state = 'reserved' AND owner = ?", (owner,))


def _cut(db: sqlite3.Connection, answer: int) -> None:
    chunks = list(_chunks(db, answer))
    end_answer(
        db,
        answer,
        {
            **_estimates(db, answer, chunks),
            "status": AnswerStatus.CUT.value,
            "owner": None,
            "error": json_value(_CUT),
            "duration_ms": chunks[-1].at_ms if chunks else None,
            "arrivals": pack_arrivals(Arrival(chunk.at_ms, len(chunk.text), chunk.is_reasoning) for chunk in chunks),
            "reasoning": "".join(chunk.text for chunk in chunks if chunk.is_reasoning),
            "text": "".join(chunk.text for chunk in chunks if not chunk.is_reasoning),
        },
    )
    db.execute(
        "UPDATE comparisons SET interrupted = 1 WHERE id = (SELECT comparison FROM answers WHERE id = ?)", (answer,)
    )


def _estimates(db: sqlite3.Connection, answer: int, chunks: Sequence[Chunk]) -> Columns:
    """Return the tokens of what had arrived, estimated unless the server had counted them, and their speed."""
    counted = db.execute("SELECT completion_tokens FROM answers WHERE id = ?", (answer,)).fetchone()[0]
    if not chunks or counted is not None:
        return {}
    state = AnswerState(
        AnswerStatus.CUT,
        n_chars=sum(len(chunk.text) for chunk in chunks if not chunk.is_reasoning),
        n_reasoning_chars=sum(len(chunk.text) for chunk in chunks if chunk.is_reasoning),
        first_delta_at=chunks[0].at_ms / 1000,
        last_delta_at=chunks[-1].at_ms / 1000,
    )
    usage = estimate_usage(state, _prompt_chars(db, answer))
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "tokens_estimated": int(usage.estimated),
        "tokens_per_second": tokens_per_second(state),
    }


def _prompt_chars(db: sqlite3.Connection, answer: int) -> int:
    """Return about how many characters were sent: system, the lane's prompts so far, and its answers to them."""
    n_chars: int = db.execute(
        """WITH this AS (SELECT comparison, turn, lane FROM answers WHERE id = ?),
        said AS (SELECT a.turn AS turn, max(a.id) AS id FROM answers a, this
            WHERE a.comparison = this.comparison AND a.lane = this.lane AND a.turn <= this.turn GROUP BY a.turn)
        SELECT coalesce((SELECT length(system) FROM comparisons WHERE id = (SELECT comparison FROM this)), 0)
        + coalesce((SELECT sum(length(prompt)) FROM turns WHERE comparison = (SELECT comparison FROM this)
            AND number IN (SELECT turn FROM said)), 0)
        + coalesce((SELECT sum(length(text)) FROM answers WHERE id IN (SELECT id FROM said, this
            WHERE said.turn < this.turn)), 0)""",
        (answer,),
    ).fetchone()[0]
    return n_chars


def _chunks(db: sqlite3.Connection, answer: int) -> Iterator[Chunk]:
    rows = db.execute("SELECT at_ms, is_reasoning, text FROM chunks WHERE answer = ? ORDER BY seq", (answer,))
    for at_ms, is_reasoning, text in rows:
        yield Chunk(at_ms, bool(is_reasoning), text)
