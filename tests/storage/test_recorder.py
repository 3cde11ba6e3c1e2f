from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compare_tui.domain.answers import AnswerError, Citation, ErrorKind, ImageMark, Usage
from compare_tui.domain.events import (
    AnswerCancelled,
    CitationReceived,
    FinishReported,
    ImageReceived,
    ModelServed,
    ReasoningDetailsReceived,
    ReasoningReceived,
    StreamEnded,
    StreamFailed,
    StreamOpened,
    TextReceived,
    ToolCallReceived,
    UsageReported,
    WarningRaised,
)
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.secret import Secret
from compare_tui.engine.comparison import AnswerFeed
from compare_tui.storage.arrivals import unpack_arrivals
from compare_tui.storage.database import Database
from compare_tui.storage.recorder import SqliteRecorder
from tests.storage.support import Notices, Scene, finish, open_database, rows, start_program
from tests.support.manual_clock import ManualClock

_DONE = (FinishReported("stop"), StreamEnded(done=True))


class Desk:
    """A recorder on a file of its own."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "compare-tui.db"
        self.clock = ManualClock()
        self.notices = Notices()
        self.database = open_database(self.path, self.notices, clock=self.clock)
        self.recorder = self.start(self.database)

    def start(self, database: Database) -> SqliteRecorder:
        return SqliteRecorder(database, clock=self.clock, on_notice=self.notices, retry_s=0.02)

    def scene(self, *models: str, system: str | None = None) -> Scene:
        return Scene(self.recorder, self.clock, *models, system=system)

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        return rows(self.path, query, *values)

    def close(self) -> None:
        self.recorder.close()
        self.database.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


async def _until(condition: Callable[[], bool], timeout_s: float = 5) -> None:
    """Wait for what another thread writes."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - the file tells nobody
            await asyncio.sleep(0.01)


async def test_a_comparison_is_kept_with_its_lanes_turns_and_answers(desk: Desk) -> None:
    scene = desk.scene("openai/gpt-5", "qwen3:8b", system="Be brief.")
    first, second = scene.ask("What is a CRDT?\nIn two words.")
    scene.say(first, "Merge ", "freely")
    scene.happen(first, *_DONE)
    scene.happen(second, AnswerCancelled())
    await desk.recorder.flush()
    assert desk.rows("SELECT id, created_ms, title, system FROM comparisons") == [
        (scene.comparison.id, 1_800_000_000_000, "What is a CRDT? In two words.", "Be brief.")
    ]
    assert desk.rows("SELECT lane, position, model, backend, params FROM lanes") == [
        (0, 0, "openai/gpt-5", "openrouter", '{"seed":0}'),
        (1, 1, "qwen3:8b", "openrouter", '{"seed":1}'),
    ]
    assert desk.rows("SELECT number, prompt FROM turns") == [(1, "What is a CRDT?\nIn two words.")]
    assert desk.rows("SELECT uid, turn, lane, position, status, text, owner FROM answers ORDER BY id") == [
        (first.id, 1, 0, 0, "complete", "Merge freely", None),
        (second.id, 1, 1, 1, "cancelled", "", None),
    ]
    assert desk.notices.lines == []


async def test_an_answer_is_kept_with_every_fact(desk: Desk) -> None:
    scene = desk.scene("m")
    [feed] = scene.ask("Think.")
    await desk.clock.advance(0.25)
    scene.happen(feed, StreamOpened("gen-1"), ModelServed("m-2026", "Acme"), ReasoningReceived("hm "))
    await desk.clock.advance(1)
    scene.happen(
        feed,
        TextReceived("Yes."),
        ReasoningDetailsReceived(({"type": "reasoning.text", "signature": "s"},)),
        ToolCallReceived(0, "call-1", "look", '{"at": 1}'),
        ImageReceived(ImageMark("image/png", 10)),
        CitationReceived(Citation("https://example.com", "Example")),
        WarningRaised("odd"),
        UsageReported(Usage(12, 50, 30), 0.0042),
        *_DONE,
    )
    await desk.recorder.flush()
    [row] = desk.rows(
        """SELECT served_model, provider, generation_id, finish_reason, attempts, prompt_tokens, completion_tokens,
        reasoning_tokens, tokens_estimated, cost_usd, cost_source, started_ms, ttft_ms, duration_ms,
        tokens_per_second, error, reasoning, text FROM answers"""
    )
    assert row == (
        *("m-2026", "Acme", "gen-1", "stop", 1, 12, 50, 30, 0, 0.0042, "provider"),
        *(1_800_000_000_000, 250, 1250, 50.0, None, "hm ", "Yes."),
    )
    [texts] = desk.rows("SELECT tool_calls, images, citations, warnings, reasoning_details FROM answers")
    assert [json.loads(str(text)) for text in texts] == [
        [{"id": "call-1", "name": "look", "arguments": '{"at": 1}'}],
        [{"media_type": "image/png", "n_bytes": 10}],
        [{"url": "https://example.com", "title": "Example"}],
        ["odd"],
        [{"type": "reasoning.text", "signature": "s"}],
    ]
    [(packed,)] = desk.rows("SELECT arrivals FROM answers")
    assert isinstance(packed, bytes)
    assert unpack_arrivals(packed) == [(250, 3, True), (1250, 4, False)]


