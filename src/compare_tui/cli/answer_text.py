"""An answer's header, extras and figures as readable lines. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from compare_tui.domain.answers import AnswerState, AnswerStatus, Usage
from compare_tui.domain.figures import duration_s, reasoning_s, tokens_per_second, ttft_s, waited_for_turn_s
from compare_tui.export.answer_json import message_of

SIGNS = {
    AnswerStatus.COMPLETE: ("✓", "ok"),
    AnswerStatus.TRUNCATED: ("▢", "--"),
    AnswerStatus.FILTERED: ("⚠", "!"),
    AnswerStatus.TOOL_CALLS: ("✓", "ok"),
    AnswerStatus.EMPTY: ("⚠", "!"),
    AnswerStatus.ERROR: ("✗", "x"),
    AnswerStatus.CUT: ("✂", "x"),
    AnswerStatus.CANCELLED: ("■", "x"),
    AnswerStatus.REFUSED: ("✗", "x"),
}
"""The sign of a final status, and what stands for it where only ASCII can be written."""

_WORDS = {
    AnswerStatus.COMPLETE: "done",
    AnswerStatus.TRUNCATED: "stopped at the token limit",
    AnswerStatus.FILTERED: "filtered",
    AnswerStatus.TOOL_CALLS: "asks for tools",
    AnswerStatus.EMPTY: "empty answer",
    AnswerStatus.CANCELLED: "cancelled",
}


def extras(state: AnswerState) -> Iterator[str]:
    """Yield what came beside the text: refusal, tool calls, images, citations."""
    if state.refusal:
        yield f"The model refuses: {state.refusal}"
    for call in state.tool_calls:
        yield f"[tool call] {call.name}({call.arguments})"
    for image in state.images:
        yield f"[image] {image.media_type}, {image.n_bytes:,} bytes"
    for number, citation in enumerate(state.citations, 1):
        yield f"[{number}] {f'{citation.title} ' if citation.title else ''}{citation.url}"


def ending(state: AnswerState) -> str:
    """Return how the answer ended, in words."""
    match state.status:
        case AnswerStatus.CUT:
            return f"cut after {_tokens(state.usage)}{_why(state)}"
        case AnswerStatus.ERROR | AnswerStatus.REFUSED:
            code = state.error.code if state.error else None
            return f"{state.status.value}{'' if code is None else f' {code}'}{_why(state)}"
        case _:
            return _WORDS.get(state.status, state.status.value)


def figures_line(state: AnswerState, model: str) -> str:
    """Return what is known of timing, tokens, cost and provenance; empty if nothing is."""
    parts = []
    first, speed, whole = ttft_s(state), tokens_per_second(state), duration_s(state, state.ended_at or 0.0)
    thought, waited = reasoning_s(state, state.ended_at or 0.0), waited_for_turn_s(state)
    if first is not None:
        parts.append(f"{first:.2f} s to first token")
    if speed is not None:
        parts.append(f"{speed:.0f} tok/s")
    if state.usage is not None:
        parts.append(_tokens(state.usage))
    if thought is not None:
        parts.append(f"thought for {thought:.1f} s")
    if state.cost_usd is not None:
        parts.append(usd(state.cost_usd))
    if waited is not None:
        parts.append(f"waited {waited:.1f} s for its turn")
    if whole is not None and state.attempts:
        parts.append(f"{whole:.1f} s in all")
    if state.attempts > 1:
        parts.append(f"{state.attempts} attempts")
    return " · ".join([*parts, *_provenance(state, model)])


def usd(amount: float) -> str:
    """Return an amount with as many places as it needs to say something."""
    return f"${amount:.4f}" if amount >= 0.01 or amount == 0 else f"${amount:.6f}"


def _provenance(state: AnswerState, model: str) -> Iterator[str]:
    if state.served_model and state.served_model != model:
        yield f"served {state.served_model}"
    if state.provider:
        yield f"by {state.provider}"


def _tokens(usage: Usage | None) -> str:
    if usage is None:
        return "0 tokens"
    count = usage.completion_tokens
    return f"{'about ' if usage.estimated else ''}{count:,} token{'' if count == 1 else 's'}"


def _why(state: AnswerState) -> str:
    return f": {message_of(state.error)}" if state.error else ""
