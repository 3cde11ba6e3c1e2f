"""The recording: real answers, in their own time, never passed off as a model."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.events import TextReceived
from compare_tui.domain.messages import Message, Role
from compare_tui.engine.ports import LaneSource
from compare_tui.sources.local_demo import DEMO_FOLLOW_UP, DEMO_LANES, DEMO_PROMPT
from compare_tui.sources.recorded import RecordedLane, RecordedTurn, Recording, load_recording, recorded_source
from tests.support.answers import Answer, ask
from tests.support.manual_clock import ManualClock

TURN = RecordedTurn("Hello?", 300, ((0, "Good "), (100, "morning"), (150, "!")), "stop", 7, 3)
OTHER = RecordedTurn("And now?", 200, ((0, "Evening."),), "length", 9, 2)
SMALL = Recording("tiny", (RecordedLane({"seed": 1}, (TURN, OTHER)), RecordedLane({"seed": 2}, (OTHER,))))


async def replay(source: LaneSource, clock: ManualClock, prompt: str, **params: int) -> tuple[Answer, list[float]]:
    """Return the answer and when its text came, in seconds."""
    answer, arrivals = Answer(), list[float]()

    async def listen() -> None:
        async with aclosing(source.stream(ask("tiny", prompt, **params))) as events:
            async for event in events:
                answer.take(event)
                if isinstance(event, TextReceived):
                    arrivals.append(clock.monotonic())

    listening = asyncio.create_task(listen())
    await clock.advance(60)
    await listening
    return answer, arrivals


async def test_text_arrives_when_it_arrived() -> None:
    clock = ManualClock()
    answer, arrivals = await replay(recorded_source(SMALL, clock=clock), clock, "Hello?", seed=1)
    assert answer.text == "Good morning!"
    assert arrivals == pytest.approx([0.3, 0.4, 0.45])


async def test_it_is_labelled_as_a_recording() -> None:
    clock = ManualClock()
    answer, _ = await replay(recorded_source(SMALL, clock=clock), clock, "Hello?", seed=1)
    assert answer.state.served_model == "tiny (recording)"
    assert answer.state.provider == "recording"
    assert answer.state.status is AnswerStatus.COMPLETE
    assert answer.state.usage is not None
    assert answer.state.usage.completion_tokens == 3
    assert answer.state.warnings == ()


async def test_a_recording_of_a_truncated_answer_is_truncated() -> None:
    clock = ManualClock()
    answer, _ = await replay(recorded_source(SMALL, clock=clock), clock, "And now?", seed=1)
    assert answer.state.status is AnswerStatus.TRUNCATED


async def test_the_lane_is_found_by_its_parameters_else_by_its_place() -> None:
    clock = ManualClock()
    source = recorded_source(SMALL, clock=clock)
    answer, _ = await replay(source, clock, "And now?", seed=2)
    assert answer.text == "Evening."
    answer, _ = await replay(source, clock, "And now?", seed=99)
    assert answer.text == "Evening."


async def test_another_prompt_is_answered_with_what_was_recorded_and_that_is_said() -> None:
    clock = ManualClock()
    answer, _ = await replay(recorded_source(SMALL, clock=clock), clock, "Who are you?", seed=1)
    assert answer.text == "Good morning!"
    assert answer.state.warnings == ("This recording answers another prompt: Hello?",)


async def test_the_second_turn_gets_the_second_answer() -> None:
    clock = ManualClock()
    request = ask("tiny", "x", seed=1)
    said = (Message(Role.USER, "Hi"), Message(Role.ASSISTANT, "Good morning!"), Message(Role.USER, "What else?"))
    events = recorded_source(SMALL, clock=clock).stream(replace(request, messages=said))
    answer = Answer()

    async def listen() -> None:
        async for event in events:
            answer.take(event)

    listening = asyncio.create_task(listen())
    await clock.advance(60)
    await listening
    assert answer.text == "Evening."


def test_the_recording_that_comes_along_is_of_the_demonstration() -> None:
    recording = load_recording()
    assert recording.model == "smollm2-135m"
    assert [dict(lane.params) for lane in recording.lanes] == [dict(spec.params) for spec in DEMO_LANES]
    for lane in recording.lanes:
        assert [turn.prompt for turn in lane.turns] == [DEMO_PROMPT, DEMO_FOLLOW_UP]
        for turn in lane.turns:
            times = [at_ms for at_ms, _ in turn.chunks]
            assert times == sorted(times)
            assert times[-1] > 1000
            assert turn.ttft_ms > 0
            assert turn.completion_tokens >= 20
    texts = {"".join(text for _, text in lane.turns[0].chunks) for lane in recording.lanes}
    assert len(texts) == len(recording.lanes)
