"""The exit status of a turn, from its answers; apart from the numbers, which every command needs before any answer."""

from __future__ import annotations

from collections.abc import Sequence

from compare_tui.cli.exit_status import ExitStatus
from compare_tui.domain.answers import AnswerState, AnswerStatus, ErrorKind

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
