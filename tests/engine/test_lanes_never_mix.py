"""Any interleaving of lanes, the same model twice among them, never mixes a character."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from compare_tui.domain.events import (
    FinishReported,
    ModelServed,
    ReasoningReceived,
    StreamCut,
    StreamEnded,
    StreamEvent,
    TextReceived,
)
from compare_tui.domain.lanes import LaneId, LaneSpec
from compare_tui.engine.policy import Policy
from tests.support.fakes import Bench
from tests.support.manual_clock import settle

LANES = [LaneSpec("same", "a"), LaneSpec("same", "a"), LaneSpec("same", "a", {"temperature": 1}), LaneSpec("b", "a")]

steps = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(["text", "reasoning", "renamed", "end", "cut", "late"]), st.booleans()
    ),
    max_size=60,
)


def event_of(lane: int, kind: str) -> StreamEvent:
    match kind:
        case "reasoning":
            return ReasoningReceived(f"({lane})")
        case "renamed":
            return ModelServed(model="another lane's model")
        case "end":
            return FinishReported("stop")
        case "cut":
            return StreamCut("reset")
        case _:
            return TextReceived(f"<{lane}>")


async def play(script: list[tuple[int, str, bool]]) -> None:
    bench = Bench(policy=Policy(retries=0))
    comparison = bench.engine.open_comparison(LANES)
    bench.engine.start_turn(comparison, "go")
    await settle()
    streams = {lane: bench.source.of(lane) for lane in range(4)}
    for lane, kind, pause in script:
        streams[lane].say(event_of(lane, kind))
        if kind == "late":
            bench.engine.stop(comparison, LaneId(lane))
        if pause:
            await settle(3)
    for stream in streams.values():
        stream.say(StreamEnded(done=True))
    await bench.engine.wait(comparison)
    await bench.engine.aclose()
    for lane in range(4):
        feed = comparison.turns[0].answer(LaneId(lane))
        assert feed is not None
        assert feed.text().replace(f"<{lane}>", "") == ""
        assert feed.reasoning().replace(f"({lane})", "") == ""


@settings(max_examples=60, deadline=None)
@given(steps)
def test_no_lane_ever_holds_another_lanes_characters(script: list[tuple[int, str, bool]]) -> None:
    asyncio.run(play(script))
