"""What the headless commands end with, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from compare_tui.domain.answers import AnswerState, AnswerStatus, ErrorKind


class ExitStatus(IntEnum):
    """The contract with scripts. The first that applies, in the order of `status_of`."""

    OK = 0
    """All answered: complete, truncated or tool_calls."""
    NONE_ANSWERED = 1
    USAGE = 2
    """Wrong words on the command line or in the configuration; nothing was sent."""
    SOME_ANSWERED = 3
    CHECKS_FAILED = 4
    """Kept for commands that check answers."""
    REFUSED = 5
    """By a limit or budget of ours."""
    KEY = 6
    """None answered: a key is missing or was rejected."""
    RATE_LIMITED = 7
    """None answered: the server limits the rate."""
    TIMED_OUT = 124
    """None answered in time."""
    HUNG_UP = 129
    """The terminal has gone: 128 + SIGHUP."""
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    """Whoever read the output has gone: 128 + SIGPIPE, as of a program that does not catch it."""
    TERMINATED = 143


_SHARED = {
    ErrorKind.KEY: ExitStatus.KEY,
    ErrorKind.RATE_LIMIT: ExitStatus.RATE_LIMITED,
    ErrorKind.TIMEOUT: ExitStatus.TIMED_OUT,
}


def status_of(states: Sequence[AnswerState]) -> ExitStatus:
    """Return the status of a turn that was not interrupted."""
    if any(state.status is AnswerStatus.REFUSED for state in states):
        return ExitStatus.REFUSED
    answered = sum(state.status.is_answered for state in states)
    if answered:
        return ExitStatus.OK if answered == len(states) else ExitStatus.SOME_ANSWERED
    kinds = {state.error.kind if state.error else None for state in states}
    shared = kinds.pop() if len(kinds) == 1 else None
    return _SHARED.get(shared, ExitStatus.NONE_ANSWERED) if shared else ExitStatus.NONE_ANSWERED
