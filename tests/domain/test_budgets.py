from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare_tui.domain.limits import (
    Claim,
    LaneClaim,
    Limits,
    Refusal,
    Unit,
    Window,
    check,
    local_day,
    local_month,
    standings,
)

NOW = datetime(2026, 11, 22, 15, 30).timestamp()
MIDNIGHT = datetime(2026, 11, 23).timestamp()
DECEMBER = datetime(2026, 12, 1).timestamp()


@dataclass
class Book:
    """What was taken, as a list of (when, backend, turn, extended, usd)."""

    rows: list[tuple[float, str, str, bool, float]] = field(default_factory=list)

    def minute(self, backend: str | None) -> Sequence[float]:
        return [row[0] for row in self.rows if backend in (None, row[1])]

    def answers(self, backend: str | None, window: Window) -> int:
        return len(self._in(backend, window))

    def extended_turns(self, backend: str | None, window: Window, other_than: str) -> int:
        return len({row[2] for row in self._in(backend, window) if row[3]} - {other_than})

    def usd(self, backend: str | None, window: Window) -> float:
        return sum(row[4] for row in self._in(backend, window))

    def _in(self, backend: str | None, window: Window) -> list[tuple[float, str, str, bool, float]]:
        return [row for row in self.rows if backend in (None, row[1]) and window.begin <= row[0] < window.end]


def claim(*worst_usd: float | None, backend: str = "a", turn: str = "t", extended: bool = False) -> Claim:
    return Claim(tuple(LaneClaim(backend, "m", usd) for usd in worst_usd), turn, extended)


@pytest.fixture
def berlin() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_nothing_limits_where_nothing_is_set() -> None:
    assert Limits().is_open
    assert check(Limits(), claim(None, None), Book(), NOW) is None


def test_a_day_allows_so_many_answers_and_opens_at_midnight() -> None:
    limits = Limits(answers_per_day=3)
    book = Book([(NOW - 60, "a", "t", False, 0.0)] * 2 + [(NOW - 86_400, "a", "t", False, 0.0)])
    assert check(limits, claim(None), book, NOW) is None
    assert check(limits, claim(None, None), book, NOW) == Refusal("answers_per_day", 3, 2, 2, MIDNIGHT)
    assert check(limits, claim(*[None] * 4), book, NOW) == Refusal("answers_per_day", 3, 2, 4, None)
    assert check(limits, claim(None, None), book, MIDNIGHT) is None


def test_extended_turns_count_as_turns_and_their_retries_not_again() -> None:
    limits = Limits(extended_per_day=2)
    book = Book([(NOW, "a", turn, True, 0.0) for turn in ("t1", "t1", "t1", "t2")])
    assert check(limits, claim(None, turn="t3"), book, NOW) is None
    assert check(limits, claim(None, turn="t2", extended=True), book, NOW) is None
    refusal = check(limits, claim(None, None, turn="t3", extended=True), book, NOW)
    assert refusal == Refusal("extended_per_day", 2, 2, 1, MIDNIGHT, Unit.TURNS)


def test_budgets_count_what_is_spent_and_what_the_turn_may_cost_at_worst() -> None:
    limits = Limits(budget_usd_per_day=5, budget_usd_per_month=20, max_usd_per_turn=2)
    book = Book([(NOW, "a", "t", False, 4.0), (NOW - 7 * 86_400, "a", "t", False, 15.0)])
    assert check(limits, claim(0.5, 0.5), book, NOW) is None
    assert check(limits, claim(0.5, 0.75), book, NOW) == Refusal(
        "budget_usd_per_month", 20, 19.0, 1.25, DECEMBER, Unit.USD
    )
    assert check(Limits(budget_usd_per_day=5), claim(0.5, 0.75), book, NOW) == Refusal(
        "budget_usd_per_day", 5, 4.0, 1.25, MIDNIGHT, Unit.USD
    )
    assert check(limits, claim(1.0, 1.5), Book(), NOW) == Refusal("max_usd_per_turn", 2, 0.0, 2.5, None, Unit.USD)


