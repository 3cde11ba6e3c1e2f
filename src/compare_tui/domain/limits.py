"""Arithmetic of our own limits: pure, so that a clock that jumps can be tried in a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

WINDOW_S = 60.0


class Unit(StrEnum):
    """What a limit counts."""

    ANSWERS = "answers"
    TURNS = "turns"
    USD = "usd"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of ours; None means no limit."""

    answers_per_minute: int | None = None
    answers_per_day: int | None = None
    extended_per_day: int | None = None
    """Turns of the tier `extended`."""
    budget_usd_per_day: float | None = None
    budget_usd_per_month: float | None = None
    max_usd_per_turn: float | None = None
    allow_unknown_prices: bool = False
    """A lane whose price nobody knows may be asked under a budget; it counts as nothing."""
    backends: Mapping[str, Limits] = field(default_factory=dict)
    """Further limits for the lanes of one backend."""

    @property
    def has_budget(self) -> bool:
        """Whether costs must be known beforehand, for some lane at least."""
        own = (self.budget_usd_per_day, self.budget_usd_per_month, self.max_usd_per_turn)
        return any(limit is not None for limit in own) or any(part.has_budget for part in self.backends.values())

    @property
    def is_open(self) -> bool:
        """Nothing is limited."""
        counts = (self.answers_per_minute, self.answers_per_day, self.extended_per_day)
        return (
            not self.has_budget
            and all(limit is None for limit in counts)
            and all(part.is_open for part in self.backends.values())
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A limit said no: which, how far it is used, and when it will allow again."""

    limit: str
    """The setting's name below `limits`, such as `answers_per_minute` or `backends.team.answers_per_day`."""
    allowed: float
    used: float
    wanted: float
    allowed_at: float | None
    """Wall-clock seconds (Unix time, UTC); None: never, for more is wanted than the limit allows at all."""
    unit: Unit = Unit.ANSWERS
    unknown_price: str = ""
    """The model that cannot be asked under a budget, for nobody knows its price."""


class LaneClaim(NamedTuple):
    """What one lane takes of the limits."""

    backend: str
    model: str = ""
    worst_usd: float | None = None
    """What its answer costs at worst; None: its price is not known."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a turn, or a retry of one lane, takes of the limits: all of it or nothing."""

    lanes: tuple[LaneClaim, ...]
    turn: str = ""
    is_extended: bool = False

    def of(self, backend: str) -> Claim:
        """Return the part of one backend."""
        return Claim(tuple(lane for lane in self.lanes if lane.backend == backend), self.turn, self.is_extended)


class Window(NamedTuple):
    """A local day or month; Unix seconds, the end not included."""

    begin: float
    end: float


class Taken(Protocol):
    """What was taken before, of all backends or of one. Places of the future count: a clock that was put back never
    opens a limit."""

    def minute(self, backend: str | None) -> Sequence[float]:
        """Return when the places of the sliding minute were taken."""

    def answers(self, backend: str | None, window: Window) -> int:
        """Return how many places were taken in a window."""

    def extended_turns(self, backend: str | None, window: Window, other_than: str) -> int:
        """Return how many turns of the tier `extended` were taken in a window, without the one named."""

    def usd(self, backend: str | None, window: Window) -> float:
        """Return what was spent in a window; what is under way counts at its worst."""


def local_day(now: float) -> Window:
    """Return the local day of `now`, which has 23 or 25 hours when the clocks change."""
    begin = datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(begin.timestamp(), (begin + timedelta(days=1)).timestamp())


def local_month(now: float) -> Window:
    """Return the local month of `now`."""
    begin = datetime.fromtimestamp(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Window(begin.timestamp(), (begin + timedelta(days=32)).replace(day=1).timestamp())


def check(limits: Limits, claim: Claim, taken: Taken, now: float) -> Refusal | None:
    """Return why a claim must wait, or None if it may start. Of several limits the one that allows last is named."""
    refusals = list(_refusals(limits, claim, taken, now, None, ""))
    for name in sorted({lane.backend for lane in claim.lanes} & limits.backends.keys()):
        refusals += _refusals(limits, claim.of(name), taken, now, name, f"backends.{name}.")
    return max(refusals, key=lambda refusal: _never_last(refusal.allowed_at), default=None)


def _never_last(allowed_at: float | None) -> float:
    return float("inf") if allowed_at is None else allowed_at


def _refusals(
    whole: Limits, claim: Claim, taken: Taken, now: float, backend: str | None, prefix: str
) -> Iterator[Refusal]:
    limits = whole if backend is None else whole.backends[backend]
    day, month = local_day(now), local_month(now)
    wanted = len(claim.lanes)
    if limits.answers_per_minute is not None:
        refusal = check_per_minute(taken.minute(backend), wanted, limits.answers_per_minute, now)
        if refusal is not None:
            yield Refusal(f"{prefix}{refusal.limit}", *_figures(refusal))
    if limits.answers_per_day is not None:
        name = f"{prefix}answers_per_day"
        yield from _over(name, limits.answers_per_day, taken.answers(backend, day), wanted, day, Unit.ANSWERS)
    if limits.extended_per_day is not None and claim.is_extended and wanted:
        used = taken.extended_turns(backend, day, claim.turn)
        yield from _over(f"{prefix}extended_per_day", limits.extended_per_day, used, 1, day, Unit.TURNS)
    worst_usd = sum(lane.worst_usd or 0.0 for lane in claim.lanes)
    unknown = next((lane for lane in claim.lanes if lane.worst_usd is None and not _may_be_unknown(whole, lane)), None)
    for name, allowed, window in (
        ("budget_usd_per_day", limits.budget_usd_per_day, day),
        ("budget_usd_per_month", limits.budget_usd_per_month, month),
        ("max_usd_per_turn", limits.max_usd_per_turn, None),
    ):
        if allowed is None:
            continue
        used_usd = 0.0 if window is None else taken.usd(backend, window)
        if unknown is not None:
            shown = f"{unknown.model} @{unknown.backend}"
            yield Refusal(f"{prefix}{name}", allowed, used_usd, worst_usd, None, Unit.USD, shown)
        else:
            yield from _over(f"{prefix}{name}", allowed, used_usd, worst_usd, window, Unit.USD)


def _may_be_unknown(limits: Limits, lane: LaneClaim) -> bool:
    own = limits.backends.get(lane.backend)
    return limits.allow_unknown_prices or (own is not None and own.allow_unknown_prices)


def _over(
    name: str, allowed: float, used: float, wanted: float, window: Window | None, unit: Unit
) -> Iterator[Refusal]:
    """Yield a refusal if there is not enough left. Where nothing is wanted, nothing is refused."""
    if wanted and used + wanted > allowed:
        ever = window is not None and wanted <= allowed
        yield Refusal(name, allowed, used, wanted, window.end if ever and window else None, unit)


def _figures(refusal: Refusal) -> tuple[float, float, float, float | None]:
    return refusal.allowed, refusal.used, refusal.wanted, refusal.allowed_at


def check_per_minute(taken_at: Sequence[float], wanted: int, allowed: int, now: float) -> Refusal | None:
    """Return why `wanted` more answers must wait, or None if they may start.

    `taken_at` are the wall-clock times of the places already taken. The window slides: a place counts for 60 s. A
    time in the future, after the clock jumped back, counts as taken now, so that a jump never opens the limit.
    """
    in_window = sorted(min(at, now) for at in taken_at if at > now - WINDOW_S)
    if len(in_window) + wanted <= allowed:
        return None
    if wanted > allowed:
        return Refusal("answers_per_minute", allowed, len(in_window), wanted, None)
    must_leave = len(in_window) + wanted - allowed
    return Refusal("answers_per_minute", allowed, len(in_window), wanted, in_window[must_leave - 1] + WINDOW_S)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a limit is used at a moment, for a header."""

    limit: str
    allowed: float
    used: float
    unit: Unit


def standings(limits: Limits, taken: Taken, now: float) -> tuple[Standing, ...]:
    """Return how far each limit for all lanes is used."""
    day, month = local_day(now), local_month(now)
    found: list[Standing] = []
    if limits.answers_per_minute is not None:
        n_taken = len([at for at in taken.minute(None) if at > now - WINDOW_S])
        found.append(Standing("answers_per_minute", limits.answers_per_minute, n_taken, Unit.ANSWERS))
    if limits.answers_per_day is not None:
        found.append(Standing("answers_per_day", limits.answers_per_day, taken.answers(None, day), Unit.ANSWERS))
    if limits.extended_per_day is not None:
        used = taken.extended_turns(None, day, "")
        found.append(Standing("extended_per_day", limits.extended_per_day, used, Unit.TURNS))
    if limits.budget_usd_per_day is not None:
        found.append(Standing("budget_usd_per_day", limits.budget_usd_per_day, taken.usd(None, day), Unit.USD))
    if limits.budget_usd_per_month is not None:
        found.append(Standing("budget_usd_per_month", limits.budget_usd_per_month, taken.usd(None, month), Unit.USD))
    return tuple(found)
