"""What stands below an answer's text: tools, images, sources, warnings; what went wrong and the key that helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from compare_tui.domain.answers import AnswerError, AnswerState, AnswerStatus
from compare_tui.domain.figures import waited_s
from compare_tui.tui.panes.amounts import size, whole_seconds
from compare_tui.tui.panes.failures import long_failure
from compare_tui.tui.panes.tones import Tone
from compare_tui.tui.signs import Signs

_MAX_ARGUMENTS = 200


@dataclass(frozen=True, slots=True)
class Note:
    """One paragraph below the text."""

    text: str
    tone: Tone = Tone.QUIET


KeyOf = Callable[[str], str]
"""Gives the key of a command by its id, as a person reads it."""


def notes_before_text(state: AnswerState, now: float, signs: Signs, key_of: KeyOf) -> list[Note]:
    """Return what stands in place of an answer that has not begun."""
    if state.has_content or state.status.is_final:
        return []
    if state.retry_at is not None and state.error is not None:
        wait = whole_seconds(max(0.0, state.retry_at - now) + 0.999)
        notes = _failure(state.error, signs)
        return [*notes, Note(f"Asking again in {wait}. {key_of('stop')} stops it.")]
    waited = waited_s(state, now)
    if state.status is AnswerStatus.QUEUED and waited is not None:
        return [Note(f"queued {whole_seconds(waited)}")]
    return []


def notes_after_text(state: AnswerState, signs: Signs, key_of: KeyOf) -> list[Note]:
    """Return what stands below the text, whether the answer has ended or not."""
    notes = []
    if state.refusal:
        notes.append(Note(f"The model refuses: {state.refusal}", Tone.WARN))
    for call in state.tool_calls:
        arguments = call.arguments if len(call.arguments) <= _MAX_ARGUMENTS else call.arguments[:_MAX_ARGUMENTS] + "…"
        notes.append(Note(f"{signs.tool} asked for the tool {call.name}({arguments})"))
    notes += [Note(f"{signs.image} an image came: {image.media_type}, {size(image.n_bytes)}") for image in state.images]
    notes += [Note(f"[{place}] {cited.title} {cited.url}") for place, cited in enumerate(state.citations, 1)]
    notes += [Note(f"{signs.filtered} {warning}", Tone.WARN) for warning in state.warnings]
    return notes + _ending(state, signs, key_of)


def _ending(state: AnswerState, signs: Signs, key_of: KeyOf) -> list[Note]:
    again = f"{key_of('ask-again')} ask again"
    match state.status:
        case AnswerStatus.ERROR | AnswerStatus.REFUSED if state.error is not None:
            say = _refusal if state.status is AnswerStatus.REFUSED else _failure
            return [*say(state.error, signs), Note(f"{again} {signs.separator} {key_of('lanes')} other model")]
        case AnswerStatus.CUT:
            reason = state.error.message if state.error else "The connection ended before the model did."
            return [Note(f"{signs.cut} {reason}", Tone.BAD), Note(f"{again}; what came stays")]
        case AnswerStatus.TRUNCATED:
            return [Note(f"{signs.limit} The answer reached its token limit and may go on.", Tone.WARN)]
        case AnswerStatus.FILTERED:
            return [Note(f"{signs.filtered} A content filter ended the answer.", Tone.WARN), Note(again)]
        case AnswerStatus.EMPTY:
            return [Note(f"{signs.limit} The model ended without a word.", Tone.WARN), Note(again)]
        case AnswerStatus.CANCELLED:
            return [Note(f"{signs.cancelled} You stopped this answer. {again}")]
        case _:
            return []


def _failure(error: AnswerError, signs: Signs) -> list[Note]:
    notes = [Note(f"{signs.error} {long_failure(error)}", Tone.BAD)]
    notes += _said(error.message)
    origin = ", ".join(part for part in (error.type, f"from {error.provider}" if error.provider else None) if part)
    if origin:
        notes.append(Note(origin))
    return notes + _said(error.hint)


def _refusal(error: AnswerError, signs: Signs) -> list[Note]:
    """The limit is the reader's own: no server has said anything."""
    return [Note(f"{signs.error} Not sent: a limit of yours.", Tone.WARN), *_said(error.message), *_said(error.hint)]


def _said(text: str) -> list[Note]:
    return [Note(text, Tone.LIVE)] if text else []
