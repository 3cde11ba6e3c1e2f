"""Lanes that a server would surely refuse wait with a countdown, and then go out by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from compare_tui.domain.answers import AnswerError, AnswerStatus, ErrorKind
from compare_tui.domain.events import FinishReported, LimitReported, StreamEnded, StreamFailed, TextReceived
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.server_limits import SeenLimit, ServerLimit, Wait
from compare_tui.engine.comparison import Comparison
from tests.support.fakes import Bench
from tests.support.manual_clock import settle

END = (FinishReported("stop"), StreamEnded(done=True))


class HandPacing:
    """Lets lanes wait as the test says."""

    def __init__(self, *waits: Wait | None) -> None:
        self.waits = list(waits)
        self.heard: list[tuple[int, ServerLimit]] = []

    def seen(self, lane: Lane, limit: ServerLimit) -> None:
        self.heard.append((lane.id, limit))

    async def wait(self, lanes: Sequence[Lane]) -> tuple[Wait | None, ...]:
        return tuple(self.waits.pop(0) if self.waits else None for _ in lanes)

    def known(self) -> tuple[SeenLimit, ...]:
        return ()


async def _begun(bench: Bench, lanes: int) -> Comparison:
    comparison = bench.engine.open_comparison([LaneSpec("m", "a")] * lanes)
    bench.engine.start_turn(comparison, "hello")
    await settle()
    return comparison


async def test_a_lane_waits_its_time_while_the_others_stream() -> None:
    bench = Bench(pacing=HandPacing(None, Wait(17.0, "full")))
    comparison = await _begun(bench, 2)
    assert [stream.request.lane.id for stream in bench.source.streams] == [0]
    feed = comparison.turns[0].answer(LaneId(1))
    assert feed is not None
    assert (feed.state.status, feed.state.retry_at, feed.state.attempts) == (AnswerStatus.WAITING, 17.0, 0)
    assert feed.state.error == AnswerError(ErrorKind.RATE_LIMIT, "full")
    bench.source.of(0).say(TextReceived("zero"), *END)
    await bench.clock.advance(17.5)
    began = feed.state
    assert began.attempts == 1
    assert began.error is None
    assert began.retry_at is None
    bench.source.of(1).say(TextReceived("one"), *END)
    await bench.engine.wait(comparison)
    assert feed.text() == "one"
    assert len(bench.places.reserved) == len(bench.places.settled) == 2


async def test_a_lane_that_is_stopped_while_it_waits_never_goes_out_and_gives_its_place_back() -> None:
    bench = Bench(pacing=HandPacing(Wait(17.0, "full")))
    comparison = await _begun(bench, 1)
    bench.engine.stop_all()
    await bench.clock.advance(20)
    assert bench.source.streams == []
    assert bench.places.released == bench.places.reserved
    feed = comparison.turns[0].answer(LaneId(0))
    assert feed is not None
    assert feed.state.status is AnswerStatus.CANCELLED


async def test_a_retry_waits_for_room_too() -> None:
    bench = Bench(pacing=HandPacing(None, Wait(30.0, "full")))
    comparison = await _begun(bench, 1)
    busy = AnswerError(ErrorKind.SERVER, "busy", code=503, retryable=True)
    bench.source.of(0).say(StreamFailed(busy), StreamEnded(done=False))
    await bench.clock.advance(5)
    assert len(bench.source.streams) == 1
    await bench.clock.advance(30)
    bench.source.of(0).say(TextReceived("at last"), *END)
    await bench.engine.wait(comparison)
    feed = comparison.turns[0].answer(LaneId(0))
    assert feed is not None
    assert (feed.text(), feed.state.attempts) == ("at last", 2)


async def test_what_servers_say_of_their_limits_is_passed_on() -> None:
    pacing = HandPacing()
    bench = Bench(pacing=pacing)
    comparison = await _begun(bench, 1)
    limit = ServerLimit("requests", 20, 0, 17.0)
    bench.source.of(0).say(LimitReported(limit), TextReceived("x"), *END)
    await bench.engine.wait(comparison)
    assert pacing.heard == [(0, limit)]
