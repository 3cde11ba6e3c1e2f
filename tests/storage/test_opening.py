from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from compare_tui.domain.errors import StorageError
from compare_tui.domain.limits import Limits
from compare_tui.storage.database import Database
from compare_tui.storage.ledger import SqliteLedger
from compare_tui.storage.schema import MIGRATIONS
from compare_tui.storage.usage import SqliteUsage
from tests.storage.support import Notices, finish, lane, new_id, open_database, rows, start_program
from tests.support.manual_clock import ManualClock


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_directory_is_0700_and_every_file_0600(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui" / "compare-tui.db"
    database = open_database(path)
    with database.write() as db:
        db.execute("INSERT INTO comparisons (id, created_ms) VALUES ('x', 0)")
    files = {file.name: _mode(file) for file in path.parent.iterdir() if file.is_file()}
    directories = [path.parent, path.with_name("compare-tui.db.owners")]
    database.close()
    assert files == dict.fromkeys(
        ("compare-tui.db", "compare-tui.db-wal", "compare-tui.db-shm", "compare-tui.db.lock"), 0o600
    )
    assert [_mode(directory) for directory in directories] == [0o700, 0o700]


def test_a_file_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    path.touch(0o644)
    path.chmod(0o644)
    database = open_database(path)
    with database.read():
        assert _mode(path) == 0o600
        assert _mode(path.with_name("compare-tui.db-wal")) == 0o600
    database.close()


def test_a_name_that_a_uri_would_misread_is_only_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a?b#c%20d" / "compare-tui.db"
    database = open_database(path)
    with database.write():
        pass
    database.close()
    assert path.exists()


def test_an_empty_file_is_a_fresh_database(tmp_path: Path) -> None:
    path, notices = tmp_path / "compare-tui.db", Notices()
    path.touch()
    database = open_database(path, notices)
    with database.write():
        pass
    database.close()
    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]
    assert notices.lines == []


def test_only_the_end_of_an_answer_waits_for_the_disk(tmp_path: Path) -> None:
    database = open_database(tmp_path / "compare-tui.db")
    with database.write() as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (1,)
    with database.write(durable=True) as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    with database.write() as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (1,)
    database.close()


def _write_and_fail(database: Database) -> None:
    with database.write() as db:
        db.execute("INSERT INTO comparisons (id, created_ms) VALUES ('x', 0)")
        db.execute("INSERT INTO missing VALUES (1)")


def test_a_fault_in_the_body_leaves_nothing_behind(tmp_path: Path) -> None:
    database = open_database(tmp_path / "compare-tui.db")
    with pytest.raises(StorageError, match=r"cannot be used: no such table: missing"):
        _write_and_fail(database)
    with database.read() as db:
        assert db.execute("SELECT count(*) FROM comparisons").fetchone() == (0,)
    database.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    database = open_database(tmp_path / "compare-tui.db")
    with pytest.raises(StorageError, match="it is read-only"), database.read() as db:
        db.execute("DELETE FROM comparisons")
    database.close()


def test_a_newer_file_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    path, notices = tmp_path / "compare-tui.db", Notices()
    clock = ManualClock()
    first = open_database(path, clock=clock)
    with first.write() as db:
        db.execute("INSERT INTO comparisons (id, created_ms) VALUES ('x', 0)")
        db.execute(
            """INSERT INTO answers (uid, comparison, turn, lane, status, model, backend, attempts, cost_source,
            started_ms, params) VALUES ('u', 'x', 1, 0, 'complete', 'm', 'b', 1, 'unknown', 1, '{}')"""
        )
    first.close()
    with closing(sqlite3.connect(path)) as future:
        future.execute("PRAGMA user_version = 99")
    database = open_database(path, notices, clock=clock)
    assert SqliteUsage(database).report().totals.answers == 1
    with database.write() as db:
        db.execute("INSERT INTO comparisons (id, created_ms) VALUES ('y', 0)")
    database.close()
    assert rows(path, "SELECT id FROM comparisons") == [("x",)]
    assert "newer version (schema 99, this one knows" in notices.lines[0]
    assert "memory" in notices.lines[0]


