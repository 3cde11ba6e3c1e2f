"""What servers say about their limits, and when a further request would surely be refused. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from compare_tui.domain.lanes import Lane

LONGEST_WAIT_S = 120.0
"""A server that wants a longer pause is asked all the same: its refusal says more than a countdown."""


@dataclass(frozen=True, slots=True)
class ServerLimit:
    """One limit as a response named it."""

    name: str
    """What is limited, such as `requests` or `tokens`."""
    allowed: float | None
    remaining: float | None
    resets_at: float | None
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class SeenLimit:
    """A server's limit, and when it said so."""

    backend: str
    scope: str
    """The model, or the ending of the models, that it holds for."""
    limit: ServerLimit
    seen_at: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A limit that a backend never names beforehand: so many requests in so many seconds."""

    suffix: str
    """The ending of the models that share it."""
    requests: int
    window_s: float


class Wait(NamedTuple):
    """How long a lane waits until the server would take it, and why."""

    seconds: float
    reason: str


def scope_of(lane: Lane, pace: Pace | None) -> str:
    """Return what a limit that was named to this lane holds for."""
    return pace.suffix if pace is not None and lane.model.endswith(pace.suffix) else lane.model


def next_slot(taken_at: Sequence[float], pace: Pace, now: float) -> float:
    """Return when the next request may go out, `now` or later, without more than the pace in any window.

    `taken_at` are the times of the requests before it, also those that still wait. What lies further ahead than waiting
    ever does comes from a clock that was wrong, and does not count.
    """
    sane = sorted(at for at in taken_at if at <= now + LONGEST_WAIT_S + pace.window_s)
    if len(sane) < pace.requests:
        return now
    return max(now, sane[-pace.requests] + pace.window_s)


def exhausted_for_s(limit: ServerLimit, now: float) -> float:
    """Return for how long nothing is left, as far as it is worth waiting for; 0: something is."""
    if limit.remaining is None or limit.remaining >= 1 or limit.resets_at is None:
        return 0.0
    wait_s = limit.resets_at - now
    return wait_s if 0 < wait_s <= LONGEST_WAIT_S else 0.0
