"""Refusals of ours, in words: which limit, how far it is used, and when it will allow again."""

from __future__ import annotations

from datetime import UTC, datetime

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.limits import Refusal
from compare_tui.domain.tiers import TIER_LIMITS, Tier


def refused_by_limit(refusal: Refusal, now: float) -> AnswerError:
    """Return the error of an answer that a limit forbids at `now` (Unix seconds)."""
    used = f"{refusal.limit} = {refusal.allowed}: {refusal.used} used, {refusal.wanted} wanted"
    if refusal.allowed_at is None:
        message = f"Refused by the limit {used}: more than it ever allows at once."
        return AnswerError(
            ErrorKind.RATE_LIMIT, message, type=refusal.limit, hint="Use fewer lanes or raise the limit."
        )
    wait_s = max(0.0, refusal.allowed_at - now)
    second = datetime.fromtimestamp(refusal.allowed_at, UTC).astimezone()
    message = f"Refused by the limit {used}. Allowed again in {wait_s:.0f} s, at {second:%H:%M:%S}."
    return AnswerError(ErrorKind.RATE_LIMIT, message, type=refusal.limit, retry_after_s=round(wait_s, 3))


def refused_by_tier(tier: Tier, characters: int) -> AnswerError | None:
    """Return the error of a prompt that is too long for its tier, or None if it fits."""
    allowed = TIER_LIMITS[tier].input_characters
    if characters <= allowed:
        return None
    message = f"The prompt has {characters:,} characters; the tier {tier} allows {allowed:,}."
    return AnswerError(ErrorKind.REQUEST, message, type="tier")
