"""An answer's state as columns of the table `answers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from compare_tui.domain.answers import AnswerState
from compare_tui.domain.figures import duration_s, tokens_per_second, ttft_s
from compare_tui.engine.comparison import AnswerFeed
from compare_tui.storage.arrivals import Arrival, pack_arrivals
from compare_tui.storage.values import float_value, int_value, json_value, ms_value, text_value

Columns: TypeAlias = Mapping[str, str | int | float | bytes | None]


def news(state: AnswerState) -> tuple[object, ...]:
    """Return what, when it changes, is worth writing while the answer is under way."""
    return (
        state.status,
        state.attempts,
        state.requested_at,
        state.first_content_at,
        state.served_model,
        state.provider,
        state.generation_id,
        state.finish_reason,
        state.usage,
        state.cost_usd,
        state.refusal,
        state.tool_calls,
        state.images,
        state.citations,
        state.warnings,
        state.error,
    )


def live_columns(state: AnswerState) -> Columns:
    """Return the columns of an answer that is under way: all but its texts.

    `reasoning_details` are left to the end: they repeat the reasoning and come with every delta of it.
    """
    usage = state.usage
    return {
        "status": state.status.value,
        "served_model": _text(state.served_model),
        "provider": _text(state.provider),
        "generation_id": _text(state.generation_id),
        "finish_reason": _text(state.finish_reason),
        "native_finish_reason": _text(state.native_finish_reason),
        "attempts": state.attempts,
        "prompt_tokens": None if usage is None else int_value(usage.prompt_tokens),
        "completion_tokens": None if usage is None else int_value(usage.completion_tokens),
        "reasoning_tokens": None if usage is None else int_value(usage.reasoning_tokens),
        "tokens_estimated": None if usage is None else int(usage.estimated),
        "cost_usd": float_value(state.cost_usd),
        "cost_source": state.cost_source.value,
        "ttft_ms": ms_value(ttft_s(state)),
        "error": None if state.error is None else json_value(state.error),
        "warnings": _list(state.warnings),
        "tool_calls": _list(state.tool_calls),
        "citations": _list(state.citations),
        "images": _list(state.images),
        "refusal": text_value(state.refusal) or None,
    }


def final_columns(feed: AnswerFeed) -> Columns:
    """Return all columns that an ended answer has beyond those it was begun with."""
    state = feed.state
    return {
        **live_columns(state),
        "owner": None,
        "duration_ms": ms_value(duration_s(state, state.ended_at or 0.0)),
        "tokens_per_second": float_value(tokens_per_second(state)),
        "reasoning_details": _list(state.reasoning_details),
        "arrivals": pack_arrivals(Arrival(chunk.at_ms, len(chunk.text), chunk.is_reasoning) for chunk in feed.chunks),
        "reasoning": text_value(feed.reasoning()),
        "text": text_value(feed.text()),
    }


def _text(text: str | None) -> str | None:
    return None if text is None else text_value(text)


def _list(values: tuple[object, ...]) -> str | None:
    return json_value(values) if values else None
