"""The bond between the engine's thread and the screen: when it wakes the app, and when it stays silent."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar, copy_context

import pytest

from compare_tui.domain.answers import AnswerError, AnswerState, ErrorKind
from compare_tui.domain.events import (
    AnswerCancelled,
    AnswerEvent,
    KeepAliveReceived,
    ReasoningReceived,
    RetryScheduled,
    StreamEnded,
    TextReceived,
)
from compare_tui.domain.fold import fold
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn
from compare_tui.tui import pulse
from compare_tui.tui.wake_ups import WakeUps
from tests.support.pilot import stand

_LANE = Lane(LaneId(0), LaneSpec("m", "scripted"))
_WHOSE: ContextVar[str] = ContextVar("whose", default="nobody's")


class _Engine:
    """Folds events as the engine does, and counts the wake-ups that follow."""

    def __init__(self) -> None:
        self.comparison = Comparison("id", 0.0, (_LANE,))
        self.feed = AnswerFeed("answer", _LANE, 1)
        self.wakes: list[tuple[str, str]] = []
        context = copy_context()
        context.run(_WHOSE.set, "the app's")
        self.observer = WakeUps(asyncio.get_running_loop(), context, self._awake)

    def _awake(self) -> None:
        self.wakes.append((threading.current_thread().name, _WHOSE.get()))

    async def tell(self, *events: AnswerEvent) -> int:
        """Let a thread tell the observer of `events`; return how often the app was woken by them."""
        before = len(self.wakes)
        for event in events:
            self.feed.state = fold(self.feed.state, event, 1.0)
            await asyncio.to_thread(self.observer.answer_changed, self.comparison, self.feed, event)
            await asyncio.sleep(0)
        return len(self.wakes) - before


async def test_the_app_is_woken_for_the_first_text_and_the_end_but_for_no_delta() -> None:
    engine = _Engine()
    assert await engine.tell(KeepAliveReceived(), KeepAliveReceived()) == 0
    assert await engine.tell(ReasoningReceived("hm")) == 1
    assert await engine.tell(ReasoningReceived(" hm"), ReasoningReceived(" hm")) == 0
    assert await engine.tell(TextReceived("first")) == 1
    assert await engine.tell(*[TextReceived(" more")] * 20) == 0
    assert await engine.tell(StreamEnded(done=True)) == 1


async def test_the_app_is_woken_for_a_retry_and_for_a_stop() -> None:
    engine = _Engine()
    assert await engine.tell(RetryScheduled(AnswerError(ErrorKind.SERVER, "busy"), 3.0)) == 1
    assert await engine.tell(AnswerCancelled()) == 1


async def test_wake_ups_run_on_the_apps_loop_in_its_context_and_are_not_heaped_up() -> None:
    engine = _Engine()
    turn = Turn(1, "go", 0.0)

    def tell_often() -> None:
        for _ in range(100):
            engine.observer.turn_started(engine.comparison, turn)

    thread = threading.Thread(target=tell_often)
    thread.start()
    thread.join()
    await asyncio.sleep(0)
    assert engine.wakes == [(threading.current_thread().name, "the app's")]


def test_a_wake_up_after_the_app_has_ended_is_dropped() -> None:
    loop = asyncio.new_event_loop()
    observer = WakeUps(loop, copy_context(), lambda: None)
    loop.close()
    observer.turn_started(Comparison("id", 0.0, (_LANE,)), Turn(1, "go", 0.0))
    state = fold(AnswerState(), TextReceived("x"), 1.0)
    observer.answer_changed(Comparison("id", 0.0, (_LANE,)), AnswerFeed("a", _LANE, 1, state), TextReceived("x"))


async def test_a_lanes_first_text_and_its_end_do_not_wait_for_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "FRAMES_PER_SECOND", 0.001)
    async with stand("one", "two") as running:
        await running.send("go")
        await running.asked(2)
        engine = running.stage.engine
        assert engine is not None
        say = running.source.of(0).say
        engine.call(lambda _: say(TextReceived("first"))).result(5)
        await running.until(lambda: "first" in running.body(0))
        engine.call(lambda _: say(TextReceived(" second"))).result(5)
        await running.until(lambda: "second" in running.feed(0).text())
        await running.pilot.pause(0.1)
        assert "second" not in running.body(0)
        engine.call(lambda _: say(StreamEnded(done=True))).result(5)
        await running.until(lambda: "first second" in running.body(0))


async def test_frames_stop_when_nothing_streams() -> None:
    async with stand("one") as running:
        await running.send("go")
        await running.say(0, "text")
        live = running.screen._live
        assert live._pulse is not None
        assert live._pulse.is_beating
        await running.end(0)
        await running.until(lambda: live._pulse is not None and not live._pulse.is_beating)
