"""The status of an answer: sign and word, and the figures behind them."""

from __future__ import annotations

from typing import assert_never

from compare_tui.domain.answers import AnswerState, AnswerStatus
from compare_tui.domain.figures import completion_tokens, duration_s, tokens_per_second, ttft_s, waited_s
from compare_tui.tui.panes.amounts import dollars, per_second, seconds, whole_seconds
from compare_tui.tui.panes.failures import short_failure
from compare_tui.tui.panes.status_line import Figure, Status
from compare_tui.tui.panes.tones import Tone
from compare_tui.tui.signs import Signs


def answer_status(state: AnswerState, now: float, signs: Signs) -> Status:
    """Return the status of an answer at `now` (the engine's monotonic clock)."""
    sign, words, tone = _headline(state, now, signs)
    if state.status in (AnswerStatus.WAITING, AnswerStatus.QUEUED):
        return Status(sign, words, tone)
    return Status(sign, words, tone, _figures(state, now))


def _headline(state: AnswerState, now: float, signs: Signs) -> tuple[str, str, Tone]:  # noqa: C901 - one match
    status = state.status
    match status:
        case AnswerStatus.WAITING if state.retry_at is not None:
            again = whole_seconds(max(0.0, state.retry_at - now) + 0.999)
            return signs.error, f"{short_failure(state.error)} {signs.separator} again in {again}", Tone.WARN
        case AnswerStatus.WAITING if state.waits_for_turn:
            return signs.waiting, "waiting for its turn", Tone.QUIET
        case AnswerStatus.WAITING:
            waited = waited_s(state, now)
            return (
                signs.waiting,
                "waiting" + (f" {whole_seconds(waited)}" if waited and waited >= 1 else ""),
                Tone.QUIET,
            )
        case AnswerStatus.QUEUED:
            return signs.waiting, f"queued {whole_seconds(waited_s(state, now) or 0.0)}", Tone.QUIET
        case AnswerStatus.STREAMING if state.model_ended_at is not None:
            return signs.streaming, "ended", Tone.LIVE
        case AnswerStatus.STREAMING:
            return signs.streaming, "" if tokens_per_second(state) else "streaming", Tone.LIVE
        case AnswerStatus.COMPLETE:
            return signs.done, "done", Tone.GOOD
        case AnswerStatus.TOOL_CALLS:
            return signs.done, "asked for a tool", Tone.GOOD
        case AnswerStatus.TRUNCATED:
            return signs.limit, "stopped at the token limit", Tone.WARN
        case AnswerStatus.FILTERED:
            return signs.filtered, "filtered", Tone.WARN
        case AnswerStatus.EMPTY:
            return signs.limit, "empty", Tone.WARN
        case AnswerStatus.CUT:
            return signs.cut, f"cut after {_token_count(state)} tokens", Tone.BAD
        case AnswerStatus.CANCELLED:
            return signs.cancelled, "cancelled", Tone.QUIET
        case AnswerStatus.ERROR:
            return signs.error, short_failure(state.error), Tone.BAD
        case AnswerStatus.REFUSED:
            return signs.error, "refused by a limit", Tone.WARN
        case _:
            assert_never(status)


def _token_count(state: AnswerState) -> str:
    tokens, estimated = completion_tokens(state)
    return f"~{tokens:,}" if estimated and tokens else f"{tokens:,}"


def _figures(state: AnswerState, now: float) -> tuple[Figure, ...]:
    rate, first, took = tokens_per_second(state), ttft_s(state), duration_s(state, now)
    shows_count = state.has_content and state.status is not AnswerStatus.CUT
    figures = []
    if rate:
        figures.append(Figure(per_second(rate), rank=4))
    if first is not None:
        figures.append(Figure(seconds(first), f"first {seconds(first)}", rank=2))
    if took is not None and first is not None and state.status.is_final:
        figures.append(Figure("", f"took {seconds(took)}", rank=1))
    if shows_count:
        count = _token_count(state)
        figures.append(Figure(count, f"{count} tokens", rank=3))
    if state.cost_usd is not None:
        figures.append(Figure(dollars(state.cost_usd), rank=5))
    return tuple(figures)
