"""The stream of a comparison: frames in, events out, each with the model that it belongs to. Sans-I/O.

Every frame is one JSON object with a `type`; all but `complete` and a top-level `error` name their model. Routed by the
model's exact name: two lanes of one model never share a request.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import (
    KeepAliveReceived,
    ModelServed,
    StreamCut,
    StreamEvent,
    StreamFailed,
    TurnAwaited,
    TurnCame,
    WarningRaised,
)
from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.compare_lane_wire import ModelDecoder
from compare_tui.sources.lenient import as_object, as_text
from compare_tui.sources.sse_frames import DONE

Told: TypeAlias = tuple[str, StreamEvent]
"""A model's name, as it was asked for, and what happened to it."""

_SHOWN_CHARS = 120
_OF_A_MODEL = frozenset({"start", "chunk", "reasoning", "image", "keepalive", "done"})


class ComparisonDecoder:
    """Decodes the frames of one request, in order.

    `done_is_last`: a model's `done` ends it; else its late text is waited for until the whole stream is at its end.
    `is_sequential`: the models are served in their order, so all but the first wait for their turn.
    """

    def __init__(self, models: Sequence[str], *, done_is_last: bool, is_sequential: bool) -> None:
        self.seen: Counter[str] = Counter()
        """How many events of each type have come."""
        self.complete = False
        """The server has said its last word."""
        self.metadata: JsonObject = {}
        """What `complete` told."""
        self._models = {model: ModelDecoder() for model in models}
        self._done_is_last = done_is_last
        self._is_sequential = is_sequential
        self._unstarted = set(models)
        self._waiting: set[str] = set()

    @property
    def has_begun(self) -> bool:
        """Whether any event has come: then the server works, and may bill."""
        return bool(self.seen)

    @property
    def all_done(self) -> bool:
        """Whether every model that is still listened to has had its `done`."""
        return all(model.done is not None or model.ended for model in self._models.values())

    def drop(self, model: str) -> None:
        """Listen to this model no longer."""
        self._models[model].ended = True

    def opened(self) -> list[Told]:
        """The server has answered with a stream."""
        return list(self._await_turns(list(self._models)[1:])) if self._is_sequential else []

    def feed(self, data: str) -> list[Told]:
        """Return what one frame says."""
        data = data.strip()
        if self.complete or not data:
            return []
        if data == DONE:
            return self._finish()
        try:
            event: Json = json.loads(data)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            shown = make_safe_line(data[: 4 * _SHOWN_CHARS], _SHOWN_CHARS)
            return self._to_all(WarningRaised(f"A part of the stream could not be read and was left out: {shown}"))
        kind = as_text(event.get("type"))
        self.seen[make_safe_line(kind, 40) or "(none)"] += 1
        match kind:
            case "complete":
                self.metadata = as_object(event.get("metadata"))
                crashed = as_text(self.metadata.get("error"))
                return self._failed(crashed) if crashed else self._finish()
            case "error" if not event.get("model"):
                return self._failed(as_text(event.get("message")) or "no reason given")
        return list(self._of_model(kind, event))

    def close(self, reason: str | None) -> list[Told]:
        """Return how each model ends that has not; `reason` is a fault of the transport, if there was one."""
        told: list[Told] = []
        for name, model in self._models.items():
            if model.ended:
                continue
            if model.done is not None:
                if not self.complete:
                    warning = "The stream ended before the server's last word: the end of the answer may be missing."
                    told.append((name, WarningRaised(warning)))
                told += [(name, event) for event in model.close(done=True)]
            else:
                model.ended = True
                told += [(name, event) for event in model.end()]
                why = reason or "the stream ended without an end"
                told.append((name, StreamCut(why, retryable=not self.has_begun)))
        return told

    def _of_model(self, kind: str, event: JsonObject) -> Iterator[Told]:
        said = as_text(event.get("model"))
        name = said if said in self._models else self._only_model(said)
        if name is None:
            if kind in _OF_A_MODEL and said:
                shown = make_safe_line(said, 80)
                yield from self._to_all(WarningRaised(f"The server sent something for {shown}, which was not asked."))
            return
        model = self._models[name]
        if model.ended:
            return
        if name != said and not model.started:
            yield name, ModelServed(make_safe_line(said, 200))
        yield from self._turns(name, model, kind)
        model.started = True
        for told in self._said(model, kind, event) or [KeepAliveReceived()]:
            yield name, told
        if kind == "done" and self._done_is_last:
            yield from ((name, told) for told in model.close(done=True))

    def _only_model(self, said: str) -> str | None:
        """A server that renames its only model leaves no doubt whose event it is."""
        return next(iter(self._models)) if said and len(self._models) == 1 else None

    def _said(self, model: ModelDecoder, kind: str, event: JsonObject) -> list[StreamEvent]:
        content = as_text(event.get("content"))
        match kind:
            case "chunk" if content:
                return list(model.chunk(content))
            case "reasoning" if content:
                return list(model.reasoning(content))
            case "image":
                return list(model.image(as_text(event.get("url"))))
            case "done":
                return list(model.say_done(error=event.get("error") is True))
            case "error":
                message = make_safe_line(as_text(event.get("message")) or content) or "no reason given"
                return [StreamFailed(AnswerError(ErrorKind.SERVER, message))]
        return []

    def _turns(self, name: str, model: ModelDecoder, kind: str) -> Iterator[Told]:
        """A model that speaks while others have not been begun with: they wait for their turn."""
        if name in self._waiting:
            self._waiting.discard(name)
            yield name, TurnCame()
        self._unstarted.discard(name)
        if kind == "chunk" and self._unstarted:
            yield from self._await_turns([other for other in self._models if other in self._unstarted])

    def _await_turns(self, names: Sequence[str]) -> Iterator[Told]:
        for name in names:
            if name not in self._waiting:
                self._waiting.add(name)
                yield name, TurnAwaited()

    def _finish(self) -> list[Told]:
        self.complete = True
        return [(name, event) for name, model in self._models.items() for event in model.close(done=True)]

    def _failed(self, message: str) -> list[Told]:
        """Take a top-level error, which stands in place of `complete`. What has its `done` keeps its own end."""
        shown = make_safe_line(message.removeprefix("Error: "))
        told: list[Told] = []
        for name, model in self._models.items():
            if model.ended:
                continue
            if model.done is None:
                told.append((name, StreamFailed(AnswerError(ErrorKind.SERVER, shown))))
            else:
                told.append((name, WarningRaised(f"The server ended the stream with an error of its own: {shown}")))
        return told + self._finish()

    def _to_all(self, event: StreamEvent) -> list[Told]:
        return [(name, event) for name, model in self._models.items() if not model.ended]