def test_on_a_network_file_system_a_rollback_journal_is_used_and_said(tmp_path: Path) -> None:
    path, notices, table = tmp_path / "compare-tui.db", Notices(), tmp_path / "mountinfo"
    table.write_text(f"30 22 0:30 / {tmp_path} rw - nfs4 server:/home rw\n")
    database = open_database(path, notices, mountinfo=table)
    with database.write() as db:
        db.execute("INSERT INTO comparisons (id, created_ms) VALUES ('x', 0)")
        assert db.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert not path.with_name("compare-tui.db-wal").exists()
    with database.read() as db:
        assert db.execute("SELECT count(*) FROM comparisons").fetchone() == (1,)
    database.close()
    assert "network file system (nfs4)" in notices.lines[0]


def test_a_file_that_moved_to_a_network_file_system_loses_its_wal(tmp_path: Path) -> None:
    path, table = tmp_path / "compare-tui.db", tmp_path / "mountinfo"
    local = open_database(path)
    with local.write() as db:
        db.execute("INSERT INTO comparisons (id, created_ms) VALUES ('x', 0)")
    local.close()
    table.write_text(f"30 22 0:30 / {tmp_path} rw - cifs //server/share rw\n")
    database = open_database(path, mountinfo=table)
    with database.write() as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
        assert db.execute("SELECT id FROM comparisons").fetchall() == [("x",)]
    database.close()


async def test_a_place_that_cannot_hold_a_file_is_replaced_by_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    notices = Notices()
    clock = ManualClock()
    database = open_database(tmp_path / "file" / "compare-tui.db", notices, clock=clock)
    with database.write() as db:
        db.execute("INSERT INTO comparisons (id, created_ms) VALUES ('x', 0)")
    with database.read() as db:
        assert db.execute("SELECT count(*) FROM comparisons").fetchone() == (1,)
    ledger = SqliteLedger(database, Limits(answers_per_minute=1), clock=clock, new_id=new_id, on_notice=Notices())
    assert isinstance(await ledger.reserve([lane("m")]), tuple)
    assert not isinstance(await ledger.reserve([lane("m")]), tuple)
    await asyncio.to_thread(ledger.close)
    database.close()
    assert notices.lines == [
        "This session is kept in memory only, and limits count this copy of the program alone: "
        f"the database {tmp_path}/file/compare-tui.db cannot be written (Not a directory)."
    ]


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A directory that every user may enter and only its owner may write."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    directory.chmod(0o755)
    shutil.rmtree(directory)


@pytest.mark.parametrize("has_file", [True, False], ids=["with a database", "empty"])
def test_a_read_only_home_is_read_and_the_session_kept_in_memory(open_to_all: Path, has_file: bool) -> None:
    path = open_to_all / "compare-tui.db"
    if has_file:
        database = open_database(path)
        with database.write() as db:
            db.execute("INSERT INTO comparisons (id, created_ms) VALUES ('x', 0)")
            db.execute(
                """INSERT INTO answers (uid, comparison, turn, lane, status, model, backend, attempts, cost_source,
                started_ms, params) VALUES ('u', 'x', 1, 0, 'complete', 'm', 'b', 1, 'unknown', 1, '{}')"""
            )
        database.close()
        path.chmod(0o444)
    open_to_all.chmod(0o555)
    told = json.loads(finish(start_program("use_without_rights", path)))
    assert told["before"] == int(has_file)
    assert told["limit_holds"]
    assert len(told["notices"]) == 1
    assert told["notices"][0].startswith("This session is kept in memory only")
    assert "cannot be written (Permission denied)" in told["notices"][0]


def test_notices_are_one_safe_line(tmp_path: Path) -> None:
    (tmp_path / "a\x1b]52;c;aGk=\x07\nb").touch()
    notices = Notices()
    database = open_database(tmp_path / "a\x1b]52;c;aGk=\x07\nb" / "compare-tui.db", notices)
    with database.write():
        pass
    database.close()
    assert len(notices.lines) == 1
    assert notices.lines[0].isprintable()


def test_a_file_locked_by_another_program_is_told_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare_tui.storage.connections.BUSY_TIMEOUT_S", 0.1)
    path, notices = tmp_path / "compare-tui.db", Notices()
    database = open_database(path, notices)
    with database.write():
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="another program has locked it"), database.write():
            pass
    with database.write():
        pass
    database.close()
    assert notices.lines == []
