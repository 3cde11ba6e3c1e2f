from __future__ import annotations

from collections.abc import Sequence

import pytest

from compare_tui.cli.exit_status import ExitStatus
from compare_tui.cli.turn_status import status_of
from compare_tui.domain.answers import AnswerError, AnswerState, AnswerStatus, ErrorKind


def state(word: str) -> AnswerState:
    """`complete`, or `error:key` with the kind of its error."""
    status, _, kind = word.partition(":")
    return AnswerState(AnswerStatus(status), error=AnswerError(ErrorKind(kind), "no") if kind else None)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["complete"], ExitStatus.OK),
        (["complete", "truncated", "tool_calls"], ExitStatus.OK),
        (["complete", "error:key"], ExitStatus.SOME_ANSWERED),
        (["truncated", "cut:connection", "cancelled"], ExitStatus.SOME_ANSWERED),
        (["refused:rate_limit", "refused:rate_limit"], ExitStatus.REFUSED),
        (["complete", "refused:rate_limit"], ExitStatus.REFUSED),
        (["error:key", "error:key"], ExitStatus.KEY),
        (["error:rate_limit"], ExitStatus.RATE_LIMITED),
        (["error:timeout", "error:timeout"], ExitStatus.TIMED_OUT),
        (["cut:timeout", "error:timeout"], ExitStatus.TIMED_OUT),
        (["error:key", "error:timeout"], ExitStatus.NONE_ANSWERED),
        (["error:key", "empty"], ExitStatus.NONE_ANSWERED),
        (["error:server", "error:server"], ExitStatus.NONE_ANSWERED),
        (["empty"], ExitStatus.NONE_ANSWERED),
        (["filtered"], ExitStatus.NONE_ANSWERED),
        (["cut:connection"], ExitStatus.NONE_ANSWERED),
    ],
)
def test_the_first_status_that_applies_is_the_exit_status(words: Sequence[str], expected: ExitStatus) -> None:
    assert status_of([state(word) for word in words]) is expected


def test_the_numbers_are_a_contract() -> None:
    assert {status.name: int(status) for status in ExitStatus} == {
        "OK": 0,
        "NONE_ANSWERED": 1,
        "USAGE": 2,
        "SOME_ANSWERED": 3,
        "CHECKS_FAILED": 4,
        "REFUSED": 5,
        "KEY": 6,
        "RATE_LIMITED": 7,
        "TIMED_OUT": 124,
        "HUNG_UP": 129,
        "INTERRUPTED": 130,
        "CLOSED_PIPE": 141,
        "TERMINATED": 143,
    }
