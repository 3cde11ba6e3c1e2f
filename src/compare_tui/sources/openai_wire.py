"""The stream of a chat completion, OpenAI's format with OpenRouter's additions: frames in, events out. Sans-I/O.

Reads leniently: what is missing has a default, what is unknown is ignored, what is null is nothing.
https://openrouter.ai/docs/api-reference/streaming
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from compare_tui.domain.answers import Citation
from compare_tui.domain.events import (
    CitationReceived,
    FinishReported,
    ImageReceived,
    KeepAliveReceived,
    ModelServed,
    ReasoningDetailsReceived,
    ReasoningReceived,
    RefusalReceived,
    StreamEvent,
    StreamFailed,
    StreamOpened,
    TextReceived,
    UsageReported,
    WarningRaised,
)
from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.safe_text import SafeTextStream, make_safe_line
from compare_tui.sources.lenient import as_int, as_list, as_object, as_text
from compare_tui.sources.openai_error_wire import ErrorContext, error_from_json
from compare_tui.sources.openai_parts import (
    citations_of,
    content_parts,
    image_mark,
    image_url_of,
    reasoning_of,
    usage_of,
)
from compare_tui.sources.openai_tools import ToolCallJoiner
from compare_tui.sources.sse_frames import DONE

_SHOWN_CHARS = 120


class AnswerDecoder:
    """Decodes the frames of one answer, in order.

    Within a chunk: who serves, usage, an error, then the choice, so that neither a usage chunk without choices nor an
    error chunk that looks like an empty delta is lost.
    """

    __slots__ = (
        "_choice",
        "_citations",
        "_context",
        "_id",
        "_images",
        "_model",
        "_provider",
        "_reasoning",
        "_refusal",
        "_text",
        "_tools",
        "_usage",
        "done",
        "failed",
        "finished",
    )

    def __init__(self, context: ErrorContext, *, generation_id: str | None = None) -> None:
        self.done = False
        """The end marker has come; nothing behind it counts."""
        self.failed = False
        self.finished = False
        self._context = context
        self._id = generation_id
        self._model = ""
        self._provider = ""
        self._choice: int | None = None
        self._usage: UsageReported | None = None
        self._text = SafeTextStream()
        self._reasoning = SafeTextStream()
        self._refusal = SafeTextStream()
        self._tools = ToolCallJoiner()
        self._images: set[int] = set()
        self._citations: set[Citation] = set()

    def feed(self, data: str, event: str = "message") -> list[StreamEvent]:
        """Return what one frame says; a frame that says nothing is a keep-alive."""
        if self.done:
            return []
        data = data.strip()
        if data == DONE:
            self.done = True
            return self.flush()
        try:
            chunk: Json = json.loads(data) if data else {}
        except (ValueError, RecursionError):
            chunk = None
        if not isinstance(chunk, dict):
            if event == "error" and data:
                return [self._failure(data)]
            shown = make_safe_line(data[: 4 * _SHOWN_CHARS], _SHOWN_CHARS)
            return [WarningRaised(f"A part of the stream could not be read and was left out: {shown}")]
        return list(self._events(chunk, event)) or [KeepAliveReceived()]

    def feed_whole(self, completion: JsonObject) -> list[StreamEvent]:
        """Return what a completion says that came in one piece, in place of a stream."""
        events = list(self._events(completion, "message"))
        self.done = True
        return events + self.flush()

    def flush(self) -> list[StreamEvent]:
        """Return what was held back, each at most a character that came by halves. The stream is at its end."""
        events: list[StreamEvent] = []
        if rest := self._reasoning.flush():
            events.append(ReasoningReceived(rest))
        if rest := self._text.flush():
            events.append(TextReceived(rest))
        if rest := self._refusal.flush():
            events.append(RefusalReceived(rest))
        events.extend(self._tools.flush())
        return events

    def _events(self, chunk: JsonObject, event: str) -> Iterator[StreamEvent]:
        yield from self._identity(chunk)
        if chunk.get("usage"):
            usage = usage_of(chunk)
            if usage is not None and usage != self._usage:
                self._usage = usage
                yield usage
        if event == "error" or chunk.get("error") or chunk.get("object") == "error":
            yield self._failure(chunk)
        for choice in map(as_object, as_list(chunk.get("choices"))):
            index = as_int(choice.get("index")) or 0
            if self._choice is None:
                self._choice = index
            if index == self._choice:
                yield from self._choice_events(choice, chunk)

    def _identity(self, chunk: JsonObject) -> Iterator[StreamEvent]:
        generation_id = as_text(chunk.get("id"))
        if self._id is None and generation_id:
            self._id = make_safe_line(generation_id, 200)
            yield StreamOpened(self._id)
        model, provider = as_text(chunk.get("model")), as_text(chunk.get("provider"))
        if (model and model != self._model) or (provider and provider != self._provider):
            self._model, self._provider = model or self._model, provider or self._provider
            yield ModelServed(_name(self._model), _name(self._provider))

    def _failure(self, error: Json) -> StreamFailed:
        self.failed = True
        return StreamFailed(error_from_json(error, self._context))

    def _choice_events(self, choice: JsonObject, chunk: JsonObject) -> Iterator[StreamEvent]:
        if choice.get("error"):
            yield self._failure({"error": choice["error"], "provider": chunk.get("provider")})
        # A last chunk may hold an empty delta and, once more, the whole message.
        delta = as_object(choice.get("delta") if "delta" in choice else choice.get("message"))
        yield from self._delta_events(delta, as_text(choice.get("text")))
        if delta.get("annotations") or chunk.get("citations"):
            for citation in citations_of(delta, chunk):
                if citation not in self._citations:
                    self._citations.add(citation)
                    yield CitationReceived(citation)
        if reason := as_text(choice.get("finish_reason")):
            self.finished = True
            native = as_text(choice.get("native_finish_reason"))
            yield FinishReported(make_safe_line(reason, 60), make_safe_line(native, 60) or None)

    def _delta_events(self, delta: JsonObject, bare_text: str) -> Iterator[StreamEvent]:
        # Most chunks hold text alone, so what is absent is asked for by name only.
        text, thinking, images = content_parts(delta.get("content"))
        details = as_list(delta.get("reasoning_details"))
        if reasoning := self._reasoning.feed(reasoning_of(delta, details) or thinking):
            yield ReasoningReceived(reasoning)
        if details and (raw := tuple(detail for detail in details if isinstance(detail, dict))):
            yield ReasoningDetailsReceived(raw)
        if shown := self._text.feed(text or bare_text):
            yield TextReceived(shown)
        if delta.get("refusal") and (refusal := self._refusal.feed(as_text(delta.get("refusal")))):
            yield RefusalReceived(refusal)
        if delta.get("tool_calls") or delta.get("function_call"):
            yield from self._tools.feed(delta)
        if delta.get("images") or images:
            yield from self._new_images((*as_list(delta.get("images")), *images))

    def _new_images(self, images: Iterable[Json]) -> Iterator[StreamEvent]:
        for url in map(image_url_of, images):
            if url and hash(url) not in self._images:
                self._images.add(hash(url))
                yield ImageReceived(image_mark(url))


def _name(text: str) -> str | None:
    return make_safe_line(text, 200) or None
