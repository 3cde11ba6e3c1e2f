"""The engine on hand-steered sources: turns, retries, patience, stopping, history."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from compare_tui.domain.answers import AnswerError, AnswerStatus, ErrorKind, Usage
from compare_tui.domain.errors import UsageError
from compare_tui.domain.events import (
    FinishReported,
    KeepAliveReceived,
    ReasoningReceived,
    StreamCut,
    StreamEnded,
    StreamEvent,
    StreamFailed,
    TextReceived,
    UsageReported,
)
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.limits import Refusal
from compare_tui.domain.messages import Role
from compare_tui.domain.tiers import Tier
from compare_tui.engine.comparison import AnswerFeed, Comparison
from compare_tui.engine.policy import Policy
from compare_tui.engine.ports import NO_DEMAND, Demand, Place
from tests.support.fakes import Bench, OpenLedger
from tests.support.manual_clock import settle

TWO = [LaneSpec("m", "a"), LaneSpec("m", "a")]
OVERLOADED = AnswerError(ErrorKind.SERVER, "overloaded", code=503, retryable=True)


def answer(comparison: Comparison, lane: int, turn: int = 1) -> AnswerFeed:
    feed = comparison.turns[turn - 1].answer(LaneId(lane))
    assert feed is not None
    return feed


def whole(text: str) -> list[StreamEvent]:
    return [TextReceived(text), FinishReported("stop"), StreamEnded(done=True)]


async def test_every_lane_is_asked_at_once_and_keeps_its_own_text() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison(TWO)
    bench.engine.start_turn(comparison, "hello")
    await settle()
    assert len(bench.source.streams) == 2
    bench.source.of(1).say(*whole("one"))
    bench.source.of(0).say(*whole("zero"))
    await bench.engine.wait(comparison)
    assert answer(comparison, 0).text() == "zero"
    assert answer(comparison, 1).text() == "one"
    assert answer(comparison, 0).state.status is AnswerStatus.COMPLETE


async def test_each_lane_answers_from_its_own_history() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison(TWO, system="Be brief.")
    for prompt in ("first", "second"):
        bench.engine.start_turn(comparison, prompt)
        await settle()
        for lane in (0, 1):
            bench.source.of(lane).say(*whole(f"{prompt} from {lane}"))
        await bench.engine.wait(comparison)
    sent = [(message.role, message.content) for message in bench.source.of(1).request.messages]
    assert sent == [
        (Role.SYSTEM, "Be brief."),
        (Role.USER, "first"),
        (Role.ASSISTANT, "first from 1"),
        (Role.USER, "second"),
    ]


async def test_an_error_in_one_lane_leaves_the_others_alone() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison(TWO)
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.source.of(0).say(StreamFailed(AnswerError(ErrorKind.KEY, "bad key", code=401)), StreamEnded(done=False))
    bench.source.of(1).say(*whole("fine"))
    await bench.engine.wait(comparison)
    assert answer(comparison, 0).state.status is AnswerStatus.ERROR
    assert answer(comparison, 1).text() == "fine"
    assert answer(comparison, 0).state.attempts == 1


async def test_a_retryable_error_before_content_is_asked_again_with_a_place_of_its_own() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.source.of(0).say(StreamFailed(OVERLOADED), StreamEnded(done=False))
    await settle()
    feed = answer(comparison, 0)
    assert feed.state.status is AnswerStatus.WAITING
    assert feed.state.retry_at == pytest.approx(0.5)
    await bench.clock.advance(0.6)
    bench.source.of(0).say(*whole("at last"))
    await bench.engine.wait(comparison)
    await settle()
    assert feed.state.attempts == 2
    assert feed.state.error is None
    assert len(bench.places.reserved) == 2
    assert len(bench.places.settled) == 2


async def test_after_two_retries_the_error_stands() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    bench.engine.start_turn(comparison, "hello")
    for _ in range(3):
        await settle()
        bench.source.of(0).say(StreamFailed(OVERLOADED), StreamEnded(done=False))
        await bench.clock.advance(9)
    await bench.engine.wait(comparison)
    assert answer(comparison, 0).state.status is AnswerStatus.ERROR
    assert len(bench.source.streams) == 3


@pytest.mark.parametrize("content", [TextReceived("some"), ReasoningReceived("hm")])
async def test_nothing_is_retried_once_content_has_come(content: StreamEvent) -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.source.of(0).say(content, StreamCut("reset"))
    await bench.engine.wait(comparison)
    assert answer(comparison, 0).state.status is AnswerStatus.CUT
    assert len(bench.source.streams) == 1


async def test_retry_after_is_honoured_up_to_the_limit() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    limited = AnswerError(ErrorKind.RATE_LIMIT, "slow down", code=429, retry_after_s=17, retryable=True)
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.source.of(0).say(StreamFailed(limited), StreamEnded(done=False))
    await bench.clock.advance(16.9)
    assert len(bench.source.streams) == 1
    await bench.clock.advance(0.2)
    assert len(bench.source.streams) == 2
    later = AnswerError(ErrorKind.RATE_LIMIT, "slow down", code=429, retry_after_s=3600, retryable=True)
    bench.source.of(0).say(StreamFailed(later), StreamEnded(done=False))
    await bench.engine.wait(comparison)
    error = answer(comparison, 0).state.error
    assert error is not None
    assert error.retry_after_s == 3600
    again = datetime.fromtimestamp(bench.clock.wall() + 3600).astimezone()
    assert error.hint == f"The server allows again on {again:%Y-%m-%d} at {again:%H:%M}."


async def test_stopping_keeps_the_text_and_closes_the_stream() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison(TWO)
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.source.of(0).say(TextReceived("half an ans"))
    await settle()
    bench.engine.stop(comparison, LaneId(0))
    await settle()
    feed = answer(comparison, 0)
    assert feed.state.status is AnswerStatus.CANCELLED
    assert feed.text() == "half an ans"
    assert bench.source.of(0).closed
    assert not bench.source.of(1).closed
    assert feed in bench.recorder.ended
    assert feed.state.usage == Usage(2, 3, 0, estimated=True)
    assert feed.state.cost_usd is None


async def test_a_stopped_retry_never_starts() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.source.of(0).say(StreamFailed(OVERLOADED), StreamEnded(done=False))
    await settle()
    bench.engine.stop_all(comparison)
    await bench.clock.advance(20)
    assert len(bench.source.streams) == 1
    assert answer(comparison, 0).state.status is AnswerStatus.CANCELLED


async def test_keep_alives_queue_a_lane_but_do_not_count_as_progress() -> None:
    bench = Bench(policy=Policy(no_byte_s=120, no_progress_before_content_s=600))
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    bench.engine.start_turn(comparison, "hello")
    await settle()
    for _ in range(59):
        bench.source.of(0).say(KeepAliveReceived())
        await bench.clock.advance(10)
    assert answer(comparison, 0).state.status is AnswerStatus.QUEUED
    bench.source.of(0).say(KeepAliveReceived())
    await bench.clock.advance(10.5)
    feed = answer(comparison, 0)
    assert feed.state.status is AnswerStatus.ERROR
    assert feed.state.error is not None
    assert feed.state.error.kind is ErrorKind.TIMEOUT
    assert bench.source.of(0).closed


async def test_a_silent_server_is_given_up_after_120_s_while_the_other_lane_goes_on() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison(TWO)
    bench.engine.start_turn(comparison, "hello")
    await settle()
    for _ in range(13):
        bench.source.of(1).say(TextReceived("x"))
        await bench.clock.advance(10)
    assert answer(comparison, 0).state.status is AnswerStatus.ERROR
    assert answer(comparison, 1).state.status is AnswerStatus.STREAMING


async def test_the_turn_has_a_time_limit_if_asked_for() -> None:
    bench = Bench(policy=Policy(turn_timeout_s=5))
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.source.of(0).say(TextReceived("so far"))
    await bench.clock.advance(5.5)
    feed = answer(comparison, 0)
    assert feed.state.status is AnswerStatus.ERROR
    assert feed.text() == "so far"


async def test_a_limit_of_ours_refuses_before_anything_is_sent() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison(TWO)
    bench.places.refusal = Refusal("answers_per_minute", 3, 2, 2, bench.clock.wall() + 17)
    bench.engine.start_turn(comparison, "hello")
    await bench.engine.wait(comparison)
    for lane in (0, 1):
        state = answer(comparison, lane).state
        assert state.status is AnswerStatus.REFUSED
        assert state.error is not None
        assert "answers_per_minute" in state.error.message
        assert state.error.retry_after_s == 17
    assert not bench.source.streams


async def test_a_prompt_too_long_for_its_tier_is_refused() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison(TWO, tier=Tier.BRIEF)
    bench.engine.start_turn(comparison, "x" * 1001)
    await bench.engine.wait(comparison)
    assert answer(comparison, 0).state.status is AnswerStatus.REFUSED
    assert not bench.places.reserved


async def test_asking_again_adds_an_alternative_which_then_counts() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.source.of(0).say(*whole("first try"))
    await bench.engine.wait(comparison)
    bench.engine.ask_again(comparison, LaneId(0), 1)
    await settle()
    bench.source.of(0).say(*whole("second try"))
    await bench.engine.wait(comparison)
    assert [feed.text() for feed in comparison.turns[0].answers[LaneId(0)]] == ["first try", "second try"]
    assert answer(comparison, 0).text() == "second try"
    bench.engine.start_turn(comparison, "go on")
    await settle()
    assert bench.source.of(0).request.messages[1].content == "second try"


async def test_an_edited_lane_keeps_its_history_and_a_spelled_one_begins_anew() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison(TWO)
    bench.engine.start_turn(comparison, "hello")
    await settle()
    for lane in (0, 1):
        bench.source.of(lane).say(*whole("hi"))
    await bench.engine.wait(comparison)
    edited = Lane(LaneId(0), LaneSpec("m", "a", {"temperature": 0}))
    bench.engine.set_lanes(comparison, [edited, LaneSpec("other", "a")])
    assert [lane.id for lane in comparison.lanes] == [0, 2]
    bench.engine.start_turn(comparison, "again")
    await settle()
    assert len(bench.source.of(0).request.messages) == 3
    assert bench.source.of(0).request.lane.params == {"temperature": 0}
    assert len(bench.source.of(2).request.messages) == 1


async def test_a_busy_lane_is_not_asked_a_second_time() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison(TWO)
    bench.engine.start_turn(comparison, "hello")
    await settle()
    with pytest.raises(UsageError, match=r"Lane 1 \(m\) is still answering"):
        bench.engine.start_turn(comparison, "again")
    assert len(comparison.turns) == 1


async def test_an_unknown_backend_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="nowhere"):
        Bench().engine.open_comparison([LaneSpec("m", "nowhere")])


async def test_closing_stops_what_streams_and_keeps_it() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison(TWO)
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.source.of(0).say(TextReceived("half"))
    await settle()
    await bench.engine.aclose()
    assert answer(comparison, 0).state.status is AnswerStatus.CANCELLED
    assert bench.recorder.told[-1] == ("flush", "")
    assert bench.source.closed


async def test_the_servers_own_counts_win_over_estimates() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.source.of(0).say(TextReceived("hi"), UsageReported(Usage(9, 2), 0.001), *whole("!"))
    await bench.engine.wait(comparison)
    state = answer(comparison, 0).state
    assert state.usage == Usage(9, 2)
    assert state.cost_usd == 0.001


async def test_a_place_is_used_from_the_moment_of_the_request() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison(TWO)
    bench.engine.start_turn(comparison, "hello")
    await settle()
    assert bench.places.settled == bench.places.reserved
    assert not answer(comparison, 0).state.status.is_final
    bench.engine.stop_all()
    await settle()
    assert bench.places.released == []


async def test_the_alternative_on_the_screen_is_told_to_the_recorder_and_counts_as_said() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.source.of(0).say(*whole("first"))
    await bench.engine.wait(comparison)
    bench.engine.ask_again(comparison, LaneId(0), 1)
    await settle()
    bench.source.of(0).say(*whole("second"))
    await bench.engine.wait(comparison)
    bench.engine.show_alternative(comparison, LaneId(0), 1, 0)
    assert answer(comparison, 0).text() == "first"
    assert [told for told in bench.recorder.told if told[0] == "shown"] == [("shown", "{0: 1}"), ("shown", "{0: 0}")]
    with pytest.raises(UsageError, match="no such answer"):
        bench.engine.show_alternative(comparison, LaneId(0), 1, 2)
    with pytest.raises(UsageError, match="no turn 7"):
        bench.engine.show_alternative(comparison, LaneId(0), 7, 0)


class _SlowRefusal(OpenLedger):
    """Refuses, but only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def reserve(self, lanes: Sequence[Lane], demand: Demand = NO_DEMAND) -> tuple[Place, ...] | Refusal:
        await self.go.wait()
        return Refusal("answers_per_minute", 1, 1, 1, None)


async def test_an_answer_stopped_while_its_place_is_asked_for_stays_cancelled_when_it_is_refused() -> None:
    ledger = _SlowRefusal()
    bench = Bench(ledger=ledger)
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.engine.stop_all(comparison)
    ledger.go.set()
    await bench.engine.wait(comparison)
    await settle()
    assert answer(comparison, 0).state.status is AnswerStatus.CANCELLED
    assert len(bench.recorder.ended) == 1
