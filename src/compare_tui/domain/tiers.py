"""Tiers: how many characters a prompt may have and how many tokens an answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """The three sizes of a turn."""

    BRIEF = "brief"
    STANDARD = "standard"
    EXTENDED = "extended"


@dataclass(frozen=True, slots=True)
class TierLimits:
    """What a tier allows in one turn."""

    input_characters: int
    answer_tokens: int


TIER_LIMITS = {
    Tier.BRIEF: TierLimits(1_000, 2_000),
    Tier.STANDARD: TierLimits(5_000, 4_000),
    Tier.EXTENDED: TierLimits(15_000, 8_192),
}
