from __future__ import annotations

import asyncio

import pytest

from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.events import KeepAliveReceived, RequestSent, StreamCut, StreamEnded, StreamEvent, TextReceived
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.messages import AnswerRequest, Message, Role, build_messages
from compare_tui.domain.messages import Exchange as Said
from compare_tui.sources.scripted import Script, ScriptedSource, Step
from compare_tui.sources.scripts import MODELS, built_in_script
from tests.support.answers import ask, folded
from tests.support.manual_clock import ManualClock


async def _play(script: Script, *moves_s: float) -> list[list[StreamEvent]]:
    """What has been said after each move of the clock."""
    clock = ManualClock()
    source = ScriptedSource(clock=clock, script_for=lambda request: script)
    said: list[StreamEvent] = []

    async def run() -> None:
        async for event in source.stream(ask()):
            said.append(event)  # noqa: PERF401 - looked at while the stream runs

    task = asyncio.create_task(run())
    seen = []
    for seconds in moves_s:
        await clock.advance(seconds)
        seen.append(list(said))
    task.cancel()
    await asyncio.wait({task})
    return seen


async def test_each_step_comes_at_its_moment() -> None:
    script = [Step(0.0, RequestSent()), Step(1.0, TextReceived("a")), Step(0.5, TextReceived("b"))]
    started, early, first, both = await _play(script, 0.0, 0.9, 0.1, 0.5)
    assert started == early == [RequestSent()]
    assert first == [RequestSent(), TextReceived("a")]
    assert both == [RequestSent(), TextReceived("a"), TextReceived("b"), StreamEnded(done=True)]


async def test_nothing_follows_the_end_of_a_script() -> None:
    (said,) = await _play([Step(0.0, StreamCut("gone")), Step(0.0, KeepAliveReceived())], 1.0)
    assert said == [StreamCut("gone")]


@pytest.mark.parametrize(
    ("model", "status"),
    [
        ("fast", AnswerStatus.COMPLETE),
        ("slow", AnswerStatus.COMPLETE),
        ("thinker", AnswerStatus.COMPLETE),
        ("echo", AnswerStatus.COMPLETE),
        ("cut", AnswerStatus.CUT),
        ("fails", AnswerStatus.ERROR),
        ("other", AnswerStatus.ERROR),
    ],
)
def test_a_model_ends_as_its_name_says(model: str, status: AnswerStatus) -> None:
    answer = folded([step.event for step in built_in_script(ask(model))])
    assert answer.status is status
    assert bool(answer.text) == (status in (AnswerStatus.COMPLETE, AnswerStatus.CUT))


def test_the_thinker_thinks_first_and_counts_it() -> None:
    answer = folded([step.event for step in built_in_script(ask("thinker"))])
    assert answer.reasoning
    assert answer.state.usage is not None
    assert 0 < answer.state.usage.reasoning_tokens < answer.state.usage.completion_tokens


@pytest.mark.parametrize("prompt", ["Say it.", "a\n\n  b ", "漢字 and 😀", "x" * 1000])
def test_the_echo_says_the_prompt_to_the_letter(prompt: str) -> None:
    assert folded([step.event for step in built_in_script(ask("echo", prompt))]).text == prompt


def test_the_same_request_has_the_same_script() -> None:
    for model in MODELS:
        assert built_in_script(ask(model)) == built_in_script(ask(model))


def test_a_second_turn_says_something_else() -> None:
    lane = Lane(LaneId(0), LaneSpec("fast", "scripted"))
    first = AnswerRequest(lane, (Message(Role.USER, "a"),))
    second = AnswerRequest(lane, build_messages(None, [Said("a", "b")], "c"))
    texts = [folded([step.event for step in built_in_script(request)]).text for request in (first, second)]
    assert texts[0] != texts[1]
