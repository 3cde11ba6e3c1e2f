"""The embedded model as a backend: an ordinary OpenAI-compatible server that starts by itself."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from compare_tui.domain.answers import AnswerStatus, ErrorKind
from compare_tui.domain.events import RequestSent, StreamCut, StreamEnded, TextReceived, WarningRaised
from compare_tui.domain.messages import AnswerRequest, Message, Role
from compare_tui.engine.clock import SystemClock
from compare_tui.sources.local import LocalSource
from compare_tui.sources.local_demo import DEMO_PROMPT
from compare_tui.sources.local_or_recorded import LocalOrRecorded
from compare_tui.sources.local_process import LocalProcess
from compare_tui.sources.recorded import RecordedLane, RecordedTurn, Recording, load_recording, recorded_source
from tests.support.answers import Answer, ask, collect
from tests.support.local_model import fake_runtime, real_plan, serving_runtime


@pytest.fixture
def process(tmp_path: Path) -> LocalProcess:
    return LocalProcess(lambda: real_plan(tmp_path))


@pytest.fixture
async def source(process: LocalProcess) -> AsyncIterator[LocalSource]:
    source = LocalSource(process, clock=SystemClock())
    yield source
    await source.aclose()


async def test_an_answer_is_complete_with_usage_and_the_model_that_served(source: LocalSource) -> None:
    answer = await collect(source, ask("smollm2-135m", "Say hello.", temperature=0, max_tokens=40))
    assert answer.state.status in (AnswerStatus.COMPLETE, AnswerStatus.TRUNCATED)
    assert "hello" in answer.text.lower()
    assert answer.state.served_model == "smollm2-135m"
    assert answer.state.usage is not None
    assert 0 < answer.state.usage.completion_tokens <= 40
    assert answer.state.warnings == ()


async def test_two_lanes_stream_at_the_same_time(source: LocalSource) -> None:
    arrivals: asyncio.Queue[int] = asyncio.Queue()

    async def listen(lane: int, seed: int) -> None:
        request = ask("smollm2-135m", "Tell a story about a fox.", temperature=0.8, seed=seed, max_tokens=30)
        async with aclosing(source.stream(request)) as events:
            async for event in events:
                if isinstance(event, TextReceived):
                    arrivals.put_nowait(lane)

    await asyncio.gather(listen(1, 11), listen(2, 12))
    order = [arrivals.get_nowait() for _ in range(arrivals.qsize())]
    assert order.index(2) < len(order) - 1 - order[::-1].index(1)
    assert order.index(1) < len(order) - 1 - order[::-1].index(2)


async def test_lanes_with_other_seeds_say_other_things(source: LocalSource) -> None:
    prompt = "Tell a story about a fox."
    first, other = [
        await collect(source, ask("smollm2-135m", prompt, temperature=0.9, seed=seed, max_tokens=24)) for seed in (1, 2)
    ]
    assert first.text != other.text


async def test_an_answer_is_bounded_and_kept_from_repeating_unless_the_lane_says_otherwise(tmp_path: Path) -> None:
    plan = serving_runtime(tmp_path, "tests.support.local_model", "say_what_was_asked")
    source = LocalSource(LocalProcess(lambda: plan), clock=SystemClock())
    plain = json.loads((await collect(source, ask("smollm2-135m", temperature=0.5, seed=3))).text)
    assert {name: plain[name] for name in ("max_tokens", "repeat_penalty", "temperature", "seed")} == {
        "max_tokens": 256,
        "repeat_penalty": 1.1,
        "temperature": 0.5,
        "seed": 3,
    }
    own = json.loads((await collect(source, ask("smollm2-135m", max_tokens=9, repeat_penalty=1.3))).text)
    assert (own["max_tokens"], own["repeat_penalty"]) == (9, 1.3)
    await source.aclose()


async def test_an_answer_ends_at_its_limit_of_tokens(source: LocalSource) -> None:
    answer = await collect(source, ask("smollm2-135m", "Write a long story about the sea.", max_tokens=5))
    assert answer.state.status is AnswerStatus.TRUNCATED
    assert answer.state.usage is not None
    assert answer.state.usage.completion_tokens == 5


async def test_a_history_too_long_for_the_model_is_an_error_in_the_servers_words(source: LocalSource) -> None:
    answer = await collect(source, ask("smollm2-135m", "word " * 9000))
    assert answer.state.status is AnswerStatus.ERROR
    assert answer.state.error is not None
    assert answer.state.error.kind is ErrorKind.REQUEST
    assert "exceeds the available context size" in answer.state.error.message


async def test_a_model_that_cannot_run_is_an_error_of_the_lane(tmp_path: Path) -> None:
    missing = "libgomp.so.1: cannot open shared object file"
    plan = fake_runtime(tmp_path, f"raise ImportError({missing!r})")
    source = LocalSource(LocalProcess(lambda: plan), clock=SystemClock())
    answer = await collect(source, ask())
    await source.warm_up()
    await source.aclose()
    assert answer.state.status is AnswerStatus.ERROR
    assert answer.state.error is not None
    assert answer.state.error.kind is ErrorKind.BACKEND
    assert answer.state.error.type == "library_missing"
    assert answer.state.error.hint == "Debian and Ubuntu: apt install libgomp1"


async def test_a_crash_in_mid_answer_keeps_the_text_and_the_next_answer_is_whole(
    process: LocalProcess, source: LocalSource
) -> None:
    answer = Answer()
    async with aclosing(source.stream(ask("smollm2-135m", "Tell a story.", max_tokens=1000))) as events:
        async for event in events:
            answer.take(event)
            if isinstance(event, TextReceived) and process.pid is not None:
                os.kill(process.pid, signal.SIGKILL)
    assert isinstance(answer.events[-1], StreamCut | StreamEnded)
    assert answer.state.status is AnswerStatus.CUT
    assert answer.text
    assert any("was ended by SIGKILL" in warning for warning in answer.state.warnings)
    after = await collect(source, ask("smollm2-135m", "Say hello.", max_tokens=20))
    assert after.state.status in (AnswerStatus.COMPLETE, AnswerStatus.TRUNCATED)


async def test_closing_an_answer_frees_the_model_for_the_next(source: LocalSource) -> None:
    async with aclosing(source.stream(ask("smollm2-135m", "Tell a long story.", max_tokens=1500))) as events:
        async for event in events:
            if isinstance(event, TextReceived):
                break
    async with asyncio.timeout(20):
        answers = await asyncio.gather(
            *(collect(source, ask("smollm2-135m", "Say hello.", max_tokens=8)) for _ in range(4))
        )
    assert all(answer.text for answer in answers)


async def test_where_the_model_cannot_run_a_recording_replays_and_says_why(tmp_path: Path) -> None:
    plan = fake_runtime(tmp_path, "raise ImportError('libgomp.so.1: cannot open shared object file')")
    local = LocalSource(LocalProcess(lambda: plan), clock=SystemClock())
    turn = RecordedTurn("Hello?", 1, ((0, "Good "), (1, "morning.")), "stop", 7, 3)
    recording = Recording("tiny", (RecordedLane({}, (turn,)),))
    source = LocalOrRecorded(local, recorded_source(recording, clock=SystemClock()))
    answer = await collect(source, ask("smollm2-135m", "Hello?"))
    await source.aclose()
    assert answer.text == "Good morning."
    assert answer.state.provider == "recording"
    assert answer.state.warnings[0].startswith("This is a recording, not a model. The embedded model needs the system")


async def test_where_the_model_runs_no_recording_replays(source: LocalSource) -> None:
    both = LocalOrRecorded(source, recorded_source(load_recording(), clock=SystemClock()))
    request = AnswerRequest(ask("smollm2-135m", max_tokens=8).lane, (Message(Role.USER, DEMO_PROMPT),))
    answer = await collect(both, request)
    assert answer.state.provider != "recording"
    assert not any(isinstance(event, WarningRaised) for event in answer.events)


async def test_the_request_is_told_as_sent_before_any_text_and_one_end_is_the_last(source: LocalSource) -> None:
    events = (await collect(source, ask("smollm2-135m", "Say hello.", max_tokens=8))).events
    kinds = [type(event) for event in events]
    assert kinds.index(RequestSent) < kinds.index(TextReceived)
    assert [kind for kind in kinds if kind in (StreamEnded, StreamCut)] == [StreamEnded] == kinds[-1:]


async def test_cancelling_an_answer_is_not_swallowed(source: LocalSource) -> None:
    said = asyncio.Event()

    async def listen() -> None:
        async with aclosing(source.stream(ask("smollm2-135m", "Tell a long story.", max_tokens=1500))) as events:
            async for event in events:
                if isinstance(event, TextReceived):
                    said.set()

    listening = asyncio.create_task(listen())
    async with asyncio.timeout(20):
        await said.wait()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(listening, 1)
