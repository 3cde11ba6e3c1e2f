"""Requests to sources, and the answers that their events fold into."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from compare_tui.domain.answers import AnswerState, AnswerStatus
from compare_tui.domain.events import (
    AttemptStarted,
    ReasoningReceived,
    StreamEvent,
    TextReceived,
)
from compare_tui.domain.fold import fold
from compare_tui.domain.json_types import Json
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.messages import AnswerRequest, Message, Role
from compare_tui.domain.secret import Secret
from compare_tui.engine.clock import SystemClock
from compare_tui.engine.ports import LaneSource
from compare_tui.sources.openai import OpenAISource
from compare_tui.sources.openrouter import OpenRouterSource
from compare_tui.sources.settings import OpenAISettings

KEY = "sk-test-0123456789abcdef"


def ask(model: str = "acme/model-1", prompt: str = "Hello?", **params: Json) -> AnswerRequest:
    """Return a request of one lane."""
    lane = Lane(LaneId(3), LaneSpec(model, "wire", params))
    return AnswerRequest(lane, (Message(Role.USER, prompt),), comparison="c0ffee")


def settings(url: str, *, key: str | None = KEY) -> OpenAISettings:
    """Return settings that wait for nothing: neither for what may follow an error nor for the next read."""
    found = None if key is None else Secret(key)
    return OpenAISettings("wire", url, lambda: found, after_error_s=0.05, read_interval_s=0.0)


def openai(url: str, **changes: object) -> OpenAISource:
    """Return a source on `url`."""
    return OpenAISource(replace(settings(url), **changes), clock=SystemClock())  # type: ignore[arg-type]


def openrouter(url: str, **changes: object) -> OpenRouterSource:
    """Return an OpenRouter source on `url`."""
    return OpenRouterSource(replace(settings(url), **changes), clock=SystemClock())  # type: ignore[arg-type]


@dataclass
class Answer:
    """An answer as the engine would fold it."""

    events: list[StreamEvent] = field(default_factory=list)
    state: AnswerState = field(default_factory=lambda: fold(AnswerState(), AttemptStarted(1), 0.0))

    def take(self, event: StreamEvent) -> None:
        self.events.append(event)
        self.state = fold(self.state, event, float(len(self.events)))

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextReceived))

    @property
    def reasoning(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ReasoningReceived))

    @property
    def status(self) -> AnswerStatus:
        return self.state.status


def folded(events: list[StreamEvent]) -> Answer:
    """Return the answer that these events make."""
    answer = Answer()
    for event in events:
        answer.take(event)
    return answer


async def collect(source: LaneSource, request: AnswerRequest | None = None) -> Answer:
    """Ask once and wait for the end."""
    answer = Answer()
    async with aclosing(source.stream(request or ask())) as events:
        async for event in events:
            answer.take(event)
    return answer


def chunk(delta: Mapping[str, Json] | None = None, *, finish: str | None = None, **fields: Json) -> bytes:
    """Return one frame of a stream."""
    choice: dict[str, Json] = {"index": 0, "delta": dict(delta or {}), "finish_reason": finish}
    return b"data: " + json.dumps({"id": "gen-1", "choices": [choice], **fields}).encode() + b"\n\n"


def said(text: str) -> bytes:
    """Return a frame that says `text`."""
    return chunk({"content": text})


DONE = b"data: [DONE]\n\n"
END = chunk(finish="stop") + DONE
