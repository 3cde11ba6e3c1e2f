"""Servers that take all lanes in one request: turns, clocks and ends of their lanes, in the fold and in the policy."""

from __future__ import annotations

import pytest

from compare_tui.domain.answers import AnswerState, AnswerStatus
from compare_tui.domain.events import (
    AnswerEvent,
    AttemptStarted,
    KeepAliveReceived,
    ModelEnded,
    RequestSent,
    StreamCut,
    StreamEnded,
    TextReceived,
    TurnAwaited,
    TurnCame,
)
from compare_tui.domain.figures import duration_s, ttft_s, waited_for_turn_s, waited_s
from compare_tui.domain.fold import fold
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.tiers import Tier
from compare_tui.engine.engine import Engine
from compare_tui.engine.fan_out import FanOut
from compare_tui.engine.patience import retry_after, timed_out
from compare_tui.engine.policy import Policy
from tests.support.fakes import Bench, HandSource
from tests.support.manual_clock import settle


def _state(*events: tuple[float, AnswerEvent]) -> AnswerState:
    state = fold(fold(AnswerState(), AttemptStarted(1), 0.0), RequestSent(), 0.0)
    for at, event in events:
        state = fold(state, event, at)
    return state


def test_a_lanes_figures_start_at_its_own_turn() -> None:
    state = _state((0.1, TurnAwaited()), (40.0, TurnCame()), (40.5, TextReceived("a")), (42.0, StreamEnded(done=True)))
    assert (ttft_s(state), duration_s(state, 0.0), waited_for_turn_s(state)) == (0.5, 2.0, 40.0)


def test_a_lane_that_waits_for_its_turn_is_not_called_queued() -> None:
    state = _state((0.1, TurnAwaited()), (5.0, KeepAliveReceived()))
    assert (state.status, state.waits_for_turn, waited_s(state, 6.0)) == (AnswerStatus.WAITING, True, 6.0)


def test_a_turn_that_comes_without_waiting_changes_no_clock() -> None:
    assert _state((3.0, TurnCame())).turn_came_at is None


def test_patience_is_not_tried_by_the_turns_of_others() -> None:
    policy = Policy()
    waiting = _state((0.1, TurnAwaited()))
    assert timed_out(waiting, policy, 599.0) is None
    assert timed_out(waiting, policy, 601.0) is not None
    begun = fold(waiting, TurnCame(), 500.0)
    assert timed_out(begun, policy, 619.0) is None
    assert timed_out(begun, policy, 621.0) is not None


def test_a_model_that_has_ended_need_not_make_progress() -> None:
    ended = _state((1.0, TextReceived("a")), (2.0, ModelEnded()), (300.0, KeepAliveReceived()))
    assert timed_out(ended, Policy(), 301.0) is None


def test_an_answer_lasts_until_its_model_ended_not_until_the_stream_did() -> None:
    state = _state((1.0, ModelEnded()), (1.5, TextReceived("late")), (60.0, StreamEnded(done=True)))
    assert (state.status, state.ended_at) == (AnswerStatus.COMPLETE, 1.5)


def test_a_cut_that_must_not_be_asked_again_is_not() -> None:
    cut = _state((1.0, StreamCut("it broke", retryable=False)))
    assert cut.status is AnswerStatus.CUT
    assert retry_after(cut, Policy(), 0.5) is None
    assert retry_after(_state((1.0, StreamCut("it broke"))), Policy(), 0.5) is not None


def test_an_empty_answer_of_a_model_that_has_ended_is_not_asked_again() -> None:
    assert retry_after(_state((1.0, ModelEnded()), (2.0, StreamEnded(done=True))), Policy(), 0.5) is None


@pytest.mark.parametrize(("own", "refused"), [(None, {1}), (Tier.BRIEF, {0, 1})])
async def test_a_backends_tier_is_in_force_for_its_lanes_alone(own: Tier | None, refused: set[int]) -> None:
    bench = Bench()
    other = HandSource()
    engine = Engine(
        sources={"a": FanOut(bench.source), "team": FanOut(other)},
        recorder=bench.recorder,
        ledger=bench.places,
        clock=bench.clock,
        new_id=iter("abcdefgh").__next__,
        random=lambda: 0.5,
        policy=Policy(),
        observer=bench.log,
        tiers={"team": Tier.STANDARD},
    )
    comparison = engine.open_comparison([LaneSpec("m", "a"), LaneSpec("m", "team")], tier=own)
    engine.start_turn(comparison, "x" * 5_001)
    await settle()
    states = [feed.state for feed in comparison.turns[0].answers[comparison.lanes[0].id]]
    states += [feed.state for feed in comparison.turns[0].answers[comparison.lanes[1].id]]
    assert {number for number, state in enumerate(states) if state.status is AnswerStatus.REFUSED} == refused
    assert len(bench.places.reserved) == 2 - len(refused)
    await engine.aclose()