async def test_a_failed_answer_keeps_its_text_and_says_why(desk: Desk) -> None:
    scene = desk.scene("m")
    [feed] = scene.ask("Hello")
    scene.say(feed, "Half")
    error = AnswerError(ErrorKind.SERVER, "Overloaded", code=502, provider="Acme")
    scene.happen(feed, StreamFailed(error), StreamEnded(done=False))
    await desk.recorder.flush()
    [(status, text, stored)] = desk.rows("SELECT status, text, error FROM answers")
    assert (status, text) == ("error", "Half")
    assert json.loads(str(stored)) | {"kind": "server", "message": "Overloaded", "code": 502} == json.loads(str(stored))


async def test_what_arrives_is_journaled_before_the_answer_ends(desk: Desk) -> None:
    await desk.recorder.flush()
    scene = desk.scene("a", "b")
    feeds = scene.ask("Hello")
    for number in range(3):
        for feed in feeds:
            scene.say(feed, f"{feed.lane.model}{number} ")
    scene.happen(feeds[0], ModelServed("a-2026", None))
    await _until(lambda: desk.rows("SELECT count(*) FROM chunks") == [(6,)])
    await _until(lambda: desk.rows("SELECT served_model FROM answers ORDER BY id") == [("a-2026",), (None,)])
    assert desk.rows("SELECT answer, seq, is_reasoning, text FROM chunks ORDER BY answer, seq") == [
        (answer, seq, 0, f"{model}{seq} ") for answer, model in ((1, "a"), (2, "b")) for seq in range(3)
    ]
    assert desk.rows("SELECT DISTINCT status FROM answers") == [("streaming",)]
    for feed in feeds:
        scene.happen(feed, *_DONE)
    await desk.recorder.flush()
    assert desk.rows("SELECT count(*) FROM chunks") == [(0,)]
    assert desk.rows("SELECT text FROM answers ORDER BY id") == [("a0 a1 a2 ",), ("b0 b1 b2 ",)]


async def test_four_thousand_characters_do_not_wait_for_their_time(tmp_path: Path) -> None:
    path, clock = tmp_path / "compare-tui.db", ManualClock()
    database = open_database(path, clock=clock)
    recorder = SqliteRecorder(database, clock=clock, on_notice=Notices(), write_every_s=3600)
    scene = Scene(recorder, clock, "a", "b")
    feeds = scene.ask("Hello")
    await recorder.flush()
    for feed in feeds:
        scene.say(feed, "x" * 2000)
    await asyncio.sleep(0.2)
    assert rows(path, "SELECT count(*) FROM chunks") == [(0,)]
    scene.say(feeds[0], "x" * 96)
    await _until(lambda: rows(path, "SELECT count(*) FROM chunks") == [(3,)])
    recorder.close()
    database.close()


async def test_all_lanes_are_written_in_one_transaction(desk: Desk) -> None:
    scene = desk.scene(*"abcdefgh")
    feeds = scene.ask("Hello")
    await desk.recorder.flush()
    commits: list[object] = []
    with desk.database.read() as reader:
        before = reader.execute("PRAGMA data_version").fetchone()
        for feed in feeds:
            scene.say(feed, "x" * 20)
        while len(commits) < 1 or reader.execute("SELECT count(*) FROM chunks").fetchone() != (8,):
            version = reader.execute("PRAGMA data_version").fetchone()
            if version != before:
                before = version
                commits.append(reader.execute("SELECT count(*) FROM chunks").fetchone())
            await asyncio.sleep(0.002)
    assert commits == [(8,)]


