"""The second migration: history that is searched, tagged and deleted; costs in the limits; what servers said."""

from __future__ import annotations

import sqlite3

from compare_tui.storage.index import index_everything

_STATEMENTS = (
    # Comparisons have a number of their own: the index of texts knows them by it, and row ids may change.
    "ALTER TABLE comparisons ADD COLUMN number INTEGER",
    "UPDATE comparisons SET number = rowid",
    "CREATE UNIQUE INDEX comparisons_by_number ON comparisons (number)",
    "ALTER TABLE comparisons ADD COLUMN deleted_ms INTEGER",  # to be purged; NULL: it is there
    # Its program died while answers came, and nobody has looked at it since.
    "ALTER TABLE comparisons ADD COLUMN interrupted INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX comparisons_deleted ON comparisons (deleted_ms) WHERE deleted_ms IS NOT NULL",
    """CREATE TABLE tags (
        comparison TEXT NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
        tag TEXT NOT NULL,
        PRIMARY KEY (comparison, tag)
    ) WITHOUT ROWID""",
    "CREATE INDEX tags_by_name ON tags (tag)",
    # {"lane": place}: which alternative counts as said, where it is not the last.
    "ALTER TABLE turns ADD COLUMN shown TEXT",
    "ALTER TABLE answers ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX answers_by_lane ON answers (comparison, turn, lane, status)",
    "CREATE INDEX lanes_by_model ON lanes (model, comparison)",
    # The words of prompts and answers, without the texts themselves; see index.py for the row ids.
    "CREATE VIRTUAL TABLE words USING fts5 (text, content = '', tokenize = 'unicode61 remove_diacritics 2')",
    "ALTER TABLE places ADD COLUMN counted_ms INTEGER",  # when it was found in the future, after the clock jumped back
    "ALTER TABLE places ADD COLUMN turn TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE places ADD COLUMN tier TEXT",
    "ALTER TABLE places ADD COLUMN reserved_usd REAL",  # at worst; NULL: no price is known
    "ALTER TABLE places ADD COLUMN cost_usd REAL",  # in fact; NULL: not known, or not yet
    "CREATE INDEX places_pulled_back ON places (counted_ms) WHERE counted_ms IS NOT NULL",
    """CREATE TABLE server_limits (
        backend TEXT NOT NULL,
        name TEXT NOT NULL,         -- what is limited
        allowed REAL,
        remaining REAL,
        resets_ms INTEGER,
        seen_ms INTEGER NOT NULL,
        PRIMARY KEY (backend, name)
    ) WITHOUT ROWID""",
)


def m0002_history_and_budgets(connection: sqlite3.Connection) -> None:
    """Tags, deletion, alternatives, the index of words; costs and tiers of places; limits that servers named."""
    for statement in _STATEMENTS:
        connection.execute(statement)
    index_everything(connection)