def test_what_costs_nothing_is_asked_under_a_budget_that_is_used_up() -> None:
    assert check(Limits(budget_usd_per_day=5), claim(0.0), Book([(NOW, "a", "t", False, 6.0)]), NOW) is None


def test_an_unknown_price_under_a_budget_is_refused_unless_that_is_allowed() -> None:
    refusal = check(Limits(budget_usd_per_day=5), claim(0.1, None), Book(), NOW)
    assert refusal is not None
    assert (refusal.limit, refusal.allowed_at, refusal.unknown_price) == ("budget_usd_per_day", None, "m @a")
    assert check(Limits(budget_usd_per_day=5, allow_unknown_prices=True), claim(0.1, None), Book(), NOW) is None
    own = Limits(budget_usd_per_day=5, backends={"a": Limits(allow_unknown_prices=True)})
    assert check(own, claim(None), Book(), NOW) is None
    assert check(own, claim(None, backend="b"), Book(), NOW) is not None


def test_a_backend_has_limits_of_its_own_beside_those_of_all() -> None:
    limits = Limits(answers_per_day=10, backends={"a": Limits(answers_per_day=1, budget_usd_per_day=1)})
    book = Book([(NOW, "b", "t", False, 9.0)] * 3)
    assert check(limits, claim(0.5), book, NOW) is None
    assert check(limits, claim(None, None, backend="b"), book, NOW) is None
    refusal = check(limits, Claim((LaneClaim("a", "m", 0.5), LaneClaim("a", "m", 0.1))), book, NOW)
    assert refusal == Refusal("backends.a.answers_per_day", 1, 0, 2, None)
    assert limits.has_budget
    assert not limits.is_open


def test_of_several_limits_the_one_that_allows_last_is_named() -> None:
    limits = Limits(answers_per_minute=1, answers_per_day=2)
    book = Book([(NOW, "a", "t", False, 0.0)] * 2)
    refusal = check(limits, claim(None), book, NOW)
    assert refusal is not None
    assert (refusal.limit, refusal.allowed_at) == ("answers_per_day", MIDNIGHT)


def test_how_far_limits_are_used_is_told_for_those_that_are_set() -> None:
    limits = Limits(answers_per_minute=5, budget_usd_per_day=2)
    book = Book([(NOW - 30, "a", "t", False, 0.25), (NOW - 90, "a", "t", False, 0.5)])
    assert [(one.limit, one.used, one.allowed) for one in standings(limits, book, NOW)] == [
        ("answers_per_minute", 1, 5),
        ("budget_usd_per_day", 0.75, 2),
    ]


@pytest.mark.usefixtures("berlin")
def test_a_day_has_23_or_25_hours_when_the_clocks_change() -> None:
    spring, autumn = (local_day(datetime(2026, *day, 12).timestamp()) for day in ((3, 29), (10, 25)))
    assert (spring.end - spring.begin) / 3600 == 23
    assert (autumn.end - autumn.begin) / 3600 == 25


def test_a_month_ends_where_the_next_begins() -> None:
    for month in range(1, 13):
        window = local_month(datetime(2026, month, 17, 9).timestamp())
        assert datetime.fromtimestamp(window.begin) == datetime(2026, month, 1)
        assert datetime.fromtimestamp(window.end) == datetime(2026 + month // 12, month % 12 + 1, 1)


@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=4), max_size=30), st.floats(0.1, 5))
def test_a_budget_is_never_passed_by_what_is_granted(turns: list[list[float]], budget: float) -> None:
    limits, book = Limits(budget_usd_per_day=budget), Book()
    for number, worst_usd in enumerate(turns):
        if check(limits, claim(*worst_usd, turn=str(number)), book, NOW) is None:
            book.rows += [(NOW, "a", str(number), False, usd) for usd in worst_usd]
    assert book.usd(None, local_day(NOW)) <= budget * (1 + 1e-9)
