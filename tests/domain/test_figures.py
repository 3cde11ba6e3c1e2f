from __future__ import annotations

import pytest

from compare_tui.domain.answers import AnswerState, AnswerStatus, Usage
from compare_tui.domain.figures import (
    completion_tokens,
    duration_s,
    estimate_usage,
    reasoning_s,
    tokens_per_second,
    ttft_s,
    waited_s,
)


def test_the_time_to_the_first_token_runs_from_the_request_being_written() -> None:
    assert ttft_s(AnswerState(started_at=1.0, requested_at=2.0, first_content_at=2.5)) == 0.5
    assert ttft_s(AnswerState(requested_at=2.0)) is None
    assert ttft_s(AnswerState(first_content_at=2.0)) is None
    assert ttft_s(AnswerState(requested_at=2.0, first_content_at=1.9)) == 0.0


def test_the_duration_goes_on_until_the_end() -> None:
    assert duration_s(AnswerState(), 9.0) is None
    assert duration_s(AnswerState(started_at=1.0), 9.0) == 8.0
    assert duration_s(AnswerState(started_at=1.0, ended_at=4.0), 9.0) == 3.0


@pytest.mark.parametrize(
    ("n_chars", "n_reasoning_chars", "prompt_chars", "usage"),
    [
        (0, 0, 0, Usage(0, 0, 0, estimated=True)),
        (1, 0, 5, Usage(2, 1, 0, estimated=True)),
        (400, 40, 8, Usage(2, 110, 10, estimated=True)),
    ],
)
def test_an_estimate_counts_four_characters_a_token(
    n_chars: int, n_reasoning_chars: int, prompt_chars: int, usage: Usage
) -> None:
    state = AnswerState(n_chars=n_chars, n_reasoning_chars=n_reasoning_chars)
    assert estimate_usage(state, prompt_chars) == usage


def test_tokens_are_an_estimate_until_the_server_has_counted() -> None:
    live = AnswerState(status=AnswerStatus.STREAMING, n_chars=40)
    assert completion_tokens(live) == (10, True)
    counted = AnswerState(status=AnswerStatus.STREAMING, n_chars=40, usage=Usage(3, 12))
    assert completion_tokens(counted) == (12, False)
    not_yet = AnswerState(status=AnswerStatus.STREAMING, n_chars=40, usage=Usage(3, 0))
    assert completion_tokens(not_yet) == (10, True)
    none = AnswerState(status=AnswerStatus.EMPTY, usage=Usage(3, 0))
    assert completion_tokens(none) == (0, False)


@pytest.mark.parametrize(
    ("first", "last", "tokens", "speed"),
    [
        (1.0, 3.0, 100, 50.0),
        (0.0, 0.2, 100, 500.0),
        (1.0, 1.19, 100, None),
        (1.0, 1.0, 100, None),
        (None, None, 100, None),
        (1.0, 3.0, 0, None),
    ],
)
def test_speed_is_tokens_over_the_span_of_the_deltas(
    first: float | None, last: float | None, tokens: int, speed: float | None
) -> None:
    state = AnswerState(status=AnswerStatus.COMPLETE, first_delta_at=first, last_delta_at=last, usage=Usage(1, tokens))
    assert tokens_per_second(state) == (None if speed is None else pytest.approx(speed))


def test_reasoning_lasts_until_the_first_text() -> None:
    assert reasoning_s(AnswerState(first_delta_at=1.0), 5.0) is None
    assert reasoning_s(AnswerState(n_reasoning_chars=4, first_delta_at=1.0), 5.0) == 4.0
    assert reasoning_s(AnswerState(n_reasoning_chars=4, first_delta_at=1.0, ended_at=3.0), 5.0) == 2.0
    assert reasoning_s(AnswerState(n_reasoning_chars=4, first_delta_at=1.0, reasoning_ended_at=2.0), 5.0) == 1.0


def test_waiting_is_counted_from_the_request_while_nothing_has_come() -> None:
    assert waited_s(AnswerState(), 5.0) is None
    assert waited_s(AnswerState(started_at=1.0), 5.0) == 4.0
    assert waited_s(AnswerState(started_at=1.0, requested_at=2.0, status=AnswerStatus.QUEUED), 5.0) == 3.0
    assert waited_s(AnswerState(started_at=1.0, status=AnswerStatus.STREAMING), 5.0) is None
