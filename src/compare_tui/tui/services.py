"""What the app needs from outside, handed over in one piece by whoever starts it.

The app names no source, no store and no configuration file: it knows this dataclass and the engine's types.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from compare_tui.domain.errors import UsageError
from compare_tui.domain.lanes import LaneSpec

if TYPE_CHECKING:
    from compare_tui.domain.limits import Standing
    from compare_tui.domain.server_limits import SeenLimit
    from compare_tui.domain.tiers import Tier
    from compare_tui.engine.engine import Engine
    from compare_tui.engine.history import ComparisonRecord, History
    from compare_tui.engine.ports import Observer, UsageReader

T = TypeVar("T")


class EnginePort(Protocol):
    """The engine in its own thread: `EngineThread`, started."""

    def call(self, action: Callable[[Engine], T]) -> Future[T]:
        """Run `action(engine)` on the engine's loop."""

    def run(self, work: Callable[[Engine], Coroutine[None, None, T]]) -> Future[T]:
        """Run the coroutine `work(engine)` on the engine's loop."""

    def close(self) -> None:
        """Stop, keep and close everything, within a bounded time."""


@dataclass(frozen=True, slots=True)
class Today:
    """What the header says about today. Costs in USD."""

    answers: int
    cost_usd: float
    budget_usd: float | None = None
    this_minute: tuple[int, int] | None = None
    """Answers used and allowed in the sliding minute, where a limit is set."""
    standings: tuple[Standing, ...] = ()
    """How far each limit of ours that holds for all lanes is used."""
    quotas: tuple[str, ...] = ()
    """What is left at servers that keep an account for us, in a few words each."""


@dataclass(frozen=True, slots=True)
class WayInResult:
    """Where a way in has led: lanes to go on with, or an error in one line."""

    lanes: tuple[LaneSpec, ...] = ()
    notice: str = ""
    """What was done, such as where a key was kept."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class WayIn:
    """One way to go on from the start screen."""

    key: str
    """The key that chooses it, such as `k`."""
    label: str
    text: str
    """One or two lines: what it does, what it costs."""
    go: Callable[[str, Callable[[str], None]], WayInResult]
    """Called with what was typed and with where to say how far it is, on a thread of its own; may take its time, never
    raises for a person's mistake."""
    asks: str = ""
    """What is to be typed, such as `OpenRouter key`; empty where nothing is."""
    suggestion: str = ""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """Why the app cannot begin yet, and the ways in."""

    missing: str
    """One or two sentences: what is missing."""
    ways: Sequence[WayIn]


class NameTakenError(UsageError):
    """A file of this name is there, and was not to be replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was kept, and files made of it. All of it reads or writes files: to be called on other threads.

    Everything raises CompareTuiError; `history` and `usage` wait until the engine stands.
    """

    history: Callable[[], History]
    usage: Callable[[], UsageReader]
    server_limits: Callable[[], Sequence[SeenLimit]]
    """What servers said about their limits, the latest first."""
    write_file: Callable[[ComparisonRecord, str, str, bool], str]
    """Takes a comparison, one of `formats`, a file's name and whether to replace it; returns the file's whole path.

    Raises NameTakenError.
    """
    read_time: Callable[[str], float]
    """Reads `today`, `24h`, `7d`, `2w` or a local date and time as Unix seconds; needs no file."""
    wall: Callable[[], float] = time.time
    """Unix seconds; needs no file."""
    formats: Mapping[str, str] = field(default_factory=dict)
    """What can be written: a file's ending, and what it is."""


def _no_notices(_listener: Callable[[str], None]) -> None:
    """Nobody has anything to say."""


def _nothing_yet() -> Today:
    return Today(0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything from outside."""

    start_engine: Callable[[Observer], EnginePort]
    """Makes and starts the engine's thread; called once, after the first paint."""
    parse_lanes: Callable[[str], Sequence[LaneSpec]]
    """Reads one lane spelling (`n=k` makes several lanes); raises UsageError."""
    spell_lane: Callable[[LaneSpec], str]
    default_backend: str
    lanes: Sequence[LaneSpec] = ()
    lineup: str = ""
    tier: Tier | None = None
    system: str | None = None
    prompt: str = ""
    """Sent as soon as the panes stand."""
    today: Callable[[], Today] = _nothing_yet
    """Called on a thread of its own, one call at a time; never raises."""
    listen_to_notices: Callable[[Callable[[str], None]], None] = _no_notices
    """Takes a listener for notices in one line, such as that nothing can be saved; it is called from any thread."""
    backend_notes: Mapping[str, str] = field(default_factory=dict)
    """By backend: what a reader of its panes must know, such as `variants of one small model` or `a recording`."""
    past: Past | None = None
    """None: nothing is kept here."""
    opens: str | None = None
    """A comparison of the past to begin with: its id or the beginning of it, or empty for the newest."""
    start: Start | None = None
    """Set where nothing can be sent yet."""
    enter_sends: bool = True
    theme: str = "dark"
    mouse: bool = True
    slow: bool | None = None
    """Whether to draw with few bytes; None: where the terminal is slow."""
    monotonic: Callable[[], float] = time.monotonic
    """The engine's clock: live figures count against it."""
