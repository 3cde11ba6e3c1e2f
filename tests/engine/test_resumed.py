"""Comparisons of the past in the engine: they go on, or can only be read."""

from __future__ import annotations

import pytest

from compare_tui.domain.errors import UsageError
from compare_tui.domain.events import FinishReported, StreamEnded, TextReceived
from compare_tui.domain.lanes import LaneId, LaneSpec
from compare_tui.engine.comparison import Comparison
from tests.support.fakes import Bench
from tests.support.manual_clock import settle


async def _past(*models: str, backend: str = "a") -> Comparison:
    """Return a comparison of one turn that another engine has led."""
    bench = Bench()
    comparison = bench.engine.open_comparison([LaneSpec(model, "a") for model in models])
    bench.engine.start_turn(comparison, "hello")
    await settle()
    for lane in comparison.lanes:
        bench.source.of(lane.id).say(TextReceived(f"hi from {lane.id}"), FinishReported("stop"), StreamEnded(done=True))
    await bench.engine.wait(comparison)
    if backend != "a":
        bench.engine._sources = {"a": bench.engine._sources["a"], backend: bench.engine._sources["a"]}
        bench.engine.set_lanes(comparison, [LaneSpec("m", backend)])
    return comparison


async def test_a_comparison_of_the_past_goes_on_with_its_own_history() -> None:
    comparison = await _past("m", "m")
    bench = Bench()
    bench.engine.adopt_comparison(comparison)
    turn = bench.engine.start_turn(comparison, "go on")
    await settle()
    assert turn.number == 2
    assert [message.content for message in bench.source.of(1).request.messages] == ["hello", "hi from 1", "go on"]
    bench.engine.stop_all()
    bench.engine.ask_again(comparison, LaneId(0), 1)
    await settle()
    assert [message.content for message in bench.source.of(0).request.messages] == ["hello"]
    bench.engine.stop_all()


async def test_turns_that_a_damaged_file_has_lost_do_not_move_the_others() -> None:
    comparison = await _past("m")
    comparison.turns[0].number = 4
    bench = Bench()
    bench.engine.adopt_comparison(comparison)
    assert bench.engine.start_turn(comparison, "go on").number == 5
    bench.engine.stop_all()
    assert bench.engine.ask_again(comparison, LaneId(0), 4).turn == 4
    bench.engine.stop_all()


async def test_a_comparison_that_is_open_elsewhere_is_never_sent_to() -> None:
    comparison = await _past("m")
    comparison.is_read_only = True
    bench = Bench()
    bench.engine.adopt_comparison(comparison)
    for refused in (
        lambda: bench.engine.start_turn(comparison, "go on"),
        lambda: bench.engine.ask_again(comparison, LaneId(0), 1),
        lambda: bench.engine.set_lanes(comparison, [LaneSpec("m", "a")]),
    ):
        with pytest.raises(UsageError, match="can only be read"):
            refused()
    bench.engine.show_alternative(comparison, LaneId(0), 1, 0)
    bench.engine.leave_comparison(comparison)
    assert bench.recorder.told == [("comparison", comparison.id)]


async def test_a_lane_of_a_backend_that_is_gone_can_be_read_but_not_asked() -> None:
    comparison = await _past("m", backend="gone")
    bench = Bench()
    bench.engine.adopt_comparison(comparison)
    with pytest.raises(UsageError, match="The backend gone is not configured"):
        bench.engine.start_turn(comparison, "go on")
    assert len(comparison.turns) == 1


async def test_leaving_stops_what_streams_and_tells_the_recorder_last() -> None:
    bench = Bench()
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")])
    bench.engine.start_turn(comparison, "hello")
    await settle()
    bench.engine.leave_comparison(comparison)
    assert [word for word, _ in bench.recorder.told[-2:]] == ["ended", "left"]
    assert bench.source.of(0).request.lane.id == 0