async def test_alternatives_of_a_lane_are_answers_of_their_own(desk: Desk) -> None:
    scene = desk.scene("a")
    [first] = scene.ask("Hello")
    scene.say(first, "one")
    scene.happen(first, *_DONE)
    second = scene.ask_again(scene.comparison.lanes[0], scene.comparison.turns[0])
    scene.say(second, "two")
    scene.happen(second, *_DONE)
    await desk.recorder.flush()
    assert desk.rows("SELECT text FROM answers WHERE turn = 1 AND lane = 0 ORDER BY id") == [("one",), ("two",)]


async def test_a_comparison_without_turns_is_not_kept(desk: Desk) -> None:
    scene = desk.scene("a")
    desk.recorder.lanes_changed(scene.comparison)
    await desk.recorder.flush()
    assert desk.rows("SELECT count(*) FROM comparisons") == [(0,)]


async def test_a_removed_lane_stays_known_and_the_others_move_up(desk: Desk) -> None:
    scene = desk.scene("a", "b")
    for feed in scene.ask("Hello"):
        scene.happen(feed, *_DONE)
    await desk.recorder.flush()
    added = Lane(LaneId(2), LaneSpec("c", "ollama", {"temperature": 0.5}))
    scene.comparison.lanes = (added, scene.comparison.lanes[1])
    desk.recorder.lanes_changed(scene.comparison)
    await desk.recorder.flush()
    assert desk.rows("SELECT lane, position, model, params FROM lanes") == [
        (0, None, "a", '{"seed":0}'),
        (1, 1, "b", '{"seed":1}'),
        (2, 0, "c", '{"temperature":0.5}'),
    ]


async def test_odd_values_never_keep_an_answer_from_being_kept(desk: Desk) -> None:
    scene = desk.scene("a")
    [feed] = scene.ask("half a pair \ud83d and a nul \x00")
    scene.say(feed, "kept \udc00")
    scene.happen(feed, UsageReported(Usage(10**30, -5), float("inf")), *_DONE)
    await desk.recorder.flush()
    assert desk.rows("SELECT text, prompt_tokens, cost_usd FROM answers") == [("kept \ufffd", 2**53, None)]
    assert desk.rows("SELECT prompt FROM turns") == [("half a pair \ufffd and a nul \x00",)]
    assert desk.notices.lines == []


async def test_a_key_among_the_parameters_is_never_written(desk: Desk) -> None:
    scene = desk.scene()
    key = "sk-or-v1-0123456789abcdef"
    lane = Lane(LaneId(0), LaneSpec("a", "openrouter", {"key": Secret(key)}))  # type: ignore[dict-item]
    scene.comparison.lanes = (lane,)
    [feed] = scene.ask("Hello")
    scene.say(feed, "kept")
    scene.happen(feed, *_DONE)
    await desk.recorder.flush()
    assert desk.rows("SELECT params, text FROM answers") == [("{}", "kept")]
    assert all(key.encode() not in file.read_bytes() for file in desk.path.parent.iterdir() if file.is_file())
    assert "The parameters of a cannot be stored" in desk.notices.lines[0]
    assert key not in "".join(desk.notices.lines)


async def test_a_full_disk_keeps_answers_in_memory_until_there_is_room(desk: Desk) -> None:
    scene = desk.scene("a", "b")
    small, large = scene.ask("Hello")
    scene.say(small, "fits")
    scene.happen(small, *_DONE)
    await desk.recorder.flush()
    with desk.database.write() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages + 2}")
    scene.say(large, *["too much " * 100] * 50)
    scene.happen(large, *_DONE)
    desk.notices.wait_for("the disk is full")
    assert desk.rows("SELECT text FROM answers WHERE uid = ?", small.id) == [("fits",)]
    with desk.database.write() as db:
        db.execute("PRAGMA max_page_count = 1000000")
    desk.notices.wait_for("saved again")
    assert desk.rows("SELECT text, status FROM answers WHERE uid = ?", large.id) == [(large.text(), "complete")]
    assert len(desk.notices.lines) == 2


