"""Reads a whole comparison back: lanes, turns, and answers with their pieces and times.

The file may have been changed by others: every text is made safe, and what makes no sense is left out.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from compare_tui.domain.json_types import Json
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.safe_text import make_safe, make_safe_line
from compare_tui.domain.tiers import Tier
from compare_tui.engine.comparison import AnswerFeed, Chunk, Comparison, Turn
from compare_tui.engine.history import ComparisonRecord
from compare_tui.engine.past_answers import with_times
from compare_tui.storage.arrivals import unpack_arrivals
from compare_tui.storage.read_state import read_state
from compare_tui.storage.stored_json import safe_object

Row: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on both clocks, in seconds."""

    wall: float
    monotonic: float

    def monotonic_of(self, wall_ms: int) -> float:
        """Return when on the monotonic clock a wall-clock time was."""
        return self.monotonic - (self.wall - wall_ms / 1000)


def read_comparison(db: sqlite3.Connection, comparison: str, now: Instant) -> ComparisonRecord | None:
    """Return the comparison, or None if there is none that was not deleted."""
    row = db.execute(
        "SELECT created_ms, title, tier, system FROM comparisons WHERE id = ? AND deleted_ms IS NULL", (comparison,)
    ).fetchone()
    if row is None:
        return None
    created_ms, title, tier, system = row
    turns = {turn.number: turn for turn in _turns(db, comparison)}
    _add_answers(db, comparison, turns, now)
    _show(db, comparison, turns)
    lanes, next_lane_id = _lanes(db, comparison)
    made = Comparison(
        comparison,
        created_ms / 1000,
        lanes,
        None if system is None else make_safe(system),
        Tier(tier) if tier in set(Tier) else None,
        list(turns.values()),
        next_lane_id,
    )
    tags = db.execute("SELECT tag FROM tags WHERE comparison = ? ORDER BY tag", (comparison,))
    return ComparisonRecord(made, make_safe_line(title), tuple(make_safe_line(tag) for (tag,) in tags))


def _lanes(db: sqlite3.Connection, comparison: str) -> tuple[tuple[Lane, ...], int]:
    rows = db.execute(
        "SELECT lane, position, model, backend, params FROM lanes WHERE comparison = ? ORDER BY position", (comparison,)
    ).fetchall()
    asked = db.execute("SELECT max(lane) FROM answers WHERE comparison = ?", (comparison,)).fetchone()[0]
    lanes = tuple(
        _lane(lane, model, backend, params) for lane, position, model, backend, params in rows if position is not None
    )
    return lanes, max([row[0] for row in rows] + [-1 if asked is None else asked]) + 1


def _lane(lane: int, model: str, backend: str, params: str) -> Lane:
    return Lane(LaneId(lane), LaneSpec(make_safe_line(model), make_safe_line(backend), safe_object(params)))


def _turns(db: sqlite3.Connection, comparison: str) -> list[Turn]:
    rows = db.execute(
        "SELECT number, prompt, started_ms FROM turns WHERE comparison = ? ORDER BY number", (comparison,)
    )
    return [Turn(number, make_safe(prompt), started_ms / 1000) for number, prompt, started_ms in rows]


def _add_answers(db: sqlite3.Connection, comparison: str, turns: dict[int, Turn], now: Instant) -> None:
    cursor = db.execute("SELECT * FROM answers WHERE comparison = ? ORDER BY turn, id", (comparison,))
    names = [column[0] for column in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        # A damaged file may have lost the prompt.
        turn = turns.setdefault(row["turn"], Turn(row["turn"], "", row["started_ms"] / 1000))
        feed = _feed(db, row, now)
        turn.answers.setdefault(feed.lane.id, []).append(feed)


def _show(db: sqlite3.Connection, comparison: str, turns: Mapping[int, Turn]) -> None:
    """Note which alternative counts as said: the last, unless it is written down."""
    for turn in turns.values():
        turn.shown.update({lane: len(feeds) - 1 for lane, feeds in turn.answers.items()})
    rows = db.execute("SELECT number, shown FROM turns WHERE comparison = ? AND shown IS NOT NULL", (comparison,))
    for number, shown in rows:
        turn = turns[number]
        places: dict[str, Json] = {}
        with suppress(ValueError):
            places = json.loads(shown)
        for lane, feeds in turn.answers.items():
            place = places.get(str(lane))
            if isinstance(place, int) and 0 <= place < len(feeds):
                turn.shown[lane] = place


def _feed(db: sqlite3.Connection, row: Mapping[str, object], now: Instant) -> AnswerFeed:
    chunks = _pieces(row) if row["owner"] is None else _journal(db, row["id"])
    lane = _lane(_int(row["lane"]), str(row["model"]), str(row["backend"]), str(row["params"]))
    state = with_times(
        read_state(row),
        chunks,
        started_at=now.monotonic_of(_int(row["started_ms"])),
        ttft_s=_seconds(row["ttft_ms"]),
        duration_s=_seconds(row["duration_ms"]),
        tokens_per_second=_float(row["tokens_per_second"]),
    )
    return AnswerFeed(str(row["uid"]), lane, _int(row["turn"]), state, chunks)


def _pieces(row: Mapping[str, object]) -> list[Chunk]:
    """Cut text and reasoning where they were cut when they came."""
    texts = {True: make_safe(str(row["reasoning"] or "")), False: make_safe(str(row["text"] or ""))}
    places = {True: 0, False: 0}
    chunks = []
    packed = row["arrivals"]
    with suppress(ValueError):
        for at_ms, n_chars, is_reasoning in unpack_arrivals(packed) if isinstance(packed, bytes) else []:
            begin = places[is_reasoning]
            places[is_reasoning] = begin + n_chars
            chunks.append(Chunk(at_ms, is_reasoning, texts[is_reasoning][begin : begin + n_chars]))
    if all(places[kind] == len(text) for kind, text in texts.items()):
        return chunks
    # The times do not belong to these texts.
    return [Chunk(0, kind, text) for kind, text in texts.items() if text]


def _journal(db: sqlite3.Connection, answer: object) -> list[Chunk]:
    rows = db.execute("SELECT at_ms, is_reasoning, text FROM chunks WHERE answer = ? ORDER BY seq", (answer,))
    return [Chunk(at_ms, bool(is_reasoning), make_safe(text)) for at_ms, is_reasoning, text in rows]


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _seconds(ms: object) -> float | None:
    return ms / 1000 if isinstance(ms, int | float) else None
