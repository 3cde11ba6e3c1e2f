"""What every ComparisonSource keeps to; see its port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import get_args

import pytest

from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.events import (
    RequestSent,
    StreamCut,
    StreamEnded,
    StreamEvent,
    StreamFailed,
    TextReceived,
)
from compare_tui.domain.lanes import LaneId
from compare_tui.domain.safe_text import make_safe
from compare_tui.engine.ports import ComparisonSource
from tests.support.comparison_sources import COMPARISON_STAGES
from tests.support.comparisons import RunningTurn, ask_lanes, take_turn


@pytest.fixture(params=COMPARISON_STAGES)
async def source(request: pytest.FixtureRequest) -> AsyncIterator[ComparisonSource]:
    async with COMPARISON_STAGES[request.param]() as staged:
        yield staged


@pytest.mark.parametrize(
    ("model", "status", "text"),
    [
        ("whole", AnswerStatus.COMPLETE, "Hello, world."),
        ("fails", AnswerStatus.ERROR, ""),
        ("cut", AnswerStatus.CUT, "half"),
    ],
)
async def test_a_lane_has_one_end_and_it_is_its_last(
    source: ComparisonSource, model: str, status: AnswerStatus, text: str
) -> None:
    (answer,) = await take_turn(source, ask_lanes(model))
    ends = [event for event in answer.events if isinstance(event, StreamEnded | StreamCut)]
    assert ends == [answer.events[-1]]
    assert (answer.status, answer.text) == (status, text)
    assert {type(event) for event in answer.events} <= set(get_args(StreamEvent))


async def test_lanes_of_one_turn_get_what_is_their_own(source: ComparisonSource) -> None:
    answers = await take_turn(source, ask_lanes("whole", "fails", "other"))
    assert [(answer.status.value, answer.text) for answer in answers] == [
        ("complete", "Hello, world."),
        ("error", ""),
        ("complete", "Hello, world."),
    ]


async def test_the_same_model_may_fill_two_lanes(source: ComparisonSource) -> None:
    answers = await take_turn(source, ask_lanes("whole", "whole", "other"))
    assert [answer.text for answer in answers] == ["Hello, world."] * 3


async def test_each_lane_is_told_once_that_its_request_was_sent(source: ComparisonSource) -> None:
    for answer in await take_turn(source, ask_lanes("whole", "other")):
        kinds = [type(event) for event in answer.events]
        assert kinds.count(RequestSent) == 1
        assert kinds.index(RequestSent) < kinds.index(TextReceived)


async def test_a_failure_is_an_event_with_words(source: ComparisonSource) -> None:
    (answer,) = await take_turn(source, ask_lanes("fails"))
    assert [event.error.message for event in answer.events if isinstance(event, StreamFailed)] == ["No such model"]


async def test_events_hold_safe_text_only(source: ComparisonSource) -> None:
    for model in ("whole", "fails", "cut"):
        (answer,) = await take_turn(source, ask_lanes(model))
        assert all(make_safe(repr(event)) == repr(event) for event in answer.events)


async def test_a_stopped_lane_is_told_nothing_more(source: ComparisonSource) -> None:
    turn = RunningTurn(source, ask_lanes("stalls"))
    await turn.until(TextReceived)
    turn.stream.stop(LaneId(10))
    n_events = len(turn.answer(0).events)
    (answer,) = await turn.end()
    assert len(answer.events) == n_events
    assert not [event for event in answer.events if isinstance(event, StreamEnded | StreamCut)]


async def test_a_lane_can_be_stopped_before_anything_was_sent(source: ComparisonSource) -> None:
    turn = RunningTurn(source, ask_lanes("whole"))
    turn.stream.stop(LaneId(10))
    turn.stream.stop(LaneId(10))
    (answer,) = await turn.end()
    assert answer.events == []


async def test_stopping_a_lane_leaves_the_others_alone(source: ComparisonSource) -> None:
    turn = RunningTurn(source, ask_lanes("whole", "stalls"))
    await turn.until(TextReceived, 0)
    await turn.until(TextReceived, 1)
    turn.stream.stop(LaneId(11))
    answers = await asyncio.wait_for(_ended(turn, 0), 5)
    assert answers == "Hello, world."


async def _ended(turn: RunningTurn, number: int) -> str:
    await turn.end()
    return turn.answer(number).text


async def test_an_ended_lane_can_be_stopped_without_a_word(source: ComparisonSource) -> None:
    turn = RunningTurn(source, ask_lanes("whole"))
    (answer,) = await turn.end()
    n_events = len(answer.events)
    turn.stream.stop(LaneId(10))
    assert len(answer.events) == n_events


async def test_turns_run_side_by_side_and_do_not_mix(source: ComparisonSource) -> None:
    stalled = RunningTurn(source, ask_lanes("stalls"))
    await stalled.until(TextReceived)
    turns = await asyncio.gather(*(take_turn(source, ask_lanes("whole", "other")) for _ in range(3)))
    assert [answer.text for answers in turns for answer in answers] == ["Hello, world."] * 6
    stalled.stream.stop(LaneId(10))
    await stalled.end()


async def test_warming_up_may_come_at_any_time_and_more_than_once(source: ComparisonSource) -> None:
    await source.warm_up()
    (answer,) = await take_turn(source, ask_lanes("whole"))
    assert answer.status is AnswerStatus.COMPLETE
    await source.warm_up()


async def test_closing_a_source_twice_does_no_harm(source: ComparisonSource) -> None:
    await source.aclose()
    await source.aclose()
