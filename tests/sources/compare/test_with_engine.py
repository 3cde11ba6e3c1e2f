"""A compare server under the real engine: mixed turns, follow-ups, retries, patience."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.events import AnswerEvent, TextReceived
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.tiers import Tier
from compare_tui.engine.clock import SystemClock
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn
from compare_tui.engine.engine import Engine
from compare_tui.engine.fan_out import FanOut
from compare_tui.engine.policy import Policy
from compare_tui.engine.ports import Observer
from compare_tui.sources.compare_server import CompareServerSource
from tests.support.answers import END, openai, said
from tests.support.compare_server import Body, Break, CompareServer, Hang, Item, Wait, chunk, start, usual
from tests.support.comparisons import compare_source
from tests.support.fakes import EventLog, MemoryRecorder, OpenLedger
from tests.support.wire_server import WireServer, sse

X, Y = LaneSpec("a/x", "team"), LaneSpec("b/y", "team")


class Heard(EventLog):
    """An observer that tells when the first text has come."""

    def __init__(self) -> None:
        super().__init__()
        self.said = asyncio.Event()

    def answer_changed(self, comparison: Comparison, feed: AnswerFeed, event: AnswerEvent) -> None:
        if isinstance(event, TextReceived):
            self.said.set()


def engine_on(
    team: CompareServerSource,
    other: FanOut | None = None,
    *,
    policy: Policy | None = None,
    observer: Observer | None = None,
) -> Engine:
    ids = itertools.count()
    return Engine(
        sources={"team": team, **({"other": other} if other else {})},
        recorder=MemoryRecorder(),
        ledger=OpenLedger(),
        clock=SystemClock(),
        new_id=lambda: f"id-{next(ids)}",
        random=lambda: 0.01,
        policy=policy or Policy(),
        observer=observer or EventLog(),
        tiers={"team": Tier.STANDARD},
    )


def answers(comparison: Comparison, turn: Turn) -> list[AnswerFeed]:
    feeds = [turn.answer(lane.id) for lane in comparison.lanes]
    return [feed for feed in feeds if feed is not None]


async def take(engine: Engine, comparison: Comparison, prompt: str) -> list[AnswerFeed]:
    turn = engine.start_turn(comparison, prompt)
    await asyncio.wait_for(engine.wait(comparison), 10)
    return answers(comparison, turn)


def texts(feeds: Sequence[AnswerFeed]) -> list[str]:
    return [feed.text() for feed in feeds]


async def test_a_turn_may_mix_the_server_with_others() -> None:
    async with CompareServer("CI") as server, WireServer(sse(said("from elsewhere") + END)) as elsewhere:
        engine = engine_on(compare_source(server.url), FanOut(openai(elsewhere.url)))
        comparison = engine.open_comparison([X, LaneSpec("m", "other"), Y])
        feeds = await take(engine, comparison, "hi")
        assert texts(feeds) == ["Hello, a/x.", "from elsewhere", "Hello, b/y."]
        assert [body["models"] for body in server.bodies] == [["a/x", "b/y"]]
        await engine.aclose()


async def test_follow_ups_carry_each_models_own_answers() -> None:
    async with CompareServer("CI") as server:
        engine = engine_on(compare_source(server.url))
        comparison = engine.open_comparison([X, Y])
        await take(engine, comparison, "one")
        await take(engine, comparison, "two")
        assert server.bodies[1]["input_data"] == "two"
        assert server.bodies[1]["conversation_history"] == [
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "Hello, a/x.", "model_id": "a/x"},
            {"role": "assistant", "content": "Hello, b/y.", "model_id": "b/y"},
        ]
        await engine.aclose()


async def test_a_connection_cut_before_the_first_event_is_asked_again() -> None:
    cuts = iter([True, False])

    def script(body: Body) -> Sequence[Item]:
        return [Wait(0.005), Break()] if next(cuts) else usual("CA")(body)

    async with CompareServer("CA", script) as server:
        engine = engine_on(compare_source(server.url))
        (feed,) = await take(engine, engine.open_comparison([X]), "hi")
        assert (feed.state.status, feed.state.attempts, feed.text()) == (AnswerStatus.COMPLETE, 2, "Hello, a/x.")
        await engine.aclose()


async def test_a_connection_cut_after_the_first_event_is_never_asked_again() -> None:
    async with CompareServer("CA", lambda _: [start("a/x"), Wait(0.02), Break()]) as server:
        engine = engine_on(compare_source(server.url))
        (feed,) = await take(engine, engine.open_comparison([X]), "hi")
        assert (feed.state.status, feed.state.attempts, len(server.bodies)) == (AnswerStatus.CUT, 1, 1)
        await engine.aclose()


async def test_a_silent_server_is_left_after_a_while_and_that_is_said_honestly() -> None:
    async with CompareServer("CI", lambda _: [start("a/x"), chunk("a/x", "half"), Hang()]) as server:
        engine = engine_on(compare_source(server.url), policy=Policy(no_byte_s=0.3))
        (feed,) = await take(engine, engine.open_comparison([X]), "hi")
        assert (feed.state.status, feed.text()) == (AnswerStatus.ERROR, "half")
        assert "the server may go on with the answer and bill it" in feed.state.warnings[0]
        await asyncio.wait_for(server.left.wait(), 5)
        await engine.aclose()


async def test_figures_are_measured_here_and_say_so() -> None:
    async with CompareServer("CI") as server:
        engine = engine_on(compare_source(server.url))
        (feed,) = await take(engine, engine.open_comparison([X]), "hi")
        state = feed.state
        assert state.usage is not None
        assert (state.usage.estimated, state.usage.completion_tokens > 0, state.cost_usd) == (True, True, None)
        assert state.requested_at is not None
        assert state.first_content_at is not None
        assert state.requested_at <= state.first_content_at
        await engine.aclose()


async def test_lanes_of_a_sequential_server_are_timed_from_their_own_turn() -> None:
    def script(body: Body) -> Sequence[Item]:
        first, second, third, fourth, *rest = usual("OCT")(body)
        return [first, Wait(0.2), second, third, fourth, *rest]

    async with CompareServer("OCT", script) as server:
        engine = engine_on(compare_source(server.url))
        _, second = await take(engine, engine.open_comparison([X, Y]), "hi")
        state = second.state
        assert state.turn_came_at is not None
        assert state.requested_at is not None
        assert state.turn_came_at - state.requested_at > 0.15
        assert state.first_content_at is not None
        assert state.first_content_at - state.turn_came_at < 0.1
        await engine.aclose()


async def test_stopping_a_comparison_closes_its_connection() -> None:
    async with CompareServer("CI", lambda _: [start("a/x"), start("b/y"), chunk("a/x", "half"), Hang()]) as server:
        heard = Heard()
        engine = engine_on(compare_source(server.url), observer=heard)
        comparison = engine.open_comparison([X, Y])
        turn = engine.start_turn(comparison, "hi")
        await asyncio.wait_for(heard.said.wait(), 5)
        engine.stop_all(comparison)
        await asyncio.wait_for(server.left.wait(), 5)
        assert {feed.state.status for feed in answers(comparison, turn)} == {AnswerStatus.CANCELLED}
        await engine.aclose()
