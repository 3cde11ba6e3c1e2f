"""When to wait, when to give up, when to ask again: pure rules (decisions 9 and 10)."""

from __future__ import annotations

from compare_tui.domain.answers import AnswerError, AnswerState, AnswerStatus, ErrorKind
from compare_tui.domain.events import RetryScheduled
from compare_tui.engine.policy import Policy

_BACKOFF_BASE_S = 0.5
_BACKOFF_LIMIT_S = 8.0


def retry_after(state: AnswerState, policy: Policy, random: float) -> RetryScheduled | None:
    """Return the retry that follows, or None if this end of an attempt is the answer's end.

    `state` is the final state that the attempt would leave; `random` lies in [0, 1). Exponential backoff with full
    jitter, base 0.5 s, at most 8 s; Retry-After wins where the server sends it.
    """
    if state.has_content or state.attempts > policy.retries:
        return None
    if _says_nothing(state):
        nothing = AnswerError(ErrorKind.PROTOCOL, "The server sent a stream without an answer.")
        return RetryScheduled(nothing, random * _BACKOFF_BASE_S) if state.attempts == 1 else None
    error = state.error
    if error is None or not error.retryable or state.status not in (AnswerStatus.ERROR, AnswerStatus.CUT):
        return None
    if error.retry_after_s is None:
        return RetryScheduled(error, random * min(_BACKOFF_LIMIT_S, _BACKOFF_BASE_S * 2**state.attempts))
    return RetryScheduled(error, error.retry_after_s) if error.retry_after_s <= policy.retry_after_limit_s else None


def _says_nothing(state: AnswerState) -> bool:
    """A 200 with neither choices, nor an error, nor a count: seen in the wild, asked again once."""
    said = (state.finish_reason, state.usage, state.model_ended_at)
    return state.status is AnswerStatus.EMPTY and all(word is None for word in said)


def timed_out(state: AnswerState, policy: Policy, now: float) -> AnswerError | None:
    """Return why an answer is given up at `now` (monotonic), or None while there is patience.

    Two clocks: bytes arriving (keep-alives count), and progress (they do not). Where the server serves lanes one after
    the other, a lane's clocks start at its own turn; until then only a long silence of the whole stream counts.
    """
    begun = state.requested_at if state.turn_came_at is None else state.turn_came_at
    if begun is None or state.status.is_final or state.retry_at is not None:
        return None
    quiet_s = now - max(begun, state.last_byte_at or begun)
    patience_s = policy.no_progress_before_content_s if state.waits_for_turn else policy.no_byte_s
    if quiet_s >= patience_s:
        return _timeout(f"Nothing came from the server for {quiet_s:.0f} s.")
    if state.waits_for_turn or state.model_ended_at is not None:
        return None
    idle_s = now - max(begun, state.last_progress_at or begun)
    if state.has_content:
        if idle_s >= policy.no_progress_after_content_s:
            return _timeout(f"The answer stopped growing {idle_s:.0f} s ago.")
    elif idle_s >= policy.no_progress_before_content_s:
        return _timeout(f"The server kept the connection alive for {idle_s:.0f} s, but the model did not begin.")
    return None


def turn_timed_out(policy: Policy) -> AnswerError:
    """Return the error of an answer that was not finished within the turn's time."""
    return _timeout(f"Not finished within the {policy.turn_timeout_s:g} s given for the turn.")


def _timeout(message: str) -> AnswerError:
    return AnswerError(ErrorKind.TIMEOUT, message, type="timeout")
