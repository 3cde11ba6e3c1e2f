"""Fakes behind the engine's ports that tests steer by hand."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from compare_tui.domain.events import AnswerEvent, RequestSent, StreamCut, StreamEnded, StreamEvent
from compare_tui.domain.lanes import Lane
from compare_tui.domain.limits import Refusal
from compare_tui.domain.messages import AnswerRequest
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn
from compare_tui.engine.engine import Engine
from compare_tui.engine.fan_out import FanOut
from compare_tui.engine.policy import Policy
from compare_tui.engine.ports import NO_DEMAND, ComparisonSource, Demand, Ledger, Pacing, Place, Prices
from tests.support.manual_clock import ManualClock


@dataclass
class HandStream:
    """One running request of a `HandSource`: `say` events, they arrive in order."""

    request: AnswerRequest
    events: asyncio.Queue[StreamEvent] = field(default_factory=asyncio.Queue)
    closed: bool = False

    def say(self, *events: StreamEvent) -> None:
        for event in events:
            self.events.put_nowait(event)


class HandSource:
    """A `LaneSource` whose streams say what the test tells them to."""

    def __init__(self) -> None:
        self.streams: list[HandStream] = []
        self.closed = False

    async def stream(self, request: AnswerRequest) -> AsyncGenerator[StreamEvent, None]:
        stream = HandStream(request)
        self.streams.append(stream)
        try:
            yield RequestSent()
            while True:
                event = await stream.events.get()
                yield event
                if isinstance(event, StreamEnded | StreamCut):
                    return
        finally:
            stream.closed = True

    def of(self, lane: int, attempt: int = -1) -> HandStream:
        """The given attempt of a lane, the last by default."""
        return [stream for stream in self.streams if stream.request.lane.id == lane][attempt]

    async def warm_up(self) -> None:
        return None

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class MemoryRecorder:
    """A `Recorder` that keeps the order of what it was told."""

    told: list[tuple[str, str]] = field(default_factory=list)
    ended: list[AnswerFeed] = field(default_factory=list)

    def comparison_opened(self, comparison: Comparison) -> None:
        self.told.append(("comparison", comparison.id))

    def comparison_left(self, comparison: Comparison) -> None:
        self.told.append(("left", comparison.id))

    def lanes_changed(self, comparison: Comparison) -> None:
        self.told.append(("lanes", str(len(comparison.lanes))))

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        self.told.append(("turn", turn.prompt))

    def alternative_shown(self, comparison: Comparison, turn: Turn) -> None:
        self.told.append(("shown", str(dict(turn.shown))))

    def answer_started(self, comparison: Comparison, feed: AnswerFeed) -> None:
        self.told.append(("answer", feed.id))

    def answer_ended(self, comparison: Comparison, feed: AnswerFeed) -> None:
        self.told.append(("ended", feed.id))
        self.ended.append(feed)

    def cost_found(self, comparison: Comparison, feed: AnswerFeed) -> None:
        self.told.append(("cost", f"{feed.id} {feed.state.cost_usd}"))

    async def flush(self) -> None:
        self.told.append(("flush", ""))


class OpenLedger:
    """A `Ledger` without limits that keeps count; `refusal` makes it refuse."""

    def __init__(self) -> None:
        self.refusal: Refusal | None = None
        self.reserved: list[Place] = []
        self.settled: list[Place] = []
        self.released: list[Place] = []
        self.charged: list[tuple[str, float]] = []
        self.demands: list[Demand] = []
        self._ids = itertools.count()

    async def reserve(self, lanes: Sequence[Lane], demand: Demand = NO_DEMAND) -> tuple[Place, ...] | Refusal:
        self.demands.append(demand)
        if self.refusal is not None:
            return self.refusal
        places = tuple(Place(f"place-{next(self._ids)}", lane.id) for lane in lanes)
        self.reserved.extend(places)
        return places

    async def settle(self, place: Place) -> None:
        self.settled.append(place)

    async def charge(self, place: Place, cost_usd: float) -> None:
        self.charged.append((place.id, cost_usd))

    async def release(self, place: Place) -> None:
        self.released.append(place)


@dataclass
class EventLog:
    """An `Observer` that keeps all events."""

    events: list[tuple[int, AnswerEvent]] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        self.turns.append(turn.number)

    def answer_changed(self, comparison: Comparison, feed: AnswerFeed, event: AnswerEvent) -> None:
        self.events.append((feed.lane.id, event))


class Bench:
    """An engine on fakes: backend `a` is a `HandSource`, further ones can be given."""

    def __init__(
        self,
        *,
        policy: Policy | None = None,
        sources: dict[str, ComparisonSource] | None = None,
        ledger: Ledger | None = None,
        source: HandSource | None = None,
        prices: Prices | None = None,
        pacing: Pacing | None = None,
    ) -> None:
        self.clock = ManualClock()
        self.source = source or HandSource()
        self.recorder = MemoryRecorder()
        self.places = OpenLedger()
        self.log = EventLog()
        ids = itertools.count(1)
        self.engine = Engine(
            sources={"a": FanOut(self.source), **(sources or {})},
            recorder=self.recorder,
            ledger=ledger or self.places,
            clock=self.clock,
            new_id=lambda: f"id-{next(ids)}",
            random=lambda: 0.5,
            policy=policy or Policy(),
            observer=self.log,
            prices=prices,
            pacing=pacing,
        )
