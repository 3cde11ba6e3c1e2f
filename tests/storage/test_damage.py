from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from compare_tui.domain.errors import StorageError
from compare_tui.domain.events import FinishReported, StreamEnded
from compare_tui.storage.recorder import SqliteRecorder
from compare_tui.storage.usage import SqliteUsage
from tests.storage.support import Notices, Scene, finish, open_database, rows, start_program, start_together
from tests.support.manual_clock import ManualClock

_PAGE = 4096


def _zero_the_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(100))


def _write_a_text(path: Path) -> None:
    path.write_text("This is no database.\n" * 1000)


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _garbage_in_the_answers(path: Path) -> None:
    """Overwrite one leaf page of the table of answers, in its middle."""
    with path.open("r+b") as file:
        pages = [number for number in range(path.stat().st_size // _PAGE) if _is_answer(file.read(_PAGE))]
        file.seek(pages[len(pages) // 2] * _PAGE)
        file.write(os.urandom(_PAGE))


def _is_answer(page: bytes) -> bool:
    return page[0] == 0x0D and b"the answer to" in page


@pytest.fixture
async def filled(tmp_path: Path) -> Path:
    """A database of 120 comparisons with an answer each."""
    path, clock = tmp_path / "compare-tui.db", ManualClock()
    database = open_database(path, clock=clock)
    recorder = SqliteRecorder(database, clock=clock, on_notice=Notices())
    for number in range(120):
        scene = Scene(recorder, clock, "a")
        [feed] = scene.ask(f"Question {number}")
        scene.say(feed, f"the answer to {number} " * 20)
        scene.happen(feed, FinishReported("stop"), StreamEnded(done=True))
    await recorder.flush()
    recorder.close()
    database.close()
    assert rows(path, "SELECT count(*) FROM answers") == [(120,)]
    return path


@pytest.mark.parametrize(
    ("damage", "least_answers"),
    [(_zero_the_header, 0), (_write_a_text, 0), (_truncate, 0), (_garbage_in_the_answers, 100)],
    ids=["zeroed header", "a text", "half a file", "one page of garbage"],
)
def test_a_damaged_file_is_set_aside_and_what_can_be_read_carried_over(
    filled: Path, damage: Callable[[Path], None], least_answers: int
) -> None:
    damage(filled)
    damaged = filled.read_bytes()
    notices = Notices()
    database = open_database(filled, notices)
    carried_over = SqliteUsage(database).report().totals.answers
    with database.write() as db:
        db.execute("INSERT INTO comparisons (id, created_ms) VALUES ('next', 0)")
    database.close()
    [aside] = filled.parent.glob("compare-tui.db.corrupt-*Z")
    assert aside.read_bytes()[: len(damaged)] == damaged
    assert aside.stat().st_mode & 0o777 == 0o600
    assert len(notices.lines) == 1
    assert f"was damaged: it is kept as {aside.name}" in notices.lines[0]
    assert f"{carried_over} answers were carried over" in notices.lines[0]
    assert least_answers <= carried_over <= 120
    assert rows(filled, "PRAGMA integrity_check") == [("ok",)]
    assert rows(filled, "PRAGMA foreign_key_check") == []


def test_what_is_carried_over_keeps_its_text(filled: Path) -> None:
    _garbage_in_the_answers(filled)
    database = open_database(filled)
    with database.read() as db:
        found = db.execute(
            """SELECT turns.prompt, answers.text FROM answers JOIN turns USING (comparison)
            JOIN comparisons ON comparisons.id = answers.comparison"""
        ).fetchall()
    database.close()
    assert len(found) >= 100
    assert all(f"the answer to {prompt.removeprefix('Question ')} " * 20 == text for prompt, text in found)


def test_the_write_ahead_log_is_set_aside_with_its_file(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as another_process:
        another_process.execute("INSERT INTO comparisons (id, created_ms) VALUES ('in the log', 0)")
        another_process.commit()
        log = filled.with_name("compare-tui.db-wal").read_bytes()
        _write_a_text(filled)
        database = open_database(filled)
        with database.write():
            pass
        database.close()
        [aside] = filled.parent.glob("compare-tui.db.corrupt-*Z-wal")
        assert aside.read_bytes() == log != b""


def test_a_second_damaged_file_of_one_second_gets_a_name_of_its_own(filled: Path) -> None:
    for _ in range(2):
        _write_a_text(filled)
        database = open_database(filled)
        with database.write():
            pass
        database.close()
    assert len([file for file in filled.parent.glob("compare-tui.db.corrupt-*") if file.suffix != "-wal"]) == 2


def test_processes_that_find_the_same_damage_replace_the_file_once(filled: Path) -> None:
    _garbage_in_the_answers(filled)
    programs = [start_program("open_once", filled, 0) for _ in range(4)]
    start_together(programs)
    notices = [json.loads(finish(program))["notices"] for program in programs]
    assert sorted(map(len, notices)) == [0, 0, 0, 1]
    assert len(list(filled.parent.glob("compare-tui.db.corrupt-*Z"))) == 1
    assert rows(filled, "PRAGMA integrity_check") == [("ok",)]
    assert rows(filled, "SELECT count(*) >= 100 FROM answers") == [(1,)]


def test_damage_that_shows_while_it_runs_is_mended_at_the_next_use(filled: Path) -> None:
    notices = Notices()
    database = open_database(filled, notices)
    usage = SqliteUsage(database)
    assert usage.report().totals.answers == 120
    _garbage_in_the_answers(filled)
    with pytest.raises(StorageError, match="it is damaged"):
        usage.report()
    assert 100 <= usage.report().totals.answers < 120
    database.close()
    assert "was damaged" in notices.lines[0]
