"""Costs in the engine: reserved at worst, charged in fact, found out afterwards, and a reason to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from compare_tui.domain.answers import AnswerError, AnswerState, AnswerStatus, CostSource, ErrorKind, Usage
from compare_tui.domain.events import (
    CostFound,
    FinishReported,
    StreamCut,
    StreamEnded,
    StreamFailed,
    StreamOpened,
    TextReceived,
    UsageReported,
)
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.limits import Refusal, Unit
from compare_tui.domain.prices import Price
from compare_tui.domain.tiers import Tier
from compare_tui.engine.comparison import Comparison
from compare_tui.engine.policy import Policy
from compare_tui.engine.refusals import refused_by_limit
from tests.support.fakes import Bench, HandSource
from tests.support.manual_clock import settle

PRICE = Price(0.001, 0.01)
END = (FinishReported("stop"), StreamEnded(done=True))


class FixedPrices:
    """Prices for every lane, known once they were fetched."""

    def __init__(self, price: Price | None) -> None:
        self.price = price
        self.fetched: list[set[str]] = []

    def of(self, lane: Lane) -> Price | None:
        return self.price if self.fetched else None

    async def refresh(self, backends: Collection[str]) -> None:
        self.fetched.append(set(backends))


class TellingSource(HandSource):
    """A source that is asked for costs afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.cost: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()

    async def cost_of(self, generation_id: str) -> float | None:
        self.asked.append(generation_id)
        return await self.cost


def state(comparison: Comparison, lane: int = 0) -> AnswerState:
    feed = comparison.turns[-1].answer(LaneId(lane))
    assert feed is not None
    return feed.state


async def _begun(bench: Bench, *, lanes: int = 1, tier: Tier | None = None) -> Comparison:
    comparison = bench.engine.open_comparison([LaneSpec("m", "a", {"max_tokens": 100})] * lanes, tier=tier)
    bench.engine.start_turn(comparison, "hello")
    await settle()
    return comparison


async def test_the_worst_case_is_reserved_with_the_turn() -> None:
    bench = Bench(prices=FixedPrices(PRICE))
    comparison = await _begun(bench, lanes=2, tier=Tier.EXTENDED)
    [demand] = bench.places.demands
    assert demand.worst_usd == (0.021 + 1.0,) * 2
    assert demand.is_extended
    assert demand.turn == f"{comparison.id}/1"
    bench.engine.stop_all()


async def test_the_backends_own_cost_is_charged() -> None:
    bench = Bench(prices=FixedPrices(PRICE))
    comparison = await _begun(bench)
    bench.source.of(0).say(TextReceived("x"), UsageReported(Usage(5, 7), 0.5), *END)
    await bench.engine.wait(comparison)
    await settle()
    assert state(comparison).cost_source is CostSource.PROVIDER
    assert bench.places.charged == [(bench.places.reserved[0].id, 0.5)]


async def test_counted_tokens_have_the_cost_that_prices_say() -> None:
    bench = Bench(prices=FixedPrices(PRICE))
    comparison = await _begun(bench)
    bench.source.of(0).say(TextReceived("x"), UsageReported(Usage(5, 7)), *END)
    await bench.engine.wait(comparison)
    await settle()
    assert state(comparison).cost_usd == pytest.approx(0.075)
    assert state(comparison).cost_source is CostSource.PRICES
    assert dict(bench.places.charged) == pytest.approx({bench.places.reserved[0].id: 0.075})


async def test_an_estimate_of_tokens_is_no_cost() -> None:
    bench = Bench(prices=FixedPrices(PRICE))
    comparison = await _begun(bench)
    bench.source.of(0).say(TextReceived("x"), *END)
    await bench.engine.wait(comparison)
    await settle()
    assert state(comparison).cost_usd is None
    assert bench.places.charged == []


async def test_a_retry_reserves_anew_and_what_failed_before_it_costs_nothing() -> None:
    bench = Bench(prices=FixedPrices(PRICE))
    comparison = await _begun(bench)
    busy = AnswerError(ErrorKind.SERVER, "busy", code=503, retryable=True)
    bench.source.of(0).say(StreamFailed(busy), StreamEnded(done=False))
    await bench.clock.advance(1)
    assert len(bench.places.demands) == 2
    assert len({demand.turn for demand in bench.places.demands}) == 1
    assert bench.places.charged == [(bench.places.reserved[0].id, 0.0)]
    bench.engine.stop_all(comparison)


