from __future__ import annotations

import json
import random
import subprocess
import time
from collections import defaultdict
from pathlib import Path

import pytest

from compare_tui.domain.events import FinishReported, ReasoningReceived, StreamEnded, TextReceived
from compare_tui.storage.arrivals import unpack_arrivals
from compare_tui.storage.recorder import SqliteRecorder
from tests.storage.support import Notices, Scene, open_database, rows, start_program
from tests.support.manual_clock import ManualClock

_MAY_BE_LOST_S = 0.25


def _received(log: Path, until: float) -> dict[int, str]:
    """What the program says that it had received at `until`, by lane."""
    texts: dict[int, str] = defaultdict(str)
    for line in log.read_text().splitlines():
        lane, number, at = line.split(" ")
        if float(at) <= until:
            texts[int(lane)] += f"{number} "
    return texts


def _record_and_kill(path: Path, log: Path, after_s: float) -> float:
    """Let the program record, kill it this long after its first piece, and return when."""
    with log.open("w") as output:
        program = start_program("record", path, stdout=output.fileno())
        while not log.stat().st_size:
            assert program.poll() is None
            time.sleep(0.01)
        time.sleep(after_s)
        killed_at = time.monotonic()
        program.kill()
        program.communicate(timeout=10)
    return killed_at


async def _start_again(path: Path) -> Notices:
    notices = Notices()
    database = open_database(path, notices)
    recorder = SqliteRecorder(database, clock=ManualClock(), on_notice=notices)
    await recorder.flush()
    recorder.close()
    database.close()
    return notices


@pytest.mark.parametrize("seed", range(4))
async def test_a_killed_program_loses_at_most_the_last_quarter_of_a_second(tmp_path: Path, seed: int) -> None:
    path, log = tmp_path / "compare-tui.db", tmp_path / "log"
    killed_at = _record_and_kill(path, log, random.Random(seed).uniform(0.1, 1.0))
    notices = await _start_again(path)
    stored = {int(str(lane)): str(text) for lane, text in rows(path, "SELECT lane, text FROM answers")}
    everything, surely = _received(log, killed_at), _received(log, killed_at - _MAY_BE_LOST_S)
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert rows(path, "SELECT DISTINCT status, owner FROM answers") in ([("cut", None)], [])
    for lane, text in surely.items():
        assert stored[lane].startswith(text)
    for lane, text in stored.items():
        assert text.startswith(everything[lane]) or everything[lane].startswith(text)
    assert rows(path, "SELECT count(*) FROM chunks") == [(0,)]
    assert rows(path, "SELECT count(*) FROM owners") == [(0,)]
    if stored:
        notices.wait_for("4 answers cut short when the program last ended")


async def test_a_cut_answer_says_why_and_when_its_pieces_came(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    _record_and_kill(path, tmp_path / "log", 0.4)
    await _start_again(path)
    for text, error, arrivals, duration_ms in rows(path, "SELECT text, error, arrivals, duration_ms FROM answers"):
        assert json.loads(str(error))["message"] == "The program ended before the answer did."
        assert isinstance(arrivals, bytes)
        pieces = unpack_arrivals(arrivals)
        assert sum(piece.n_chars for piece in pieces) == len(str(text))
        assert duration_ms == pieces[-1].at_ms


async def test_the_comparison_of_a_dead_program_belongs_to_nobody(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    _record_and_kill(path, tmp_path / "log", 0.4)
    assert rows(path, "SELECT count(*) FROM comparisons WHERE owner IS NOT NULL") == [(1,)]
    await _start_again(path)
    assert rows(path, "SELECT count(*) FROM comparisons WHERE owner IS NULL") == [(1,)]
    assert list(path.with_name("compare-tui.db.owners").iterdir()) == []


async def test_the_answers_of_a_running_program_are_left_alone(tmp_path: Path) -> None:
    path, clock = tmp_path / "compare-tui.db", ManualClock()
    database = open_database(path, clock=clock)
    recorder = SqliteRecorder(database, clock=clock, on_notice=Notices())
    scene = Scene(recorder, clock, "a")
    [feed] = scene.ask("Hello")
    scene.say(feed, "still ")
    await recorder.flush()
    notices = await _start_again(path)
    assert rows(path, "SELECT status FROM answers") == [("streaming",)]
    assert rows(path, "SELECT text FROM chunks") == [("still ",)]
    assert notices.lines == []
    recorder.close()
    database.close()


async def test_the_tokens_of_a_cut_answer_are_estimated_from_what_was_said(tmp_path: Path) -> None:
    path, clock = tmp_path / "compare-tui.db", ManualClock()
    database = open_database(path, clock=clock)
    recorder = SqliteRecorder(database, clock=clock, on_notice=Notices())
    scene = Scene(recorder, clock, "a", "b", system="s" * 40)
    first, silent = scene.ask("p" * 400)
    scene.happen(first, TextReceived("x" * 4000), FinishReported("stop"), StreamEnded(done=True))
    [second] = scene.ask("q" * 40, lanes=scene.comparison.lanes[:1])
    scene.happen(second, ReasoningReceived("r" * 80))
    await clock.advance(2.0)
    scene.say(second, "t" * 120)
    await recorder.flush()
    recorder.close()
    database.close()
    query = "SELECT status, prompt_tokens, completion_tokens, reasoning_tokens, tokens_estimated, tokens_per_second"
    assert rows(path, f"{query} FROM answers WHERE uid = ?", second.id) == [("cut", 1120, 50, 20, 1, 25.0)]
    assert rows(path, f"{query} FROM answers WHERE uid = ?", silent.id) == [("cut", None, None, None, None, None)]


async def test_an_answer_that_is_under_way_at_a_clean_end_is_cut_at_once(tmp_path: Path) -> None:
    path, clock = tmp_path / "compare-tui.db", ManualClock()
    database = open_database(path, clock=clock)
    recorder = SqliteRecorder(database, clock=clock, on_notice=Notices())
    scene = Scene(recorder, clock, "a")
    [feed] = scene.ask("Hello")
    scene.say(feed, "half")
    recorder.close()
    database.close()
    assert rows(path, "SELECT status, text, owner FROM answers") == [("cut", "half", None)]
    assert rows(path, "SELECT count(*) FROM owners") == [(0,)]


async def test_an_answer_whose_owner_is_not_even_known_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    _record_and_kill(path, tmp_path / "log", 0.4)
    database = open_database(path)
    with database.write() as db:
        db.execute("DELETE FROM owners WHERE id != ?", (database.owner,))
    database.close()
    await _start_again(path)
    assert rows(path, "SELECT DISTINCT status FROM answers") == [("cut",)]


def test_a_program_that_is_stopped_counts_as_running(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    program = start_program("reserve_and_hang", path, 1, 0)
    assert program.stdout is not None
    program.stdout.readline()
    [(token,)] = rows(path, "SELECT token FROM owners")
    database = open_database(path)
    subprocess.run(["kill", "-STOP", str(program.pid)], check=True, timeout=5)
    with database.write():
        assert database.is_alive(str(token))
    program.kill()
    program.communicate(timeout=10)
    with database.write():
        assert not database.is_alive(str(token))
    database.close()
