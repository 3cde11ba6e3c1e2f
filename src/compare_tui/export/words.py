"""Endings and figures of answers in words, as all readable exports say them."""

from __future__ import annotations

from compare_tui.domain.answers import AnswerState, AnswerStatus
from compare_tui.domain.figures import completion_tokens, duration_s, tokens_per_second, ttft_s
from compare_tui.domain.lanes import Lane

_ENDINGS = {
    AnswerStatus.COMPLETE: "done",
    AnswerStatus.TRUNCATED: "stopped at the token limit",
    AnswerStatus.FILTERED: "filtered",
    AnswerStatus.TOOL_CALLS: "asks for tools",
    AnswerStatus.EMPTY: "empty answer",
    AnswerStatus.CUT: "cut",
    AnswerStatus.CANCELLED: "cancelled",
    AnswerStatus.REFUSED: "refused by a limit",
    AnswerStatus.ERROR: "error",
}


def ending(state: AnswerState) -> str:
    """Return how the answer ended."""
    return _ENDINGS.get(state.status, "under way")


def first_token(state: AnswerState) -> str:
    """Return the time to the first token, or nothing."""
    seconds = ttft_s(state)
    return "" if seconds is None else f"{seconds:.2f} s"


def whole_time(state: AnswerState) -> str:
    """Return the answer's duration, or nothing."""
    seconds = duration_s(state, 0.0) if state.ended_at is not None else None
    return "" if seconds is None or not state.attempts else f"{seconds:.1f} s"


def speed(state: AnswerState) -> str:
    """Return the tokens per second, or nothing."""
    tokens = tokens_per_second(state)
    return "" if tokens is None else f"{tokens:.0f} tok/s"


def tokens_out(state: AnswerState) -> str:
    """Return the tokens of the answer, or nothing."""
    if state.usage is None:
        return ""
    count, estimated = completion_tokens(state)
    return f"{'~' if estimated else ''}{count:,}"


def cost(state: AnswerState) -> str:
    """Return the cost, or that it is not known."""
    if state.cost_usd is None:
        return "unknown"
    return f"${state.cost_usd:.4f}" if state.cost_usd >= 0.01 or not state.cost_usd else f"${state.cost_usd:.6f}"


def differences(lane: Lane) -> str:
    """Return a lane's parameters in one line."""
    return ", ".join(f"{key}={value}" for key, value in lane.params.items())
