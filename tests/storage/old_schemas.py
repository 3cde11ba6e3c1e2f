"""Files as each released version made them, with the same data: one comparison, one turn, two answers.

The statements are copies, frozen: they must not follow the schema of today.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_V1 = """
CREATE TABLE owners (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            token TEXT NOT NULL UNIQUE,
            pid INTEGER NOT NULL,
            host TEXT NOT NULL,
            since_ms INTEGER NOT NULL
        );
CREATE TABLE comparisons (
            id TEXT PRIMARY KEY NOT NULL,
            created_ms INTEGER NOT NULL,
            title TEXT NOT NULL DEFAULT '',
            tier TEXT,
            owner INTEGER,          -- who has it open; NULL: nobody
            system TEXT
        );
CREATE INDEX comparisons_by_time ON comparisons (created_ms);
CREATE TABLE lanes (
            comparison TEXT NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
            lane INTEGER NOT NULL,
            position INTEGER,       -- NULL: removed
            model TEXT NOT NULL,
            backend TEXT NOT NULL,
            params TEXT NOT NULL,
            PRIMARY KEY (comparison, lane)
        ) WITHOUT ROWID;
CREATE TABLE turns (
            id INTEGER PRIMARY KEY,
            comparison TEXT NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            started_ms INTEGER NOT NULL,
            prompt TEXT NOT NULL,
            UNIQUE (comparison, number)
        );
CREATE TABLE answers (
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
        );
CREATE INDEX answers_by_turn ON answers (comparison, turn, lane);
CREATE INDEX answers_by_time ON answers (started_ms, status, cost_usd);
CREATE INDEX answers_under_way ON answers (owner) WHERE owner IS NOT NULL;
CREATE TABLE chunks (
            answer INTEGER NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
            seq INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            is_reasoning INTEGER NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (answer, seq)
        ) WITHOUT ROWID;
CREATE TABLE places (
            id TEXT PRIMARY KEY NOT NULL,
            taken_ms INTEGER NOT NULL,
            state TEXT NOT NULL,    -- reserved, settled
            owner INTEGER NOT NULL,
            backend TEXT NOT NULL,
            model TEXT NOT NULL
        ) WITHOUT ROWID;
CREATE INDEX places_by_time ON places (taken_ms);
CREATE INDEX places_reserved ON places (owner) WHERE state = 'reserved';
INSERT INTO comparisons (id, created_ms, title) VALUES ('c1', 1795000000000, 'What is a CRDT?');
INSERT INTO lanes VALUES ('c1', 0, 0, 'openai/gpt-5', 'openrouter', '{"temperature":0.2}');
INSERT INTO lanes VALUES ('c1', 1, 1, 'qwen3:8b', 'ollama', '{}');
INSERT INTO turns (comparison, number, started_ms, prompt) VALUES ('c1', 1, 1795000000100, 'What is a CRDT?');
INSERT INTO answers (uid, comparison, turn, lane, position, status, model, backend, attempts, prompt_tokens,
    completion_tokens, reasoning_tokens, tokens_estimated, cost_usd, cost_source, started_ms, params, text)
    VALUES ('a1', 'c1', 1, 0, 0, 'complete', 'openai/gpt-5', 'openrouter', 1, 12, 5, 0, 0, 0.25, 'provider',
    1795000000100, '{"temperature":0.2}', 'A data type.');
INSERT INTO answers (uid, comparison, turn, lane, position, status, model, backend, attempts, cost_source,
    started_ms, params, text)
    VALUES ('a2', 'c1', 1, 1, 1, 'cut', 'qwen3:8b', 'ollama', 1, 'unknown', 1795000000100, '{}', 'Half a sen');
PRAGMA user_version = 1;
"""

_V2 = """
ALTER TABLE comparisons ADD COLUMN number INTEGER;
UPDATE comparisons SET number = rowid;
CREATE UNIQUE INDEX comparisons_by_number ON comparisons (number);
ALTER TABLE comparisons ADD COLUMN deleted_ms INTEGER;
ALTER TABLE comparisons ADD COLUMN interrupted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX comparisons_deleted ON comparisons (deleted_ms) WHERE deleted_ms IS NOT NULL;
CREATE TABLE tags (
        comparison TEXT NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
        tag TEXT NOT NULL,
        PRIMARY KEY (comparison, tag)
    ) WITHOUT ROWID;
CREATE INDEX tags_by_name ON tags (tag);
ALTER TABLE turns ADD COLUMN shown TEXT;
ALTER TABLE answers ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX answers_by_lane ON answers (comparison, turn, lane, status);
CREATE INDEX lanes_by_model ON lanes (model, comparison);
CREATE VIRTUAL TABLE words USING fts5 (text, content = '', tokenize = 'unicode61 remove_diacritics 2');
ALTER TABLE places ADD COLUMN counted_ms INTEGER;
ALTER TABLE places ADD COLUMN turn TEXT NOT NULL DEFAULT '';
ALTER TABLE places ADD COLUMN tier TEXT;
ALTER TABLE places ADD COLUMN reserved_usd REAL;
ALTER TABLE places ADD COLUMN cost_usd REAL;
CREATE INDEX places_pulled_back ON places (counted_ms) WHERE counted_ms IS NOT NULL;
CREATE TABLE server_limits (
        backend TEXT NOT NULL,
        name TEXT NOT NULL,         -- what is limited
        allowed REAL,
        remaining REAL,
        resets_ms INTEGER,
        seen_ms INTEGER NOT NULL,
        PRIMARY KEY (backend, name)
    ) WITHOUT ROWID;
INSERT INTO words (rowid, text) VALUES (4294967298, 'What is a CRDT?');
INSERT INTO words (rowid, text) VALUES (4294967299, 'A data type. ');
INSERT INTO words (rowid, text) VALUES (4294967301, 'Half a sen ');
UPDATE answers SET indexed = 1;
INSERT INTO tags VALUES ('c1', 'crdt');
PRAGMA user_version = 2;
"""

_V3 = """
CREATE TABLE slots (backend TEXT NOT NULL, scope TEXT NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX slots_by_time ON slots (backend, scope, at_ms);
DROP TABLE server_limits;
CREATE TABLE server_limits (
        backend TEXT NOT NULL,
        scope TEXT NOT NULL,        -- the model, or the ending of the models, that it holds for
        name TEXT NOT NULL,         -- what is limited
        allowed REAL,
        remaining REAL,
        resets_ms INTEGER,
        seen_ms INTEGER NOT NULL,
        PRIMARY KEY (backend, scope, name)
    ) WITHOUT ROWID;
PRAGMA user_version = 3;
"""


def build_v1(path: Path) -> None:
    """Make a file of schema 1."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_V1)


def build_v2(path: Path) -> None:
    """Make a file of schema 2."""
    build_v1(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_V2)


def build_v3(path: Path) -> None:
    """Make a file of schema 3."""
    build_v2(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_V3)
