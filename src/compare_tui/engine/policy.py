"""How patient the engine is (decisions 9 and 10). The rules that follow from it are in patience.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Patience of the engine. Seconds throughout."""

    retries: int = 2
    """Attempts after the first, before the first content only."""
    turn_timeout_s: float | None = None
    no_byte_s: float = 120
    no_progress_before_content_s: float = 600
    no_progress_after_content_s: float = 120
    retry_after_limit_s: float = 60
    """A server that wants a longer pause is not asked again; the answer says when it would allow it."""
    stop_lane_at_usd: float | None = None
    """An answer is stopped when it has cost about this much, where prices are known."""
    stop_rest_after: int | None = None
    """The other lanes of a turn are stopped when so many have answered."""