async def test_the_cost_of_a_stopped_answer_is_asked_for_and_taken_in() -> None:
    source = TellingSource()
    bench = Bench(source=source, prices=FixedPrices(PRICE))
    comparison = await _begun(bench)
    source.of(0).say(StreamOpened("gen-1"), TextReceived("half"))
    await settle()
    bench.engine.stop_all()
    await settle()
    assert source.asked == ["gen-1"]
    assert state(comparison).cost_usd is None
    source.cost.set_result(0.125)
    await settle()
    assert (state(comparison).cost_usd, state(comparison).status) == (0.125, AnswerStatus.CANCELLED)
    assert bench.log.events[-1] == (0, CostFound(0.125, CostSource.PROVIDER))
    assert bench.recorder.told[-1][0] == "cost"
    assert bench.places.charged[-1][1] == 0.125


async def test_closing_does_not_wait_for_a_cost() -> None:
    source = TellingSource()
    bench = Bench(source=source)
    comparison = await _begun(bench)
    source.of(0).say(StreamOpened("gen-1"), TextReceived("half"), StreamCut("reset"))
    await bench.engine.wait(comparison)
    await settle()
    async with asyncio.timeout(1):
        await bench.engine.aclose()
    assert source.cost.cancelled()
    assert state(comparison).cost_usd is None


async def test_a_lane_stops_when_it_has_cost_so_much() -> None:
    bench = Bench(prices=FixedPrices(PRICE), policy=Policy(stop_lane_at_usd=0.5))
    comparison = await _begun(bench, lanes=2)
    bench.source.of(0).say(TextReceived("x" * 100))
    await bench.clock.advance(1)
    assert state(comparison).status is AnswerStatus.STREAMING
    bench.source.of(0).say(TextReceived("x" * 100))
    await bench.clock.advance(1)
    assert state(comparison).status is AnswerStatus.CANCELLED
    assert state(comparison).warnings == ("Stopped at about $0.5012: stop_lane_at_usd = 0.5.",)
    assert not state(comparison, 1).status.is_final
    bench.engine.stop_all()


async def test_the_rest_stops_when_enough_have_answered() -> None:
    bench = Bench(policy=Policy(stop_rest_after=2))
    comparison = await _begun(bench, lanes=4)
    for lane in (1, 2):
        bench.source.of(0).say(TextReceived("half"))
        bench.source.of(lane).say(TextReceived("whole"), *END)
        await settle()
    await bench.engine.wait(comparison)
    statuses = [state(comparison, lane).status for lane in range(4)]
    assert statuses == [AnswerStatus.CANCELLED, AnswerStatus.COMPLETE, AnswerStatus.COMPLETE, AnswerStatus.CANCELLED]


def test_refusals_say_which_limit_how_far_and_when_it_allows_again() -> None:
    budget = Refusal("budget_usd_per_day", 5, 4.9312, 0.12, 1_800_000_000.0 + 7200, Unit.USD)
    said = refused_by_limit(budget, 1_800_000_000.0)
    assert said.message.startswith(
        "Refused by the limit budget_usd_per_day = $5.00: $4.93 used, $0.12 wanted at worst. Allowed again on 20"
    )
    assert (said.retry_after_s, said.type) == (7200, "budget_usd_per_day")
    never = refused_by_limit(Refusal("max_usd_per_turn", 0.05, 0, 0.5, None, Unit.USD), 0)
    assert "= $0.0500: $0.00 used, $0.50 wanted at worst: more than it ever allows at once." in never.message
    assert never.hint == "Use fewer lanes, a smaller tier or raise the limit."
    unknown = refused_by_limit(Refusal("budget_usd_per_day", 5, 0, 0, None, Unit.USD, "qwen @box"), 0)
    assert unknown.message == "Refused under the limit budget_usd_per_day = $5.00: the price of qwen @box is not known."
    assert "allow_unknown_prices = true" in unknown.hint
