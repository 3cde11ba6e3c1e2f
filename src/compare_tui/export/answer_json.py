"""An answer as JSON, for `ask --json` and exports.

Other programs build on the keys: they are added to, never changed.
"""

from __future__ import annotations

from compare_tui.domain.answers import AnswerError, AnswerState, Usage
from compare_tui.domain.figures import duration_s, tokens_per_second, ttft_s
from compare_tui.domain.json_types import Json
from compare_tui.domain.sentences import join_sentences
from compare_tui.engine.comparison import AnswerFeed

SCHEMA_VERSION = 1


def answer(feed: AnswerFeed, position: int) -> dict[str, Json]:
    """Return an answer that has ended; `position` is its lane's, from 0."""
    state = feed.state
    return {
        "lane": position,
        "model": feed.lane.model,
        "backend": feed.lane.backend,
        "params": feed.lane.params,
        "served_model": state.served_model,
        "provider": state.provider,
        "attempts": state.attempts,
        "status": state.status.value,
        "finish_reason": state.finish_reason,
        "text": feed.text(),
        "reasoning": feed.reasoning(),
        "refusal": state.refusal,
        **figures(state),
        "tool_calls": [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in state.tool_calls],
        "images": len(state.images),
        "citations": [{"url": citation.url, "title": citation.title} for citation in state.citations],
        "warnings": list(state.warnings),
        "error": None if state.error is None else error(state.error),
    }


def figures(state: AnswerState) -> dict[str, Json]:
    """Return usage, cost and timing."""
    speed = tokens_per_second(state)
    return {
        "usage": None if state.usage is None else _usage(state.usage),
        "cost_usd": state.cost_usd,
        "cost_source": state.cost_source.value,
        "ttft_ms": _ms(ttft_s(state)),
        "duration_ms": _ms(duration_s(state, state.ended_at or 0.0)),
        "tokens_per_second": None if speed is None else round(speed, 1),
    }


def error(fault: AnswerError) -> dict[str, Json]:
    """Return what went wrong; the message ends with what can be done."""
    return {
        "code": fault.code,
        "type": fault.type,
        "message": message_of(fault),
        "provider": fault.provider,
        "retry_after_s": fault.retry_after_s,
    }


def message_of(fault: AnswerError) -> str:
    """Return the message with its hint."""
    return join_sentences(fault.message, fault.hint)


def _usage(usage: Usage) -> dict[str, Json]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "estimated": usage.estimated,
    }


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
