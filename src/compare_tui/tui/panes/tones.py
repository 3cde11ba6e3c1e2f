"""Who speaks in a row and how a status wants to be seen; decides colours, never alone."""

from __future__ import annotations

from enum import Enum


class Voice(Enum):
    """Who speaks in a row of text."""

    ANSWER = "answer"
    PROMPT = "prompt"
    QUIET = "quiet"
    LIVE = "live"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Tone(Enum):
    """How a status wants to be seen, beside its sign and word."""

    QUIET = "quiet"
    LIVE = "live"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
