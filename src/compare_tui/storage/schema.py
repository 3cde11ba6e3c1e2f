"""The schema, as an append-only list of migrations. A migration that was released is never changed.

Times are Unix milliseconds, UTC. In `answers` the figures stand before the texts, so that sums never touch the pages
that only hold text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeAlias

from compare_tui.storage.schema_2 import m0002_history_and_budgets
from compare_tui.storage.schema_3 import m0003_paces

Migration: TypeAlias = Callable[[sqlite3.Connection], None]


def m0001_comparisons_and_places(connection: sqlite3.Connection) -> None:
    """Comparisons with their lanes, turns and answers; the journal; owners; places in the limits."""
    for statement in (
        # A running copy of the program. It holds a lock on the file `token`: a free lock says that it is dead.
        """CREATE TABLE owners (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            token TEXT NOT NULL UNIQUE,
            pid INTEGER NOT NULL,
            host TEXT NOT NULL,
            since_ms INTEGER NOT NULL
        )""",
        """CREATE TABLE comparisons (
            id TEXT PRIMARY KEY NOT NULL,
            created_ms INTEGER NOT NULL,
            title TEXT NOT NULL DEFAULT '',
            tier TEXT,
            owner INTEGER,          -- who has it open; NULL: nobody
            system TEXT
        )""",
        "CREATE INDEX comparisons_by_time ON comparisons (created_ms)",
        """CREATE TABLE lanes (
            comparison TEXT NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
            lane INTEGER NOT NULL,
            position INTEGER,       -- NULL: removed
            model TEXT NOT NULL,
            backend TEXT NOT NULL,
            params TEXT NOT NULL,
            PRIMARY KEY (comparison, lane)
        ) WITHOUT ROWID""",
        """CREATE TABLE turns (
            id INTEGER PRIMARY KEY,
            comparison TEXT NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            started_ms INTEGER NOT NULL,
            prompt TEXT NOT NULL,
            UNIQUE (comparison, number)
        )""",
        # One row per alternative, in the order in which they were asked for.
        """CREATE TABLE answers (
            id INTEGER PRIMARY KEY,
            uid TEXT NOT NULL UNIQUE,
            comparison TEXT NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
            turn INTEGER NOT NULL,
            lane INTEGER NOT NULL,
            position INTEGER,
            owner INTEGER,          -- who is receiving it; NULL: it is final
            status TEXT NOT NULL,
            model TEXT NOT NULL,
            backend TEXT NOT NULL,
            served_model TEXT,
            provider TEXT,
            generation_id TEXT,
            finish_reason TEXT,
            native_finish_reason TEXT,
            attempts INTEGER NOT NULL,
            prompt_tokens INTEGER,
            completion_tokens INTEGER,
            reasoning_tokens INTEGER,
            tokens_estimated INTEGER,
            cost_usd REAL,
            cost_source TEXT NOT NULL,
            started_ms INTEGER NOT NULL,
            ttft_ms INTEGER,
            duration_ms INTEGER,
            tokens_per_second REAL,
            params TEXT NOT NULL,
            error TEXT,
            warnings TEXT,
            tool_calls TEXT,
            citations TEXT,
            images TEXT,
            refusal TEXT,
            arrivals BLOB,          -- packed, see arrivals.py
            reasoning_details TEXT,
            reasoning TEXT,
            text TEXT
        )""",
        "CREATE INDEX answers_by_turn ON answers (comparison, turn, lane)",
        "CREATE INDEX answers_by_time ON answers (started_ms, status, cost_usd)",
        "CREATE INDEX answers_under_way ON answers (owner) WHERE owner IS NOT NULL",
        # The journal: what has arrived of answers that are not final.
        """CREATE TABLE chunks (
            answer INTEGER NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
            seq INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            is_reasoning INTEGER NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (answer, seq)
        ) WITHOUT ROWID""",
        """CREATE TABLE places (
            id TEXT PRIMARY KEY NOT NULL,
            taken_ms INTEGER NOT NULL,
            state TEXT NOT NULL,    -- reserved, settled
            owner INTEGER NOT NULL,
            backend TEXT NOT NULL,
            model TEXT NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX places_by_time ON places (taken_ms)",
        "CREATE INDEX places_reserved ON places (owner) WHERE state = 'reserved'",
    ):
        connection.execute(statement)


MIGRATIONS: Sequence[Migration] = (m0001_comparisons_and_places, m0002_history_and_budgets, m0003_paces)
