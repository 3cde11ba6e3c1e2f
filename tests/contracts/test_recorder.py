"""What every recorder keeps to: it never raises, never waits, and `flush` comes back."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from compare_tui.domain.events import AnswerCancelled, FinishReported, StreamEnded
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.engine.comparison import AnswerFeed
from compare_tui.engine.ports import Recorder
from compare_tui.storage.null_recorder import NullRecorder
from compare_tui.storage.recorder import SqliteRecorder
from compare_tui.storage.schema import MIGRATIONS
from tests.storage.support import Notices, Scene, open_database
from tests.support.fakes import MemoryRecorder
from tests.support.manual_clock import ManualClock


def _on_a_file(directory: Path, clock: ManualClock) -> tuple[Recorder, Callable[[], None]]:
    return _sqlite(directory / "compare-tui.db", clock)


def _in_memory(directory: Path, clock: ManualClock) -> tuple[Recorder, Callable[[], None]]:
    (directory / "file").touch()
    return _sqlite(directory / "file" / "compare-tui.db", clock)


def _on_a_foreign_file(directory: Path, clock: ManualClock) -> tuple[Recorder, Callable[[], None]]:
    """On a database that can never be written: each attempt is a fault."""
    path = directory / "compare-tui.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    return _sqlite(path, clock)


def _sqlite(path: Path, clock: ManualClock) -> tuple[Recorder, Callable[[], None]]:
    database = open_database(path, clock=clock)
    recorder = SqliteRecorder(database, clock=clock, on_notice=Notices(), retry_s=0.01)

    def close() -> None:
        recorder.close()
        database.close()

    return recorder, close


def _null(directory: Path, clock: ManualClock) -> tuple[Recorder, Callable[[], None]]:
    recorder = NullRecorder()
    return recorder, recorder.close


def _fake(directory: Path, clock: ManualClock) -> tuple[Recorder, Callable[[], None]]:
    return MemoryRecorder(), lambda: None


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=[_on_a_file, _in_memory, _on_a_foreign_file, _null, _fake], ids=lambda make: make.__name__[1:])
def recorder(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[Recorder]:
    recorder, close = request.param(tmp_path, clock)
    yield recorder
    close()


async def test_a_whole_comparison_is_told_without_a_fault_and_without_waiting(
    recorder: Recorder, clock: ManualClock
) -> None:
    began = time.perf_counter()
    scene = Scene(recorder, clock, "a", "b", "a")
    feeds = scene.ask("Hello")
    for feed in feeds:
        scene.say(feed, "one ", "two ")
    scene.happen(feeds[0], FinishReported("stop"), StreamEnded(done=True))
    scene.comparison.lanes = (*scene.comparison.lanes[1:], Lane(LaneId(3), LaneSpec("c", "ollama")))
    recorder.lanes_changed(scene.comparison)
    scene.happen(feeds[1], AnswerCancelled())
    again = scene.ask_again(feeds[1].lane, scene.comparison.turns[0])
    scene.happen(again, AnswerCancelled())
    assert time.perf_counter() - began < 0.1
    began = time.perf_counter()
    await recorder.flush()
    assert time.perf_counter() - began < 3


async def test_flush_comes_back_with_nothing_to_keep(recorder: Recorder) -> None:
    await recorder.flush()
    await recorder.flush()


async def test_calls_in_an_unlikely_order_are_taken(recorder: Recorder, clock: ManualClock) -> None:
    scene = Scene(recorder, clock, "a")
    feed = AnswerFeed("uid", scene.comparison.lanes[0], 1)
    scene.happen(feed, AnswerCancelled())
    recorder.answer_ended(scene.comparison, feed)
    recorder.comparison_opened(scene.comparison)
    recorder.lanes_changed(scene.comparison)
    await recorder.flush()


async def test_a_feed_is_only_read(recorder: Recorder, clock: ManualClock) -> None:
    scene = Scene(recorder, clock, "a")
    [feed] = scene.ask("Hello")
    scene.say(feed, "one")
    before = (feed.state, list(feed.chunks))
    await recorder.flush()
    assert (feed.state, feed.chunks) == before
