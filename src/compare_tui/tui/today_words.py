"""Today's figures, and what limits leave of them, as words for the header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from compare_tui.tui.panes.amounts import dollars
from compare_tui.tui.services import Today


class Words(NamedTuple):
    """A few words; of the least rank go first where there is no room."""

    text: str
    rank: int


def today_words(today: Today | None, minute: tuple[int, int] | None) -> list[Words]:
    """Return what is said of `today`, in its order. `minute` are the answers used and allowed in the sliding minute."""
    if today is None:
        return []
    limits = {standing.limit: standing for standing in today.standings}
    per_day = limits.get("answers_per_day")
    of = f" of {per_day.allowed:,.0f}" if per_day is not None else ""
    count = today.answers if per_day is None else int(per_day.used)
    cost = dollars(today.cost_usd) if today.cost_usd or today.budget_usd is not None else ""
    if today.budget_usd is not None:
        cost += f" of ${today.budget_usd:,.2f}"
    words = [
        Words(f"today {count:,}{of} answer{'' if count == 1 and not of else 's'}", 8),
        Words(cost, 9),
        Words("" if minute is None else f"{minute[0]}/{minute[1]} this minute", 7),
    ]
    month, extended = limits.get("budget_usd_per_month"), limits.get("extended_per_day")
    if month is not None:
        words.append(Words(f"{dollars(month.used)} of ${month.allowed:,.2f} this month", 5))
    if extended is not None:
        words.append(Words(f"{extended.used:.0f}/{extended.allowed:.0f} extended", 4))
    words += [Words(quota, 6) for quota in today.quotas]
    return [one for one in words if one.text]


def fit_words(words: Sequence[Words], room: int, separator: str) -> list[str]:
    """Return as many words as `room` cells hold, the least needed left out."""
    kept = list(words)
    while kept and sum(cell_len(one.text) for one in kept) + cell_len(separator) * (len(kept) - 1) > room:
        kept.remove(min(reversed(kept), key=lambda one: one.rank))
    return [one.text for one in kept]
