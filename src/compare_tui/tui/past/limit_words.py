"""What is left of limits and budgets, in words."""

from __future__ import annotations

from compare_tui.domain.limits import Standing, Unit
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.server_limits import SeenLimit
from compare_tui.tui.panes.amounts import dollars, whole_seconds

_LONG = {
    "answers_per_minute": "answers in this minute",
    "answers_per_day": "answers today",
    "extended_per_day": "extended turns today",
    "budget_usd_per_day": "spent today",
    "budget_usd_per_month": "spent this month",
}


def standing_line(standing: Standing) -> str:
    """Return how far a limit is used, as a line of its own."""
    what = _LONG.get(standing.limit, standing.limit.replace("_", " "))
    return f"{what}: {_amount(standing, standing.used)} of {_amount(standing, standing.allowed)}"


def seen_line(seen: SeenLimit, now: float) -> str:
    """Return what a server said about a limit, and how long ago."""
    limit = seen.limit
    left = "?" if limit.remaining is None else f"{limit.remaining:,.0f}"
    of = "" if limit.allowed is None else f" of {limit.allowed:,.0f}"
    resets = ""
    if limit.resets_at is not None and limit.resets_at > now:
        resets = f", anew in {whole_seconds(limit.resets_at - now)}"
    ago = whole_seconds(max(0.0, now - seen.seen_at))
    where = make_safe_line(f"{seen.scope} @{seen.backend}", 60)
    return f"{where}: {left}{of} {make_safe_line(limit.name, 30)} left{resets} (said {ago} ago)"


def _amount(standing: Standing, value: float) -> str:
    return dollars(value) if standing.unit is Unit.USD else f"{value:,.0f}"
