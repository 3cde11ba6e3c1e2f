from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare_tui.domain.limits import WINDOW_S, Refusal, check_per_minute

NOW = 1_000.0


@pytest.mark.parametrize(
    ("taken_at", "wanted", "allowed", "allowed_at"),
    [
        ([], 3, 3, "granted"),
        ([990.0], 2, 3, "granted"),
        ([990.0], 3, 3, 1050.0),
        ([950.0, 990.0], 2, 3, 1010.0),
        ([950.0, 990.0], 3, 3, 1050.0),
        ([990.0, 950.0], 2, 3, 1010.0),
        ([940.0], 3, 3, "granted"),
        ([940.001], 3, 3, 1000.001),
        ([], 4, 3, None),
        ([2_000.0], 3, 3, 1060.0),
        ([], 0, 0, "granted"),
    ],
)
def test_a_place_counts_for_a_minute(
    taken_at: list[float], wanted: int, allowed: int, allowed_at: float | str | None
) -> None:
    refusal = check_per_minute(taken_at, wanted, allowed, NOW)
    if allowed_at == "granted":
        assert refusal is None
    else:
        assert refusal is not None
        assert refusal.allowed_at == (None if allowed_at is None else pytest.approx(allowed_at))
        assert (refusal.limit, refusal.allowed, refusal.wanted) == ("answers_per_minute", allowed, wanted)


_TIMES = st.lists(st.floats(NOW - 200, NOW + 200), max_size=12)


@given(_TIMES, st.integers(1, 6), st.integers(1, 10))
def test_what_is_refused_is_granted_at_the_time_that_was_named_and_not_before(
    taken_at: list[float], wanted: int, allowed: int
) -> None:
    refusal = check_per_minute(taken_at, wanted, allowed, NOW)
    if refusal is None or refusal.allowed_at is None:
        return
    # Places in the future are taken now, as far as the limit is concerned.
    seen = [min(at, NOW) for at in taken_at]
    assert NOW < refusal.allowed_at <= NOW + WINDOW_S
    assert check_per_minute(seen, wanted, allowed, refusal.allowed_at + 0.001) is None
    assert isinstance(check_per_minute(seen, wanted, allowed, refusal.allowed_at - 0.001), Refusal)


@given(_TIMES, st.integers(1, 6), st.integers(1, 10), st.floats(0, 100_000))
def test_a_clock_that_jumps_back_never_opens_the_limit(
    taken_at: list[float], wanted: int, allowed: int, jump_s: float
) -> None:
    if check_per_minute(taken_at, wanted, allowed, NOW) is not None:
        assert check_per_minute(taken_at, wanted, allowed, NOW - jump_s) is not None
