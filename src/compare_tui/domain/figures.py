"""The figures of an answer, as design.md defines them, from its state."""

from __future__ import annotations

from compare_tui.domain.answers import AnswerState, AnswerStatus, Usage

MIN_SPAN_S = 0.2
"""Under this span a speed says nothing."""
_CHARS_PER_TOKEN = 4
"""A rule of thumb for English text; only ever used where it is marked as an estimate."""


def ttft_s(state: AnswerState) -> float | None:
    """Seconds from the request being written, or from the lane's own turn, to the first text or reasoning."""
    begun = state.requested_at if state.turn_came_at is None else state.turn_came_at
    if state.first_content_at is None or begun is None:
        return None
    return max(0.0, state.first_content_at - begun)


def duration_s(state: AnswerState, now: float) -> float | None:
    """Seconds from the first attempt's start, or from the lane's own turn, to the end; to `now` while under way."""
    begun = state.started_at if state.turn_came_at is None else state.turn_came_at
    if begun is None:
        return None
    return max(0.0, (now if state.ended_at is None else state.ended_at) - begun)


def waited_for_turn_s(state: AnswerState) -> float | None:
    """Seconds that a server which serves its lanes one after the other let this one wait; None: it did not."""
    if state.turn_came_at is None or state.requested_at is None:
        return None
    return max(0.0, state.turn_came_at - state.requested_at)


def estimate_usage(state: AnswerState, prompt_chars: int) -> Usage:
    """Estimate tokens from characters, for a backend that counts none."""
    reasoning = -(-state.n_reasoning_chars // _CHARS_PER_TOKEN)
    answer = -(-state.n_chars // _CHARS_PER_TOKEN)
    return Usage(-(-prompt_chars // _CHARS_PER_TOKEN), answer + reasoning, reasoning, estimated=True)


def completion_tokens(state: AnswerState) -> tuple[int, bool]:
    """Tokens out so far, and whether they are an estimate: counted by the server once it has said so."""
    usage = state.usage
    if usage is not None and (state.status.is_final or usage.completion_tokens):
        return usage.completion_tokens, usage.estimated
    return estimate_usage(state, 0).completion_tokens, True


def tokens_per_second(state: AnswerState) -> float | None:
    """Completion tokens over the time from the first to the last delta; unknown under 0.2 s."""
    if state.first_delta_at is None or state.last_delta_at is None:
        return None
    span = state.last_delta_at - state.first_delta_at
    tokens, _ = completion_tokens(state)
    return tokens / span if span >= MIN_SPAN_S and tokens else None


def reasoning_s(state: AnswerState, now: float) -> float | None:
    """Seconds of reasoning: from its first delta to the first text, or to now or the end."""
    if not state.n_reasoning_chars or state.first_delta_at is None:
        return None
    end = state.reasoning_ended_at
    if end is None:
        end = now if state.ended_at is None else state.ended_at
    return max(0.0, end - state.first_delta_at)


def waited_s(state: AnswerState, now: float) -> float | None:
    """Seconds since the attempt's request, while nothing has come."""
    since = next((at for at in (state.turn_came_at, state.requested_at, state.started_at) if at is not None), None)
    if since is None or state.status not in (AnswerStatus.WAITING, AnswerStatus.QUEUED):
        return None
    return max(0.0, now - since)
