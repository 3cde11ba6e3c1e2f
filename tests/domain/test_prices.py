from __future__ import annotations

import pytest

from compare_tui.domain.answers import Usage
from compare_tui.domain.json_types import Json
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.messages import AnswerRequest, Message, Role
from compare_tui.domain.prices import FREE, Price, cost_usd, usual_usd, worst_usd
from compare_tui.domain.tiers import Tier

PRICE = Price(0.000001, 0.00001, most_completion_tokens=100_000)


def request(text: str = "x" * 84, tier: Tier | None = None, **params: Json) -> AnswerRequest:
    lane = Lane(LaneId(0), LaneSpec("m", "a", params))
    return AnswerRequest(lane, (Message(Role.USER, text),), tier)


def test_at_worst_every_byte_is_a_token_and_the_answer_as_long_as_it_may_be() -> None:
    assert worst_usd(PRICE, request(tier=Tier.STANDARD)) == pytest.approx(0.0001 + 0.04)
    assert worst_usd(PRICE, request(max_tokens=500)) == pytest.approx(0.0001 + 0.005)
    assert worst_usd(PRICE, request()) == pytest.approx(0.0001 + 1.0)
    assert worst_usd(PRICE, request("天" * 28, max_tokens=500)) == pytest.approx(0.0001 + 0.005)


def test_reasoning_comes_on_top_of_a_tier_at_its_own_price_if_that_is_higher() -> None:
    dear = Price(0.0, 0.00001, reasoning_usd=0.00002)
    assert worst_usd(dear, request(tier=Tier.STANDARD, reasoning={"effort": "high"})) == pytest.approx(20_000 * 0.00002)


@pytest.mark.parametrize(
    ("price", "params"),
    [
        (None, {}),
        (Price(0.1, 0.1), {}),
        (PRICE, {"models": ["other"]}),
        (PRICE, {"plugins": [{"id": "web"}]}),
        (PRICE, {"tools": []}),
    ],
)
def test_what_cannot_be_known_beforehand_is_unknown(price: Price | None, params: dict[str, Json]) -> None:
    assert worst_usd(price, request("x", None, **params)) is None


def test_free_is_free() -> None:
    assert worst_usd(FREE, request()) == 0.0


def test_the_cost_of_counted_tokens() -> None:
    price = Price(0.001, 0.01, request_usd=0.5)
    assert cost_usd(price, Usage(10, 5, 3)) == pytest.approx(0.5 + 0.01 + 0.05)
    split = Price(0.001, 0.01, reasoning_usd=0.1)
    assert cost_usd(split, Usage(10, 5, 3)) == pytest.approx(0.01 + 0.02 + 0.3)
    assert cost_usd(split, Usage(10, 5, 9)) == pytest.approx(0.01 + 0.5)


def test_an_estimate_lies_below_the_worst_case() -> None:
    usual, worst = usual_usd(PRICE, request(), 100), worst_usd(PRICE, request(max_tokens=100))
    assert usual is not None
    assert worst is not None
    assert usual < worst
