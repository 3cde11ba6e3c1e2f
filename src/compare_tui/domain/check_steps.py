"""What a look at a backend finds, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """How a step went."""

    OK = "ok"
    ODD = "odd"
    """It works, but not as it should."""
    FAILED = "failed"
    NOTE = "note"
    """Neither good nor bad: what was seen, or what was not tried."""


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One step of the way of a request, in words that can be shown."""

    name: str
    finding: Finding
    text: str
    hint: str = ""
    """The likely cause, and what can be done."""
