from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from compare_tui.domain.errors import StorageError
from compare_tui.storage.database import Database
from tests.storage.support import Notices, new_id, open_database, rows
from tests.support.manual_clock import ManualClock


def _insert(database: Database, comparison: str) -> None:
    with database.write() as db:
        db.execute("INSERT INTO comparisons (id, created_ms) VALUES (?, 0)", (comparison,))


def test_nothing_is_opened_before_it_is_used(tmp_path: Path) -> None:
    database = Database(tmp_path / "a" / "b.db", clock=ManualClock(), new_id=new_id, on_notice=Notices())
    assert not (tmp_path / "a").exists()
    with database.read():
        assert (tmp_path / "a" / "b.db").exists()
    database.close()


def test_a_writer_is_an_owner_until_it_closes(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    database = open_database(path, ids=lambda: "token")
    with database.read():
        assert rows(path, "SELECT count(*) FROM owners") == [(0,)]
    _insert(database, "x")
    assert rows(path, "SELECT token FROM owners") == [("token",)]
    database.close()
    assert rows(path, "SELECT count(*) FROM owners") == [(0,)]


def test_the_owner_is_known_only_to_writers(tmp_path: Path) -> None:
    database = open_database(tmp_path / "compare-tui.db")
    with pytest.raises(StorageError):
        _ = database.owner


def test_threads_write_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    database = open_database(path)

    def work(name: int) -> None:
        for number in range(25):
            _insert(database, f"{name}-{number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    database.close()
    assert rows(path, "SELECT count(*) FROM comparisons") == [(100,)]


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    database, other = (open_database(tmp_path / "compare-tui.db") for _ in range(2))
    _insert(database, "before")
    with other.write() as db:
        db.execute("INSERT INTO comparisons (id, created_ms) VALUES ('during', 0)")
        began = time.perf_counter()
        with database.read() as reader:
            assert reader.execute("SELECT id FROM comparisons").fetchall() == [("before",)]
        assert time.perf_counter() - began < 0.2
    database.close()
    other.close()


def test_a_file_that_was_replaced_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    database = open_database(path)
    _insert(database, "old")
    generation = database.generation
    for file in tmp_path.glob("compare-tui.db*"):
        if file.is_file():
            file.unlink()
    _insert(database, "new")
    assert database.generation == generation + 1
    assert rows(path, "SELECT id FROM comparisons") == [("new",)]
    database.close()


def test_a_closed_database_opens_again_when_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    database = open_database(path)
    _insert(database, "one")
    database.close()
    _insert(database, "two")
    database.close()
    assert rows(path, "SELECT id FROM comparisons ORDER BY id") == [("one",), ("two",)]


def test_closing_leaves_no_log_behind(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    database = open_database(path)
    _insert(database, "x")
    database.close()
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == [
        "compare-tui.db",
        "compare-tui.db.lock",
    ]


def test_a_file_of_ours_with_a_foreign_schema_is_a_fault_and_stays(tmp_path: Path) -> None:
    path, notices = tmp_path / "compare-tui.db", Notices()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE comparisons (something TEXT)")
    database = open_database(path, notices)
    with pytest.raises(StorageError, match="table comparisons already exists"):
        _insert(database, "x")
    database.close()
    assert rows(path, "SELECT name FROM sqlite_schema") == [("comparisons",)]
    assert notices.lines == []
