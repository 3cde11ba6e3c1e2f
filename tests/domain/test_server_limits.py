from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.server_limits import LONGEST_WAIT_S, Pace, ServerLimit, exhausted_for_s, next_slot, scope_of

NOW = 1_000.0
PACE = Pace(":free", 3, 60.0)


@pytest.mark.parametrize(
    ("taken_at", "slot"),
    [
        ([], NOW),
        ([990.0, 995.0], NOW),
        ([950.0, 990.0, 995.0], 1010.0),
        ([930.0, 990.0, 995.0], NOW),
        ([950.0, 990.0, 995.0, 1010.0], 1050.0),
        ([9e9, 9e9, 9e9], NOW),
    ],
)
def test_the_next_slot_lies_a_window_after_the_one_that_fills_it(taken_at: list[float], slot: float) -> None:
    assert next_slot(taken_at, PACE, NOW) == slot


@given(st.lists(st.floats(0, 30), min_size=1, max_size=8), st.integers(1, 5))
def test_no_window_ever_holds_more_than_the_pace(pauses: list[float], requests: int) -> None:
    pace = Pace("", requests, 60.0)
    now, taken = NOW, list[float]()
    for pause in pauses:
        now += pause
        at = next_slot(taken, pace, now)
        if at - now <= LONGEST_WAIT_S:
            taken.append(at)
    for at in taken:
        assert sum(at - 60.0 + 1e-6 < other <= at for other in taken) <= requests


@pytest.mark.parametrize(
    ("remaining", "resets_at", "wait_s"),
    [
        (0, NOW + 17, 17.0),
        (0.5, NOW + 17, 17.0),
        (1, NOW + 17, 0.0),
        (0, NOW - 1, 0.0),
        (0, None, 0.0),
        (None, NOW + 17, 0.0),
        (0, NOW + LONGEST_WAIT_S + 1, 0.0),
    ],
)
def test_a_lane_waits_for_a_limit_that_is_used_up_and_soon_reset(
    remaining: float | None, resets_at: float | None, wait_s: float
) -> None:
    assert exhausted_for_s(ServerLimit("requests", 20, remaining, resets_at), NOW) == wait_s


def test_free_models_share_a_limit_and_others_have_their_own() -> None:
    free, paid = (Lane(LaneId(0), LaneSpec(model, "openrouter")) for model in ("a:free", "a"))
    assert [scope_of(free, PACE), scope_of(paid, PACE), scope_of(free, None)] == [":free", "a", "a:free"]
