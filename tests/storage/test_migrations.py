from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from compare_tui.domain.errors import StorageError
from compare_tui.storage.schema import MIGRATIONS
from compare_tui.storage.usage import SqliteUsage
from tests.storage import old_schemas
from tests.storage.support import finish, open_database, rows, start_program, start_together

_OLD: dict[int, Callable[[Path], None]] = {1: old_schemas.build_v1, 2: old_schemas.build_v2, 3: old_schemas.build_v3}
"""A builder of a filled file for each version that was ever released."""


def _schema(path: Path) -> list[tuple[object, ...]]:
    return rows(path, "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")


def _migrated(path: Path) -> Path:
    database = open_database(path)
    with database.write():
        pass
    database.close()
    return path


def test_every_version_has_its_builder() -> None:
    assert sorted(_OLD) == list(range(1, len(MIGRATIONS) + 1))


@pytest.mark.parametrize("version", sorted(_OLD))
def test_every_old_schema_reaches_the_newest_with_its_data(tmp_path: Path, version: int) -> None:
    _OLD[version](tmp_path / "old.db")
    fresh = _migrated(tmp_path / "fresh.db")
    old = _migrated(tmp_path / "old.db")
    assert rows(old, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert _schema(old) == _schema(fresh)
    assert rows(old, "SELECT prompt FROM turns") == [("What is a CRDT?",)]
    assert rows(old, "SELECT model, status, text, cost_usd FROM answers ORDER BY id") == [
        ("openai/gpt-5", "complete", "A data type.", 0.25),
        ("qwen3:8b", "cut", "Half a sen", None),
    ]
    assert rows(old, "SELECT rowid FROM words WHERE words MATCH 'crdt'") == [(4294967298,)]
    assert rows(old, "SELECT rowid FROM words WHERE words MATCH 'sen OR type' ORDER BY 1") == [
        (4294967299,),
        (4294967301,),
    ]
    database = open_database(old)
    assert SqliteUsage(database).report().totals.cost_usd == 0.25
    database.close()


def _add_notes(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE notes (line TEXT)")


def _fail_half_way(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE votes (line TEXT)")
    connection.execute("INSERT INTO missing VALUES (1)")


def test_a_migration_that_fails_leaves_the_last_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    old_schemas.build_v1(path)
    database = open_database(path, migrations=(*MIGRATIONS, _add_notes, _fail_half_way))
    with pytest.raises(StorageError, match="no such table: missing"), database.write():
        pass
    database.close()
    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
    assert rows(path, "SELECT count(*) FROM notes") == [(0,)]
    assert rows(path, "SELECT name FROM sqlite_schema WHERE name = 'votes'") == []


def test_a_file_that_holds_something_is_copied_before_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    old_schemas.build_v1(path)
    database = open_database(path, migrations=(*MIGRATIONS[:1], _add_notes))
    with database.write():
        pass
    database.close()
    copy = tmp_path / "compare-tui.db.backup-v1"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert rows(copy, "PRAGMA user_version") == [(1,)]
    assert rows(copy, "SELECT count(*) FROM answers") == [(2,)]
    assert rows(path, "PRAGMA user_version") == [(2,)]


def test_a_fresh_file_needs_no_copy(tmp_path: Path) -> None:
    _migrated(tmp_path / "compare-tui.db")
    assert list(tmp_path.glob("*.backup-*")) == []


@pytest.mark.parametrize("n_more", [0, 3], ids=["first opens", "migrations"])
def test_eight_processes_open_and_migrate_at_once(tmp_path: Path, n_more: int) -> None:
    path = tmp_path / "compare-tui.db"
    if n_more:
        old_schemas.build_v1(path)
    programs = [start_program("open_once", path, n_more) for _ in range(8)]
    start_together(programs)
    told = [json.loads(finish(program)) for program in programs]
    assert told == [{"version": len(MIGRATIONS) + n_more, "notices": []}] * 8
    if n_more:
        assert rows(path, "SELECT count(*) FROM log") == [(n_more - 1,)]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM owners").fetchall() == [(0,)]
