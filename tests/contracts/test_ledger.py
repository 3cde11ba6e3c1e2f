"""What every ledger keeps to: all lanes or none, a sliding minute, released places are free."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.limits import Limits, Refusal, local_day
from compare_tui.engine.ports import Demand, Ledger, Place
from compare_tui.storage.ledger import SqliteLedger
from tests.storage.support import Notices, lane, new_id, open_database
from tests.support.manual_clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["on a file", "in memory"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "on a file":
        return tmp_path / "compare-tui.db"
    (tmp_path / "file").touch()
    return tmp_path / "file" / "compare-tui.db"


@asynccontextmanager
async def _ledger(path: Path, clock: ManualClock, allowed: int | Limits | None) -> AsyncIterator[Ledger]:
    database = open_database(path, clock=clock)
    limits = allowed if isinstance(allowed, Limits) else Limits(answers_per_minute=allowed)
    notices = Notices()
    ledger = SqliteLedger(database, limits, clock=clock, new_id=new_id, on_notice=notices)
    yield ledger
    ledger.close()
    database.close()
    assert notices.lines == []


async def _take(ledger: Ledger, n_lanes: int) -> tuple[Place, ...]:
    places = await ledger.reserve([lane("m", number) for number in range(n_lanes)])
    assert isinstance(places, tuple)
    return places


async def test_each_lane_gets_a_place_of_its_own_in_their_order(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, 10) as ledger:
        places = await _take(ledger, 4)
        assert [place.lane for place in places] == [0, 1, 2, 3]
        assert len({place.id for place in places}) == 4


async def test_all_lanes_get_a_place_or_none_does(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, 5) as ledger:
        await _take(ledger, 3)
        assert isinstance(await ledger.reserve([lane("m")] * 3), Refusal)
        await _take(ledger, 2)


async def test_a_refusal_says_which_limit_how_far_and_until_when(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, 4) as ledger:
        await _take(ledger, 2)
        await clock.advance(10)
        await _take(ledger, 2)
        refusal = await ledger.reserve([lane("m")])
        assert refusal == Refusal("answers_per_minute", 4, 4, 1, 1_800_000_060.0)
        refusal = await ledger.reserve([lane("m")] * 3)
        assert refusal == Refusal("answers_per_minute", 4, 4, 3, 1_800_000_070.0)


async def test_it_allows_again_at_the_second_that_it_named(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, 2) as ledger:
        await _take(ledger, 2)
        await clock.advance(59.999)
        assert isinstance(await ledger.reserve([lane("m")]), Refusal)
        await clock.advance(0.001)
        await _take(ledger, 2)


async def test_more_than_is_ever_allowed_is_never_allowed(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, 2) as ledger:
        assert await ledger.reserve([lane("m")] * 3) == Refusal("answers_per_minute", 2, 0, 3, None)


async def test_a_settled_place_is_used_and_a_released_one_free(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, 2) as ledger:
        used, unused = await _take(ledger, 2)
        await ledger.settle(used)
        await ledger.release(unused)
        await _take(ledger, 1)
        assert isinstance(await ledger.reserve([lane("m")]), Refusal)


async def test_a_limit_of_nothing_refuses_everything(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, 0) as ledger:
        assert isinstance(await ledger.reserve([lane("m")]), Refusal)


async def test_without_a_limit_everything_is_granted(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, None) as ledger:
        for _ in range(5):
            await _take(ledger, 16)


async def test_no_lanes_need_no_places(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, 1) as ledger:
        assert await ledger.reserve([]) == ()


async def _ask_for(ledger: Ledger, *worst_usd: float | None, turn: str = "t", extended: bool = False) -> bool:
    demand = Demand(turn, is_extended=extended, worst_usd=worst_usd)
    return isinstance(await ledger.reserve([lane("m")] * len(worst_usd), demand), tuple)


async def test_a_budget_counts_the_worst_case_until_the_cost_is_known(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, Limits(budget_usd_per_day=1.0)) as ledger:
        places = await ledger.reserve([lane("m")] * 2, Demand(worst_usd=(0.4, 0.4)))
        assert isinstance(places, tuple)
        for place in places:
            await ledger.settle(place)
        assert not await _ask_for(ledger, 0.3)
        await ledger.charge(places[0], 0.05)
        assert await _ask_for(ledger, 0.3)
        assert not await _ask_for(ledger, 0.3)
        await ledger.release(places[1])
        assert await _ask_for(ledger, 0.3)


async def test_a_budget_refuses_an_unknown_price(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, Limits(budget_usd_per_month=1.0)) as ledger:
        refusal = await ledger.reserve([lane("m")])
        assert isinstance(refusal, Refusal)
        assert refusal.unknown_price == "m @openrouter"
        assert await _ask_for(ledger, 0.0, 0.0)


async def test_a_day_ends_at_midnight(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, Limits(answers_per_day=2)) as ledger:
        assert await _ask_for(ledger, None, None)
        refusal = await ledger.reserve([lane("m")])
        assert isinstance(refusal, Refusal)
        assert refusal.allowed_at == local_day(clock.wall()).end
        await clock.advance(refusal.allowed_at - clock.wall() - 1)
        assert not await _ask_for(ledger, None)
        await clock.advance(1)
        assert await _ask_for(ledger, None)


async def test_an_extended_turn_counts_once_with_its_retries(path: Path, clock: ManualClock) -> None:
    async with _ledger(path, clock, Limits(extended_per_day=1)) as ledger:
        assert await _ask_for(ledger, None, None, turn="one", extended=True)
        assert await _ask_for(ledger, None, turn="one", extended=True)
        assert not await _ask_for(ledger, None, turn="two", extended=True)
        assert await _ask_for(ledger, None, turn="two")


async def test_a_backend_has_limits_of_its_own(path: Path, clock: ManualClock) -> None:
    limits = Limits(answers_per_day=5, backends={"openrouter": Limits(answers_per_minute=1)})
    async with _ledger(path, clock, limits) as ledger:
        assert await _ask_for(ledger, None)
        refusal = await ledger.reserve([lane("m")])
        assert isinstance(refusal, Refusal)
        assert refusal.limit == "backends.openrouter.answers_per_minute"
        elsewhere = Lane(LaneId(0), LaneSpec("m", "team"))
        assert isinstance(await ledger.reserve([elsewhere]), tuple)
