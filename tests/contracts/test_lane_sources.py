"""What every LaneSource keeps to; see its port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
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
from compare_tui.domain.safe_text import make_safe
from compare_tui.engine.ports import LaneSource
from tests.support.answers import Answer, ask, collect
from tests.support.lane_sources import STAGES


@pytest.fixture(params=STAGES)
async def source(request: pytest.FixtureRequest) -> AsyncIterator[LaneSource]:
    async with STAGES[request.param]() as staged:
        yield staged


async def _until_half(source: LaneSource) -> asyncio.Task[Answer]:
    """Start a stream that stalls and return when it has said what it will say."""
    said = asyncio.Event()

    async def run() -> Answer:
        answer = Answer()
        async with aclosing(source.stream(ask("stalls"))) as events:
            async for event in events:
                answer.take(event)
                if isinstance(event, TextReceived):
                    said.set()
        return answer

    task = asyncio.create_task(run())
    await asyncio.wait_for(said.wait(), 5)
    return task


@pytest.mark.parametrize(
    ("model", "status", "text"),
    [
        ("whole", AnswerStatus.COMPLETE, "Hello, world."),
        ("fails", AnswerStatus.ERROR, ""),
        ("cut", AnswerStatus.CUT, "half"),
    ],
)
async def test_a_stream_has_one_end_and_it_is_the_last(
    source: LaneSource, model: str, status: AnswerStatus, text: str
) -> None:
    answer = await collect(source, ask(model))
    ends = [event for event in answer.events if isinstance(event, StreamEnded | StreamCut)]
    assert ends == [answer.events[-1]]
    assert (answer.status, answer.text) == (status, text)
    assert {type(event) for event in answer.events} <= set(get_args(StreamEvent))


async def test_the_request_is_told_as_sent_before_any_text(source: LaneSource) -> None:
    events = (await collect(source, ask("whole"))).events
    kinds = [type(event) for event in events]
    assert kinds.index(RequestSent) < kinds.index(TextReceived)
    assert kinds.count(RequestSent) == 1


async def test_a_failure_is_an_event_with_words(source: LaneSource) -> None:
    answer = await collect(source, ask("fails"))
    assert [event.error.message for event in answer.events if isinstance(event, StreamFailed)] == ["No such model"]


async def test_events_hold_safe_text_only(source: LaneSource) -> None:
    for model in ("whole", "fails", "cut"):
        for event in (await collect(source, ask(model))).events:
            assert make_safe(repr(event)) == repr(event)


async def test_cancelling_stops_a_stream_and_is_not_swallowed(source: LaneSource) -> None:
    task = await _until_half(source)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 1)


async def test_closing_the_generator_stops_a_stream(source: LaneSource) -> None:
    events = source.stream(ask("stalls"))
    while not isinstance(await asyncio.wait_for(anext(events), 5), TextReceived):
        pass
    await asyncio.wait_for(events.aclose(), 1)
    with pytest.raises(StopAsyncIteration):
        await anext(events)


async def test_a_generator_that_never_ran_can_be_closed(source: LaneSource) -> None:
    await source.stream(ask("whole")).aclose()


async def test_streams_run_side_by_side_and_do_not_mix(source: LaneSource) -> None:
    stalled = await _until_half(source)
    answers = await asyncio.gather(*(collect(source, ask("whole")) for _ in range(4)), collect(source, ask("cut")))
    assert [answer.text for answer in answers] == ["Hello, world."] * 4 + ["half"]
    stalled.cancel()
    await asyncio.wait({stalled})


async def test_a_source_goes_on_after_a_stop_and_a_failure(source: LaneSource) -> None:
    task = await _until_half(source)
    task.cancel()
    await asyncio.wait({task})
    await collect(source, ask("fails"))
    assert (await collect(source, ask("whole"))).text == "Hello, world."


async def test_warming_up_may_come_at_any_time_and_more_than_once(source: LaneSource) -> None:
    await source.warm_up()
    assert (await collect(source, ask("whole"))).status is AnswerStatus.COMPLETE
    await source.warm_up()


async def test_closing_a_source_twice_does_no_harm(source: LaneSource) -> None:
    await source.aclose()
    await source.aclose()
