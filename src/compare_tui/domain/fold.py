"""The fold: (state of an answer, event) -> state. The one place where an answer's status is decided."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from compare_tui.domain.answers import (
    AnswerError,
    AnswerState,
    AnswerStatus,
    CostSource,
    ErrorKind,
    ToolCall,
)
from compare_tui.domain.events import (
    AnswerCancelled,
    AnswerEvent,
    AnswerRefused,
    AttemptStarted,
    CitationReceived,
    CostFound,
    FinishReported,
    ImageReceived,
    KeepAliveReceived,
    LimitReported,
    ModelEnded,
    ModelServed,
    ReasoningDetailsReceived,
    ReasoningReceived,
    RefusalReceived,
    RequestSent,
    RetryScheduled,
    StreamCut,
    StreamEnded,
    StreamFailed,
    StreamOpened,
    TextReceived,
    ToolCallReceived,
    TurnAwaited,
    TurnCame,
    UsageReported,
    WarningRaised,
)

_FINISH_STATUS = {
    "length": AnswerStatus.TRUNCATED,
    "max_tokens": AnswerStatus.TRUNCATED,
    "content_filter": AnswerStatus.FILTERED,
    "tool_calls": AnswerStatus.TOOL_CALLS,
    "function_call": AnswerStatus.TOOL_CALLS,
}
_MAX_WARNINGS = 20


def fold(state: AnswerState, event: AnswerEvent, at: float) -> AnswerState:  # noqa: C901 - a closed union is one match
    """Return `state` after `event`, which came at `at` (monotonic seconds).

    A final state stays as it is: only its cost may be found out afterwards.
    """
    if isinstance(event, CostFound):
        return replace(state, cost_usd=event.cost_usd, cost_source=event.source)
    if state.status.is_final:
        return state
    match event:
        case TextReceived(text):
            return _with_text(state, len(text), at)
        case ReasoningReceived(text):
            state = _with_delta(state, at)
            return replace(state, n_reasoning_chars=state.n_reasoning_chars + len(text))
        case KeepAliveReceived():
            quiet = state.status is AnswerStatus.WAITING and not state.waits_for_turn
            return replace(state, last_byte_at=at, status=AnswerStatus.QUEUED if quiet else state.status)
        case UsageReported(usage, cost):
            # A local server repeats its counts on every chunk; a later report without a cost keeps the known one.
            known = state.cost_usd if cost is None else cost
            source = CostSource.UNKNOWN if known is None else CostSource.PROVIDER
            return replace(state, usage=usage, cost_usd=known, cost_source=source, last_byte_at=at)
        case RefusalReceived(text):
            return replace(_with_progress(state, at), refusal=state.refusal + text)
        case ToolCallReceived():
            return replace(_with_progress(state, at), tool_calls=_join_tool_call(state, event))
        case ImageReceived(image):
            return replace(_with_progress(state, at), images=(*state.images, image))
        case CitationReceived(citation):
            known_citations = state.citations
            if citation in known_citations:
                return state
            return replace(state, citations=(*known_citations, citation), last_byte_at=at)
        case ReasoningDetailsReceived(details):
            return replace(state, reasoning_details=(*state.reasoning_details, *details), last_byte_at=at)
        case ModelServed(model, provider):
            return replace(
                state,
                served_model=model or state.served_model,
                provider=provider or state.provider,
                last_byte_at=at,
            )
        case FinishReported(reason, native):
            if state.finish_reason is not None:
                return replace(state, last_byte_at=at)
            return replace(state, finish_reason=reason, native_finish_reason=native, last_byte_at=at)
        case TurnAwaited():
            return state if state.has_content else replace(state, waits_for_turn=True, last_byte_at=at)
        case TurnCame():
            if not state.waits_for_turn:
                return state
            return replace(state, waits_for_turn=False, turn_came_at=at, last_byte_at=at)
        case ModelEnded():
            return replace(state, model_ended_at=state.model_ended_at or at, last_byte_at=at)
        case LimitReported():
            return state
        case WarningRaised(message):
            if message in state.warnings or len(state.warnings) >= _MAX_WARNINGS:
                return state
            return replace(state, warnings=(*state.warnings, message))
        case RequestSent():
            return replace(state, requested_at=at)
        case StreamOpened(generation_id):
            return replace(state, generation_id=generation_id or state.generation_id, last_byte_at=at)
        case StreamFailed(error):
            return replace(state, error=state.error or error, last_byte_at=at)
        case StreamEnded(done):
            return _ended(state, at, done=done)
        case StreamCut(reason, retryable):
            return _cut(state, at, reason, retryable=retryable)
        case AttemptStarted(number):
            return replace(
                state,
                status=AnswerStatus.WAITING,
                attempts=number,
                started_at=at if state.started_at is None else state.started_at,
                requested_at=None,
                waits_for_turn=False,
                turn_came_at=None,
                model_ended_at=None,
                last_byte_at=None,
                retry_at=None,
                error=None,
            )
        case RetryScheduled(error, delay_s):
            return replace(state, status=AnswerStatus.WAITING, error=error, retry_at=at + delay_s)
        case AnswerCancelled():
            return replace(state, status=AnswerStatus.CANCELLED, ended_at=at, error=None, retry_at=None)
        case AnswerRefused(error):
            return replace(state, status=AnswerStatus.REFUSED, ended_at=at, error=error)
        case _:
            assert_never(event)


def _with_progress(state: AnswerState, at: float) -> AnswerState:
    return replace(state, status=AnswerStatus.STREAMING, last_byte_at=at, last_progress_at=at)


def _with_delta(state: AnswerState, at: float) -> AnswerState:
    return replace(
        state,
        status=AnswerStatus.STREAMING,
        last_byte_at=at,
        last_progress_at=at,
        first_content_at=at if state.first_content_at is None else state.first_content_at,
        first_delta_at=at if state.first_delta_at is None else state.first_delta_at,
        last_delta_at=at,
    )


def _with_text(state: AnswerState, n_chars: int, at: float) -> AnswerState:
    thought_until_now = not state.n_chars and state.first_delta_at is not None
    ended = at if thought_until_now else state.reasoning_ended_at
    state = _with_delta(state, at)
    return replace(state, n_chars=state.n_chars + n_chars, reasoning_ended_at=ended)


def _join_tool_call(state: AnswerState, event: ToolCallReceived) -> tuple[ToolCall, ...]:
    calls = list(state.tool_calls)
    # Ollama gives every call the index 0: a new id at a known index is a new call.
    position = event.index if 0 <= event.index < len(calls) else len(calls)
    if position < len(calls) and event.id and event.id != calls[position].id:
        known = next((i for i, call in enumerate(calls) if call.id == event.id), None)
        position = len(calls) if known is None else known
    if position == len(calls):
        calls.append(ToolCall(event.id or "", event.name or "", event.arguments))
    else:
        call = calls[position]
        calls[position] = ToolCall(
            call.id or event.id or "", call.name or event.name or "", call.arguments + event.arguments
        )
    return tuple(calls)


def _ended(state: AnswerState, at: float, *, done: bool) -> AnswerState:
    """Decision 10: an error wins; else a finish reason decides; else the end marker; else it was cut."""
    at = _model_end(state, at)
    if state.error is not None:
        return replace(state, status=AnswerStatus.ERROR, ended_at=at)
    if state.finish_reason == "error":
        error = AnswerError(ErrorKind.SERVER, "The provider ended the answer with an error, without saying which.")
        return replace(state, status=AnswerStatus.ERROR, error=error, ended_at=at)
    if state.finish_reason is None and not done:
        return _cut(state, at, "the stream ended without an end", retryable=True)
    status = _FINISH_STATUS.get(state.finish_reason or "", AnswerStatus.COMPLETE)
    if status is AnswerStatus.COMPLETE and not (state.n_chars or state.images):
        # A few servers say "stop" where they mean a tool call.
        if state.tool_calls:
            status = AnswerStatus.TOOL_CALLS
        elif state.refusal:
            status = AnswerStatus.FILTERED
        else:
            status = AnswerStatus.EMPTY
    return replace(state, status=status, ended_at=at)


def _model_end(state: AnswerState, at: float) -> float:
    """Return when the model ended: not when the server closed a stream that other lanes share."""
    if state.model_ended_at is None:
        return at
    return max(state.model_ended_at, state.last_delta_at or state.model_ended_at)


def _cut(state: AnswerState, at: float, reason: str, *, retryable: bool) -> AnswerState:
    if state.error is not None or state.finish_reason is not None:
        return _ended(state, at, done=True)
    error = AnswerError(ErrorKind.CONNECTION, f"Connection lost: {reason}", retryable=retryable)
    return replace(state, status=AnswerStatus.CUT, error=error, ended_at=at)
