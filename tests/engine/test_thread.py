"""The engine in its own thread."""

from __future__ import annotations

import threading

import pytest

from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.errors import UsageError
from compare_tui.domain.events import TextReceived
from compare_tui.domain.lanes import LaneId, LaneSpec
from compare_tui.engine.engine import Engine
from compare_tui.engine.thread import EngineThread
from tests.support.fakes import Bench


def test_calls_run_on_the_engines_thread_and_hand_back_results_and_errors() -> None:
    bench: list[Bench] = []

    def build() -> Engine:
        bench.append(Bench())
        return bench[0].engine

    thread = EngineThread(build)
    names = thread.call(lambda _engine: threading.current_thread().name)
    thread.start()
    assert names.result(timeout=5) == "engine"
    failed = thread.call(lambda engine: engine.open_comparison([LaneSpec("m", "nowhere")]))
    with pytest.raises(UsageError):
        failed.result(timeout=5)
    thread.close()
    assert bench[0].source.closed


def test_closing_with_live_streams_ends_them_within_two_seconds() -> None:
    bench: list[Bench] = []

    def build() -> Engine:
        bench.append(Bench())
        return bench[0].engine

    thread = EngineThread(build)
    thread.start()
    comparison = thread.call(lambda engine: engine.open_comparison([LaneSpec("m", "a")] * 3)).result(timeout=5)
    turn = thread.call(lambda engine: engine.start_turn(comparison, "go")).result(timeout=5)
    while len(bench[0].source.streams) < 3:
        thread.call(lambda engine: None).result(timeout=5)
    thread.call(lambda engine: bench[0].source.of(0).say(TextReceived("half"))).result(timeout=5)
    while not (feed := turn.answer(LaneId(0))) or not feed.text():
        thread.call(lambda engine: None).result(timeout=5)
    thread.close()
    assert not any(t.name == "engine" for t in threading.enumerate())
    assert feed.state.status is AnswerStatus.CANCELLED
    assert feed.text() == "half"


def test_a_build_that_fails_is_told_to_every_caller() -> None:
    def build() -> Engine:
        raise UsageError("no such thing")

    thread = EngineThread(build)
    thread.start()
    with pytest.raises(UsageError):
        thread.call(lambda engine: 1).result(timeout=5)
    thread.close()
