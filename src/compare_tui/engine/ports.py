"""The ports: what the engine needs from outside, as Protocols owned here.

Sources stream, the recorder keeps, the ledger grants places, the clock tells the time. Each has a contract suite
under tests/contracts that every implementation passes.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:  # every module reads this one: what it only names is not loaded before the first paint
    from compare_tui.domain.answers import AnswerError
    from compare_tui.domain.events import AnswerEvent, StreamEvent
    from compare_tui.domain.lanes import Lane, LaneId
    from compare_tui.domain.limits import Refusal
    from compare_tui.domain.messages import AnswerRequest
    from compare_tui.domain.prices import Price
    from compare_tui.domain.quota import Quota
    from compare_tui.domain.server_limits import SeenLimit, ServerLimit, Wait
    from compare_tui.domain.usage import Today, UsageReport
    from compare_tui.domain.usage_by import UsageBy
    from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn

Emit: TypeAlias = "Callable[[LaneId, StreamEvent], None]"
"""Takes an event of one lane. Called on the engine's loop; never blocks, never raises."""


class Clock(Protocol):
    """Time, so that tests never sleep and never guess."""

    def wall(self) -> float:
        """Return Unix seconds, UTC."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never running back."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class LaneSource(Protocol):
    """A backend that gives one stream per model."""

    def stream(self, request: AnswerRequest) -> AsyncGenerator[StreamEvent, None]:
        """Ask one model once.

        Yields events until exactly one `StreamEnded` or `StreamCut`, which is the last. Faults of the network, the
        server or the configuration are events, never exceptions. Closing the generator, or cancelling the task that
        runs it, closes the connection at once.
        """

    async def warm_up(self) -> None:
        """Do what would make the first request late; never raises."""

    async def aclose(self) -> None:
        """Give back connections and processes."""


class ComparisonStream(Protocol):
    """The running streams of some lanes."""

    def stop(self, lane: LaneId) -> None:
        """End this lane's stream. Its connection closes unless other lanes share it.

        A last warning may be emitted before it returns, nothing afterwards.
        """

    async def wait(self) -> None:
        """Wait until every lane has ended or was stopped."""


class ComparisonSource(Protocol):
    """A backend as the engine sees it: all lanes of a turn at once, each event keyed by its lane."""

    def start(self, requests: Sequence[AnswerRequest], emit: Emit) -> ComparisonStream:
        """Ask every lane. Each gets exactly one `StreamEnded` or `StreamCut`, its last, unless it is stopped."""

    async def warm_up(self) -> None:
        """Do what would make the first request late; never raises."""

    async def aclose(self) -> None:
        """Give back connections and processes."""


class Recorder(Protocol):
    """Keeps what happens. Never raises and never waits: a fault in storage never stops a stream."""

    def comparison_opened(self, comparison: Comparison) -> None:
        """A comparison has begun and its first turn follows, or one of the past goes on."""

    def comparison_left(self, comparison: Comparison) -> None:
        """Nothing more will come of it here: another program may go on with it."""

    def lanes_changed(self, comparison: Comparison) -> None:
        """Lanes were added, removed, moved or edited."""

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        """A prompt goes out."""

    def alternative_shown(self, comparison: Comparison, turn: Turn) -> None:
        """`turn.shown` is another: what counts as said in this turn."""

    def answer_started(self, comparison: Comparison, feed: AnswerFeed) -> None:
        """An answer begins. From now on the recorder reads `feed.chunks` whenever it sees fit."""

    def answer_ended(self, comparison: Comparison, feed: AnswerFeed) -> None:
        """An answer is final; its feed will not change again."""

    def cost_found(self, comparison: Comparison, feed: AnswerFeed) -> None:
        """The cost of an answer that is final was found out afterwards."""

    async def flush(self) -> None:
        """Wait until everything told so far is kept, or could not be."""


@dataclass(frozen=True, slots=True)
class Place:
    """One answer's place in the limits, taken before it is asked for."""

    id: str
    lane: LaneId


@dataclass(frozen=True, slots=True)
class Demand:
    """What a reservation takes beyond its places."""

    turn: str = ""
    """The same for all lanes of a turn and their retries."""
    is_extended: bool = False
    """The turn is of the tier `extended`."""
    worst_usd: tuple[float | None, ...] = ()
    """By lane, in their order: what its answer costs at worst; None, or left out: not known."""


NO_DEMAND: Final = Demand()


class Ledger(Protocol):
    """Grants places in the limits, shared by all running copies of the program."""

    async def reserve(self, lanes: Sequence[Lane], demand: Demand = NO_DEMAND) -> tuple[Place, ...] | Refusal:
        """Take one place per lane, all or none. A fault in storage grants the places: it never stops a stream."""

    async def settle(self, place: Place) -> None:
        """The request went out: the place is used."""

    async def charge(self, place: Place, cost_usd: float) -> None:
        """The answer has cost this: what was reserved for it beyond that is free again."""

    async def release(self, place: Place) -> None:
        """Nothing was sent: the place is free again."""


class Pacing(Protocol):
    """Knows when a server would surely refuse a request, for all running copies of the program."""

    def seen(self, lane: Lane, limit: ServerLimit) -> None:
        """A server named a limit when this lane was asked. Never waits."""

    async def wait(self, lanes: Sequence[Lane]) -> tuple[Wait | None, ...]:
        """Return for each lane how long it must wait; None: it may go at once. Each is to be asked then, and only then.

        A fault in storage lets the lanes go.
        """

    def known(self) -> tuple[SeenLimit, ...]:
        """Return what servers said, the latest first. Raises StorageError."""


class Prices(Protocol):
    """Tells what models cost, as far as it is known."""

    def of(self, lane: Lane) -> Price | None:
        """Return the price of the lane's model at its backend, or None if it is not known. Never waits."""

    async def refresh(self, backends: Collection[str]) -> None:
        """Ask these backends for their prices, if something needs them and what is known is old. Never raises."""


@runtime_checkable
class TellsCosts(Protocol):
    """A source that can be asked afterwards what an answer has cost."""

    async def cost_of(self, generation_id: str) -> float | None:
        """Return the cost in USD, or None if the backend does not say. May take some 15 s; never raises."""


@runtime_checkable
class TellsQuota(Protocol):
    """A source whose server keeps an account for us. Both calls never raise."""

    def quota(self) -> Quota | None:
        """Return what the server has last said, without asking it. May be called from any thread."""

    async def ask_quota(self) -> Quota | AnswerError | None:
        """Ask what is left and for whom the server takes us; None if it does not say."""


class UsageReader(Protocol):
    """Tells what was used."""

    def report(self, *, by: UsageBy, since: float | None = None) -> UsageReport:
        """Return what was used since a time (Unix seconds), all of it by default. Raises StorageError."""

    def today(self, now: float) -> Today | None:
        """Return the local day of `now` so far; None if it cannot be read. Quick enough after each answer."""


class Observer(Protocol):
    """Is told of every event, after it was folded, on the engine's thread. Must be quick and must not raise."""

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        """The turn's answers exist and are about to be asked for."""

    def answer_changed(self, comparison: Comparison, feed: AnswerFeed, event: AnswerEvent) -> None:
        """`feed` has taken in `event`."""
