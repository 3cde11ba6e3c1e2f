"""Answers of the past, read back from where they were kept: their figures are put back into a state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from compare_tui.domain.answers import AnswerState
from compare_tui.domain.figures import MIN_SPAN_S, completion_tokens
from compare_tui.engine.comparison import Chunk

_SHARED_STREAM_S = 0.05
"""Text that came later than this after the end by its duration: the lane had waited for its turn."""


def with_times(
    state: AnswerState,
    chunks: Sequence[Chunk],
    *,
    started_at: float,
    ttft_s: float | None,
    duration_s: float | None,
    tokens_per_second: float | None,
) -> AnswerState:
    """Return `state` with times from which the same figures follow. `started_at` is monotonic, and may be negative."""
    state = replace(
        state,
        n_chars=sum(len(chunk.text) for chunk in chunks if not chunk.is_reasoning),
        n_reasoning_chars=sum(len(chunk.text) for chunk in chunks if chunk.is_reasoning),
    )
    if not state.attempts:
        return replace(state, ended_at=started_at if state.status.is_final else None)
    first = started_at + chunks[0].at_ms / 1000 if chunks else None
    last = started_at + chunks[-1].at_ms / 1000 if chunks else None
    begun = started_at if first is None or ttft_s is None else first - ttft_s
    waited = duration_s is not None and last is not None and last - started_at > duration_s + _SHARED_STREAM_S
    ended = None if duration_s is None else (begun if waited else started_at) + duration_s
    state = replace(
        state,
        started_at=started_at,
        requested_at=begun,
        turn_came_at=begun if waited else None,
        first_content_at=None if ttft_s is None else first,
        first_delta_at=first,
        last_delta_at=last,
        last_byte_at=last,
        last_progress_at=last,
        ended_at=ended if state.status.is_final else None,
        reasoning_ended_at=_reasoning_end(chunks, started_at),
    )
    return _with_speed(state, tokens_per_second)


def _with_speed(state: AnswerState, tokens_per_second: float | None) -> AnswerState:
    """Return `state` with a span from which this speed follows: whole milliseconds would change it."""
    first, last = state.first_delta_at, state.last_delta_at
    if first is None or last is None:
        return state
    if tokens_per_second is None:
        return replace(state, last_delta_at=first) if last - first >= MIN_SPAN_S else state
    span_s = completion_tokens(state)[0] / tokens_per_second if tokens_per_second > 0 else 0.0
    return replace(state, last_delta_at=first + max(MIN_SPAN_S, span_s) + 1e-9)


def _reasoning_end(chunks: Sequence[Chunk], started_at: float) -> float | None:
    if not chunks or not chunks[0].is_reasoning:
        return None
    text = next((chunk for chunk in chunks if not chunk.is_reasoning), None)
    return None if text is None else started_at + text.at_ms / 1000
