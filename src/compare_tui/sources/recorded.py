"""Recorded answers of the embedded model, replayed with the arrival times they had.

For machines where the model cannot run. The file is made by `make recordings`:

    {"schema_version": 1, "model": "...", "lanes": [{"params": {...}, "turns": [
        {"prompt": "...", "ttft_ms": 310, "chunks": [[ms since the first, "text"], ...],
         "finish_reason": "stop", "prompt_tokens": 40, "completion_tokens": 90}]}]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from compare_tui.domain.answers import Usage
from compare_tui.domain.events import (
    FinishReported,
    ModelServed,
    RequestSent,
    StreamEnded,
    StreamOpened,
    TextReceived,
    UsageReported,
    WarningRaised,
)
from compare_tui.domain.json_types import Json
from compare_tui.domain.messages import AnswerRequest, Role
from compare_tui.engine.ports import Clock
from compare_tui.sources.scripted import ScriptedSource, Step

PROVIDER = "recording"
SCHEMA_VERSION = 1


class RecordedTurn(msgspec.Struct, frozen=True):
    """One answer. Milliseconds throughout."""

    prompt: str
    ttft_ms: int
    chunks: tuple[tuple[int, str], ...]
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int


class RecordedLane(msgspec.Struct, frozen=True):
    """What one lane answered, turn by turn."""

    params: dict[str, str | float]
    turns: tuple[RecordedTurn, ...]


class Recording(msgspec.Struct, frozen=True):
    """One comparison with the embedded model."""

    model: str
    lanes: tuple[RecordedLane, ...]
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class _Found:
    turn: RecordedTurn
    answers_this_prompt: bool


def load_recording() -> Recording:
    """Return the recording that comes with the program."""
    data = files("compare_tui.sources").joinpath("recordings", "demo.json").read_bytes()
    return msgspec.json.decode(data, type=Recording)


def recorded_source(recording: Recording, *, clock: Clock) -> ScriptedSource:
    """Return a LaneSource that replays. Whatever it is asked, its answers say that they are a recording."""
    return ScriptedSource(clock=clock, script_for=lambda request: list(_replay(recording, request)))


def _replay(recording: Recording, request: AnswerRequest) -> Iterator[Step]:
    found = _find(recording, request)
    turn = found.turn
    yield Step(0, RequestSent())
    if not found.answers_this_prompt:
        yield Step(0, WarningRaised(f"This recording answers another prompt: {turn.prompt}"))
    yield Step(turn.ttft_ms / 1000, StreamOpened())
    yield Step(0, ModelServed(f"{recording.model} ({PROVIDER})", PROVIDER))
    before_ms = 0
    for at_ms, text in turn.chunks:
        yield Step((at_ms - before_ms) / 1000, TextReceived(text))
        before_ms = at_ms
    yield Step(0, FinishReported(turn.finish_reason))
    yield Step(0, UsageReported(Usage(turn.prompt_tokens, turn.completion_tokens)))
    yield Step(0, StreamEnded(done=True))


def _find(recording: Recording, request: AnswerRequest) -> _Found:
    """Choose the lane by its parameters, else by its place; the turn by its prompt, else by its number."""
    lane = _lane_of(recording, request.lane.params) or recording.lanes[request.lane.id % len(recording.lanes)]
    prompt = request.messages[-1].content
    for turn in lane.turns:
        if turn.prompt == prompt:
            return _Found(turn, answers_this_prompt=True)
    n_answered = sum(message.role is Role.ASSISTANT for message in request.messages)
    return _Found(lane.turns[n_answered % len(lane.turns)], answers_this_prompt=False)


def _lane_of(recording: Recording, params: Mapping[str, Json]) -> RecordedLane | None:
    return next((lane for lane in recording.lanes if lane.params == params), None)