def test_a_file_that_may_not_grow_is_told_and_written_when_it_may(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    notices = json.loads(finish(start_program("fill_the_disk", path)))
    assert len(notices) == 2
    assert "Answers are kept in memory, and saving is tried again." in notices[0]
    assert rows(path, "SELECT length(text), status FROM answers") == [(600_001, "complete")]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


async def test_a_file_that_is_removed_is_made_again_with_all_of_the_comparison(desk: Desk) -> None:
    scene = desk.scene("a", "b")
    for feed in scene.ask("First"):
        scene.say(feed, f"first of {feed.lane.model}")
        scene.happen(feed, *_DONE)
    live, _ = scene.ask("Second")
    scene.say(live, "before ")
    await desk.recorder.flush()
    for file in desk.path.parent.glob("compare-tui.db*"):
        if file.is_file():
            file.unlink()
    scene.say(live, "after")
    await _until(lambda: desk.path.exists() and desk.rows("PRAGMA user_version") != [(0,)])
    await _until(lambda: desk.rows("SELECT text FROM chunks ORDER BY seq") == [("before ",), ("after",)])
    scene.happen(live, *_DONE)
    await desk.recorder.flush()
    assert desk.rows("SELECT turn, lane, status, text FROM answers ORDER BY turn, lane") == [
        (1, 0, "complete", "first of a"),
        (1, 1, "complete", "first of b"),
        (2, 0, "complete", "before after"),
        (2, 1, "waiting", None),
    ]
    assert desk.rows("SELECT title FROM comparisons") == [("First",)]


async def test_a_directory_that_is_removed_is_made_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "data")
    scene = desk.scene("a")
    [feed] = scene.ask("Hello")
    await desk.recorder.flush()
    (tmp_path / "data").rename(tmp_path / "moved")
    scene.say(feed, "kept")
    scene.happen(feed, *_DONE)
    await desk.recorder.flush()
    assert desk.rows("SELECT text, status FROM answers") == [("kept", "complete")]
    desk.close()


async def test_a_file_that_is_overwritten_while_it_streams_loses_nothing_of_the_comparison(desk: Desk) -> None:
    scene = desk.scene("a")
    [feed] = scene.ask("Hello")
    scene.say(feed, "before ")
    await desk.recorder.flush()
    for file in (desk.path, desk.path.with_name("compare-tui.db-wal")):
        file.write_bytes(b"garbage " * 1024)
    scene.say(feed, "after")
    scene.happen(feed, *_DONE)
    await desk.recorder.flush()
    desk.notices.wait_for("was damaged")
    await _until(lambda: desk.rows("SELECT text, status FROM answers") == [("before after", "complete")])


async def test_telling_never_waits_for_a_writer_elsewhere(desk: Desk, tmp_path: Path) -> None:
    await desk.recorder.flush()
    other = open_database(desk.path)
    with other.write():
        scene = desk.scene("a", "b")
        for feed in scene.ask("Hello"):  # whoever waits here for the other writer, waits for ever
            scene.say(feed, "x")
            scene.happen(feed, *_DONE)
    await desk.recorder.flush()
    other.close()
    assert desk.rows("SELECT status FROM answers") == [("complete",), ("complete",)]


async def test_flush_and_close_are_bounded_while_another_process_writes(desk: Desk) -> None:
    await desk.recorder.flush()
    other = open_database(desk.path)
    with other.write():
        scene = desk.scene("a")
        scene.ask("Hello")
        began = time.perf_counter()
        await desk.recorder.flush()
        assert 1 < time.perf_counter() - began < 2
        desk.notices.wait_for("does not answer")
        began = time.perf_counter()
        desk.close()
        assert time.perf_counter() - began < 2.5
    other.close()


async def test_close_writes_what_was_told_last(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    scene = desk.scene("a")
    [feed] = scene.ask("Hello")
    scene.say(feed, "last words")
    scene.happen(feed, *_DONE)
    desk.close()
    assert desk.rows("SELECT text FROM answers") == [("last words",)]
    await desk.recorder.flush()


async def test_a_thread_that_has_nothing_to_do_does_nothing(desk: Desk) -> None:
    scene = desk.scene("a")
    [feed] = scene.ask("Hello")
    scene.happen(feed, *_DONE)
    await desk.recorder.flush()
    before = time.process_time()
    await asyncio.sleep(0.5)
    assert time.process_time() - before < 0.02


async def test_an_answer_that_was_never_announced_is_kept_all_the_same(desk: Desk) -> None:
    scene = desk.scene("a")
    feed = AnswerFeed("uid", scene.comparison.lanes[0], 1)
    scene.happen(feed, TextReceived("kept"), *_DONE)
    await desk.recorder.flush()
    assert desk.rows("SELECT text FROM answers") == [("kept",)]
