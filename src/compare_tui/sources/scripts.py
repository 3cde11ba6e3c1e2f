"""The built-in scripts, chosen by the model's name: `fast`, `slow`, `thinker`, `fails`, `cut`, `echo`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from compare_tui.domain.answers import AnswerError, ErrorKind, Usage
from compare_tui.domain.events import (
    FinishReported,
    ModelServed,
    ReasoningReceived,
    RequestSent,
    StreamCut,
    StreamEnded,
    StreamFailed,
    StreamOpened,
    TextReceived,
    UsageReported,
)
from compare_tui.domain.messages import AnswerRequest, Role
from compare_tui.sources.script_texts import FAST, SLOW, THINKER, THOUGHTS
from compare_tui.sources.scripted import Script, Step

MODELS = ("fast", "slow", "thinker", "fails", "cut", "echo")
_DELTA = re.compile(r"\s*\S{1,6}|\s+")
_CHARS_PER_TOKEN = 4
_USD_PER_TOKEN = 0.000_01


def built_in_script(request: AnswerRequest) -> Script:
    """Return the script of the lane's model for this turn. The same request always gives the same script."""
    match request.lane.model:
        case "fast":
            return _answer(request, _of_turn(FAST, request), first_s=0.12, per_s=110)
        case "slow":
            return _answer(request, _of_turn(SLOW, request), first_s=0.9, per_s=35)
        case "thinker":
            thoughts = _of_turn(THOUGHTS, request)
            return _answer(request, _of_turn(THINKER, request), first_s=0.35, per_s=60, thoughts=thoughts)
        case "echo":
            return _answer(request, _prompt(request), first_s=0.05, per_s=200)
        case "cut":
            return _cut(request)
        case "fails":
            return _failed(
                AnswerError(
                    ErrorKind.RATE_LIMIT,
                    "All providers are at capacity.",
                    code=429,
                    type="rate_limit_exceeded",
                    provider="Scripted",
                    hint="Try slow.",
                )
            )
        case unknown:
            return _failed(
                AnswerError(
                    ErrorKind.REQUEST,
                    f"There is no script {unknown}.",
                    code=404,
                    hint=f"There are {', '.join(MODELS)}.",
                )
            )


def _answer(request: AnswerRequest, text: str, *, first_s: float, per_s: float, thoughts: str = "") -> Script:
    n_prompt = request.prompt_chars // _CHARS_PER_TOKEN + 1
    n_text, n_thoughts = len(list(_deltas(text))), len(list(_deltas(thoughts)))
    usage = Usage(n_prompt, n_text + n_thoughts, n_thoughts)
    return [
        *_opening(request),
        *_said(text, first_s=first_s, per_s=per_s, thoughts=thoughts),
        Step(0.0, FinishReported("stop", "end_turn")),
        Step(0.0, UsageReported(usage, round((n_prompt + 5 * (n_text + n_thoughts)) * _USD_PER_TOKEN, 6))),
        Step(0.0, StreamEnded(done=True)),
    ]


def _cut(request: AnswerRequest) -> Script:
    half = list(_said(_of_turn(SLOW, request), first_s=0.3, per_s=60))
    return [*_opening(request), *half[: len(half) // 2], Step(0.2, StreamCut("the server closed it in the middle"))]


def _failed(error: AnswerError) -> Script:
    return [Step(0.0, RequestSent()), Step(0.25, StreamFailed(error)), Step(0.0, StreamEnded(done=False))]


def _opening(request: AnswerRequest) -> list[Step]:
    return [
        Step(0.0, RequestSent()),
        Step(0.04, StreamOpened()),
        Step(0.0, ModelServed(request.lane.model, "Scripted")),
    ]


def _said(text: str, *, first_s: float, per_s: float, thoughts: str = "") -> Iterator[Step]:
    delay_s = first_s
    for delta in _deltas(thoughts):
        yield Step(delay_s, ReasoningReceived(delta))
        delay_s = 1 / per_s
    for delta in _deltas(text):
        yield Step(delay_s, TextReceived(delta))
        delay_s = 1 / per_s


def _deltas(text: str) -> Iterator[str]:
    """Cut a text about as finely as models do."""
    return (found.group() for found in _DELTA.finditer(text))


def _of_turn(texts: Sequence[str], request: AnswerRequest) -> str:
    n_answered = sum(message.role is Role.ASSISTANT for message in request.messages)
    return texts[n_answered % len(texts)]


def _prompt(request: AnswerRequest) -> str:
    return next((message.content for message in reversed(request.messages) if message.role is Role.USER), "")
