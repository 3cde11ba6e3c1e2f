"""Refusals in words: which limit of ours, how far it is used; when it, or the server, will allow again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.limits import Refusal, Unit
from compare_tui.domain.tiers import TIER_LIMITS, Tier

_SECONDS_ARE_SAID_S = 600


def refused_by_limit(refusal: Refusal, now: float) -> AnswerError:
    """Return the error of an answer that a limit forbids at `now` (Unix seconds)."""
    limit = f"{refusal.limit} = {_amount(refusal.allowed, refusal.unit)}"
    if refusal.unknown_price:
        message = f"Refused under the limit {limit}: the price of {refusal.unknown_price} is not known."
        hint = "limits.allow_unknown_prices = true sends all the same."
        return AnswerError(ErrorKind.RATE_LIMIT, message, type=refusal.limit, hint=hint)
    at_worst = " at worst" if refusal.unit is Unit.USD else ""
    wanted = f"{_amount(refusal.wanted, refusal.unit)} wanted{at_worst}"
    used = f"{limit}: {_amount(refusal.used, refusal.unit)} used, {wanted}"
    if refusal.allowed_at is None:
        message = f"Refused by the limit {used}: more than it ever allows at once."
        way = "fewer lanes, a smaller tier" if refusal.unit is Unit.USD else "fewer lanes"
        return AnswerError(ErrorKind.RATE_LIMIT, message, type=refusal.limit, hint=f"Use {way} or raise the limit.")
    wait_s = max(0.0, refusal.allowed_at - now)
    message = f"Refused by the limit {used}. Allowed again {_when(refusal.allowed_at, wait_s)}."
    return AnswerError(ErrorKind.RATE_LIMIT, message, type=refusal.limit, retry_after_s=round(wait_s, 3))


def refused_by_server(error: AnswerError, now: float) -> AnswerError:
    """Return `error` with the moment, by the clock, from which the server allows again, where it has said so.

    `now` is when it said it, in Unix seconds.
    """
    wait_s = error.retry_after_s
    if wait_s is None or wait_s < 1:
        return error
    return replace(error, hint=f"{error.hint} The server allows again {_when(now + wait_s, wait_s)}.".strip())


def _amount(value: float, unit: Unit) -> str:
    if unit is not Unit.USD:
        return f"{value:g}"
    return f"${value:.2f}" if value >= 0.1 or not value else f"${value:.4f}"


def _when(at: float, wait_s: float) -> str:
    moment = datetime.fromtimestamp(at, UTC).astimezone()
    if wait_s < _SECONDS_ARE_SAID_S:
        return f"at {moment:%H:%M:%S}"
    return f"on {moment:%Y-%m-%d} at {moment:%H:%M}"


def refused_by_tier(tier: Tier, characters: int) -> AnswerError | None:
    """Return the error of a prompt that is too long for its tier, or None if it fits."""
    allowed = TIER_LIMITS[tier].input_characters
    if characters <= allowed:
        return None
    message = f"The prompt has {characters:,} characters; the tier {tier} allows {allowed:,}."
    return AnswerError(ErrorKind.REQUEST, message, type="tier")
