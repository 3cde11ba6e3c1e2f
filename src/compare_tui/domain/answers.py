"""Answers: what one lane said in one turn, all but the text itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from compare_tui.domain.json_types import Json


class AnswerStatus(StrEnum):
    """Where an answer stands. The first three are phases, the others are final."""

    WAITING = "waiting"
    """Nothing but silence so far, or a retry is waiting for its time."""
    QUEUED = "queued"
    """Bytes arrive (keep-alive comments), but no progress."""
    STREAMING = "streaming"

    COMPLETE = "complete"
    TRUNCATED = "truncated"
    """Stopped at the token limit."""
    FILTERED = "filtered"
    TOOL_CALLS = "tool_calls"
    EMPTY = "empty"
    ERROR = "error"
    CUT = "cut"
    """The connection ended before the model did."""
    CANCELLED = "cancelled"
    REFUSED = "refused"
    """By a limit or budget of ours; nothing was sent."""

    @property
    def is_final(self) -> bool:
        return self not in _PHASES

    @property
    def is_answered(self) -> bool:
        """Counts as answered for the exit status."""
        return self in _ANSWERED


_PHASES = frozenset({AnswerStatus.WAITING, AnswerStatus.QUEUED, AnswerStatus.STREAMING})
_ANSWERED = frozenset({AnswerStatus.COMPLETE, AnswerStatus.TRUNCATED, AnswerStatus.TOOL_CALLS})


class ErrorKind(StrEnum):
    """What sort of thing went wrong, as far as it decides what to do next."""

    KEY = "key"
    """A key is missing or was rejected."""
    RATE_LIMIT = "rate_limit"
    """The server limits the rate."""
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    """The server could not be reached, or the connection broke."""
    REQUEST = "request"
    """The server refuses this very request; asking again is useless."""
    SERVER = "server"
    PROTOCOL = "protocol"
    """What came back is not what was agreed: HTML, JSON in place of a stream, too much of it."""
    BACKEND = "backend"
    """The backend itself cannot run: the embedded model, for example."""


@dataclass(frozen=True, slots=True)
class AnswerError:
    """What went wrong in one lane, in words that can be shown (all of it safe text)."""

    kind: ErrorKind
    message: str
    code: int | None = None
    """The HTTP status, or the code that stood in the error object."""
    type: str | None = None
    """The server's own word, such as `rate_limit_exceeded`."""
    provider: str | None = None
    retry_after_s: float | None = None
    hint: str = ""
    """What a person can do: a variable to set, a model to try."""
    retryable: bool = False
    """May be asked again without a person, as long as no content has come."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer, as the server counted them unless `estimated`."""

    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int = 0
    estimated: bool = False


class CostSource(StrEnum):
    """Where a cost is known from."""

    PROVIDER = "provider"
    PRICES = "prices"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model asked for; `arguments` is JSON text as received."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ImageMark:
    """An image that the model sent: named and counted, never drawn."""

    media_type: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A source that the model named."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class AnswerState:
    """Everything about an answer but its text; replaced by the fold, never changed.

    Times are seconds of the engine's monotonic clock.
    """

    status: AnswerStatus = AnswerStatus.WAITING
    attempts: int = 0
    started_at: float | None = None
    """When the engine began with the first attempt."""
    requested_at: float | None = None
    """When the last attempt's request was written."""
    waits_for_turn: bool = False
    """The server serves other lanes first; this one's clocks stand still."""
    turn_came_at: float | None = None
    """When a server that serves its lanes one after the other began with this one."""
    model_ended_at: float | None = None
    """When the server said that the model has ended; its last text may follow."""
    first_content_at: float | None = None
    """First text or reasoning."""
    first_delta_at: float | None = None
    last_delta_at: float | None = None
    """First and last of text and reasoning: the span of the tokens-per-second figure."""
    reasoning_ended_at: float | None = None
    """First text after reasoning."""
    last_byte_at: float | None = None
    last_progress_at: float | None = None
    """Text, reasoning, tool calls and images are progress; keep-alives are not."""
    ended_at: float | None = None
    retry_at: float | None = None
    """While waiting for a retry: when it will start."""
    n_chars: int = 0
    n_reasoning_chars: int = 0
    refusal: str = ""
    requested_model: str = ""
    served_model: str | None = None
    provider: str | None = None
    generation_id: str | None = None
    finish_reason: str | None = None
    native_finish_reason: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None
    cost_source: CostSource = CostSource.UNKNOWN
    tool_calls: tuple[ToolCall, ...] = ()
    images: tuple[ImageMark, ...] = ()
    citations: tuple[Citation, ...] = ()
    reasoning_details: tuple[Mapping[str, Json], ...] = ()
    """Raw, in order, unmodified: they go back to the model in the next turn and are never drawn."""
    warnings: tuple[str, ...] = ()
    error: AnswerError | None = None

    @property
    def has_content(self) -> bool:
        """Something of the answer has come, so it must not be asked again by itself."""
        return bool(self.n_chars or self.n_reasoning_chars or self.tool_calls or self.images or self.refusal)
