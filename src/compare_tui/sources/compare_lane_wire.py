"""One model's part of a comparison's stream: what it says, how it ends. Sans-I/O."""

from __future__ import annotations

from collections.abc import Iterator

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import (
    FinishReported,
    ImageReceived,
    KeepAliveReceived,
    ModelEnded,
    ReasoningReceived,
    StreamEnded,
    StreamEvent,
    StreamFailed,
    TextReceived,
    WarningRaised,
)
from compare_tui.domain.safe_text import SafeTextStream
from compare_tui.sources.compare_failures import failure_of, is_failure, may_be_failure, server_note
from compare_tui.sources.openai_parts import image_mark

_TAIL_CHARS = 64


class ModelDecoder:
    """Decodes one model's events. A chunk that may be the server's own word is held until it is known what follows."""

    __slots__ = ("_fences", "_held", "_images", "_reasoning", "_tail", "_text", "done", "ended", "started")

    def __init__(self) -> None:
        self.started = False
        self.done: bool | None = None
        """What `done` said of an error; None: it has not come."""
        self.ended = False
        self._text = SafeTextStream()
        self._reasoning = SafeTextStream()
        self._held = ""
        self._tail = ""
        self._fences = 0
        self._images: set[int] = set()

    def chunk(self, content: str) -> Iterator[StreamEvent]:
        """Take a delta of the answer."""
        yield from self._release()
        if may_be_failure(content) or server_note(content):
            self._held = content
            yield KeepAliveReceived()
        else:
            yield from self._say(content)

    def reasoning(self, content: str) -> Iterator[StreamEvent]:
        """Take a delta of the reasoning."""
        if shown := self._reasoning.feed(content):
            yield ReasoningReceived(shown)

    def image(self, url: str) -> Iterator[StreamEvent]:
        """Take an image; the server may repeat one."""
        if url and hash(url) not in self._images:
            self._images.add(hash(url))
            yield ImageReceived(image_mark(url))

    def say_done(self, *, error: bool) -> Iterator[StreamEvent]:
        """Take the model's `done`."""
        if self.done is None:
            yield ModelEnded()
        self.done = bool(self.done) or error

    def end(self) -> Iterator[StreamEvent]:
        """Judge what was held. The model will say nothing more."""
        if rest := self._reasoning.flush():
            yield ReasoningReceived(rest)
        held, self._held = self._held, ""
        note = server_note(held) if held else None
        if note is not None:
            yield WarningRaised(f"The server says: {note.words}")
            yield FinishReported(note.finish_reason)
        elif held and is_failure(held, before=self._tail, in_code=self._fences % 2 == 1, said_failed=self.done):
            yield StreamFailed(failure_of(held))
        elif held:
            yield from self._say(held)
            yield WarningRaised("“Error:” stands in the answer; the server did not say that the model failed.")
        elif self.done:
            yield StreamFailed(AnswerError(ErrorKind.SERVER, "The server says that the model failed, but not why."))
        if rest := self._text.flush():
            yield TextReceived(rest)

    def close(self, *, done: bool) -> Iterator[StreamEvent]:
        """End the stream of this model."""
        if not self.ended:
            self.ended = True
            if self.done is None:
                yield ModelEnded()
            yield from self.end()
            yield StreamEnded(done=done)

    def _release(self) -> Iterator[StreamEvent]:
        held, self._held = self._held, ""
        if held:
            yield from self._say(held)

    def _say(self, content: str) -> Iterator[StreamEvent]:
        joined = self._tail[-2:] + content
        self._fences += joined.count("```") - self._tail[-2:].count("```")
        self._tail = (self._tail + content)[-_TAIL_CHARS:]
        if shown := self._text.feed(content):
            yield TextReceived(shown)
