"""Events: what happened to an answer, past tense, immutable, a closed union.

A source says what it saw on the wire (`StreamEvent`); the engine adds what it did itself. No event carries a lane
or a time: whoever passes it on says which lane it belongs to, and the engine when it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from compare_tui.domain.answers import AnswerError, Citation, CostSource, ImageMark, Usage
from compare_tui.domain.json_types import Json
from compare_tui.domain.server_limits import ServerLimit


@dataclass(frozen=True, slots=True)
class RequestSent:
    """The request is written in full: time to first token runs from here."""


@dataclass(frozen=True, slots=True)
class StreamOpened:
    """The server answered with a stream."""

    generation_id: str | None = None


@dataclass(frozen=True, slots=True)
class KeepAliveReceived:
    """Bytes came that say nothing: a comment, an empty frame."""


@dataclass(frozen=True, slots=True)
class TurnAwaited:
    """The server serves its lanes one after the other, and others come before this one."""


@dataclass(frozen=True, slots=True)
class TurnCame:
    """The server has begun with this lane after others: its clocks start."""


@dataclass(frozen=True, slots=True)
class ModelServed:
    """Who really answers."""

    model: str | None = None
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class TextReceived:
    """A delta of the answer, already safe text."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningReceived:
    """A delta of the reasoning, already safe text."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDetailsReceived:
    """Raw reasoning blocks, to be sent back unmodified, never to be drawn."""

    details: tuple[Mapping[str, Json], ...]


@dataclass(frozen=True, slots=True)
class RefusalReceived:
    """A delta of the model's refusal, in words of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallReceived:
    """A fragment of a tool call; fragments of one `index` belong together.

    An `id` that differs from the one already known at this index begins a new call.
    """

    index: int
    id: str | None
    name: str | None
    arguments: str


@dataclass(frozen=True, slots=True)
class ImageReceived:
    """An image came."""

    image: ImageMark


@dataclass(frozen=True, slots=True)
class CitationReceived:
    """The model named a source."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class UsageReported:
    """Token counts and, where the backend tells it, the cost in USD. The last report wins."""

    usage: Usage
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class FinishReported:
    """The model said why it stopped. The first report wins."""

    reason: str
    native_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ModelEnded:
    """The server says that the model has ended. Text that is still on its way may follow, so the stream has not."""


@dataclass(frozen=True, slots=True)
class LimitReported:
    """The server named one of its limits."""

    limit: ServerLimit


@dataclass(frozen=True, slots=True)
class WarningRaised:
    """Something was odd, but the stream went on."""

    message: str


@dataclass(frozen=True, slots=True)
class StreamFailed:
    """An error object or a refused request. What came before stays."""

    error: AnswerError


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """The body ended without a fault of the transport. `done`: the end marker was seen."""

    done: bool


@dataclass(frozen=True, slots=True)
class StreamCut:
    """The transport ended by a fault, or the body was bounded by us."""

    reason: str
    retryable: bool = True
    """False where the server had begun with the request: asked again, it would do and bill everything twice."""


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """The engine asks; `number` counts from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class RetryScheduled:
    """The attempt failed before any content; another starts in `delay_s` seconds."""

    error: AnswerError
    delay_s: float


@dataclass(frozen=True, slots=True)
class AnswerCancelled:
    """A person stopped it."""


@dataclass(frozen=True, slots=True)
class AnswerRefused:
    """A limit or budget of ours forbids it; nothing was sent."""

    error: AnswerError


@dataclass(frozen=True, slots=True)
class CostFound:
    """The backend said afterwards, or its prices say, what the answer has cost."""

    cost_usd: float
    source: CostSource


StreamEvent: TypeAlias = (
    RequestSent
    | StreamOpened
    | KeepAliveReceived
    | TurnAwaited
    | TurnCame
    | ModelServed
    | TextReceived
    | ReasoningReceived
    | ReasoningDetailsReceived
    | RefusalReceived
    | ToolCallReceived
    | ImageReceived
    | CitationReceived
    | UsageReported
    | FinishReported
    | ModelEnded
    | LimitReported
    | WarningRaised
    | StreamFailed
    | StreamEnded
    | StreamCut
)
"""What a source may say. A stream ends with exactly one `StreamEnded` or `StreamCut`; nothing follows it."""

AnswerEvent: TypeAlias = StreamEvent | AttemptStarted | RetryScheduled | AnswerCancelled | AnswerRefused | CostFound
