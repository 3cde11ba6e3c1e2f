"""Arithmetic of our own limits: pure, so that a clock that jumps can be tried in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WINDOW_S = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of ours; None means no limit."""

    answers_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A limit said no: which, how far it is used, and when it will allow again."""

    limit: str
    """The setting's name, such as `answers_per_minute`."""
    allowed: int
    used: int
    wanted: int
    allowed_at: float | None
    """Wall-clock seconds (Unix time, UTC); None: never, for more is wanted than the limit allows at all."""


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
