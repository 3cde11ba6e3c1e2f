"""The third migration: the pace that free models are asked at, shared by all running copies."""

from __future__ import annotations

import sqlite3

_STATEMENTS = (
    "CREATE TABLE slots (backend TEXT NOT NULL, scope TEXT NOT NULL, at_ms INTEGER NOT NULL)",
    "CREATE INDEX slots_by_time ON slots (backend, scope, at_ms)",
    "DROP TABLE server_limits",
    """CREATE TABLE server_limits (
        backend TEXT NOT NULL,
        scope TEXT NOT NULL,        -- the model, or the ending of the models, that it holds for
        name TEXT NOT NULL,         -- what is limited
        allowed REAL,
        remaining REAL,
        resets_ms INTEGER,
        seen_ms INTEGER NOT NULL,
        PRIMARY KEY (backend, scope, name)
    ) WITHOUT ROWID""",
)


def m0003_paces(connection: sqlite3.Connection) -> None:
    """When requests to paced models go out; what servers said, by model."""
    for statement in _STATEMENTS:
        connection.execute(statement)
