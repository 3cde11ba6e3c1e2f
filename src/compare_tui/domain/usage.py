"""What was used: answers, tokens and cost, summed over many answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.limits import Standing
from compare_tui.domain.usage_by import UsageBy

_STATUSES = frozenset(AnswerStatus)


class Spread(NamedTuple):
    """How a figure is spread over many answers: half of them, and 95 of 100, are at or below these."""

    p50: float
    p95: float


def spread(values: Sequence[float]) -> Spread | None:
    """Return the spread of values, by nearest rank; None of no values."""
    ranked = sorted(values)
    return Spread(*(ranked[math.ceil(len(ranked) * part) - 1] for part in (0.5, 0.95))) if ranked else None


@dataclass(frozen=True, slots=True)
class UsageRow:
    """The figures of one group of answers."""

    key: str | None
    """The model, local day (`2026-11-22`), backend or provider; None where the server did not name it."""
    backend: str | None
    """With models only: the backend that serves it."""
    answers: int
    """Answers that were asked for: all but the refused ones, for which nothing was sent."""
    statuses: Mapping[str, int]
    """How many answers have each status, the refused and those still under way included."""
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    estimated: bool
    """Some of the tokens are an estimate."""
    cost_usd: float | None
    """The sum of the known costs; None where no cost is known."""
    cost_known: int
    """Answers whose cost is known."""
    cost_unknown: int
    """Answers whose cost is not known. It is not zero."""
    ttft_ms: Spread | None = None
    """Time to first token; None: no answer has one."""
    tokens_per_second: Spread | None = None

    @property
    def success_rate(self) -> float | None:
        """The part of the answers that were asked for and have ended which count as answered; None: none has ended."""
        ended = answered = 0
        for name, count in self.statuses.items():
            status = AnswerStatus(name) if name in _STATUSES else AnswerStatus.ERROR
            if status.is_final and status not in (AnswerStatus.REFUSED, AnswerStatus.CANCELLED):
                ended += count
                answered += count if status.is_answered else 0
        return answered / ended if ended else None


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Rows of one grouping, and their sum."""

    by: UsageBy
    rows: tuple[UsageRow, ...]
    totals: UsageRow


@dataclass(frozen=True, slots=True)
class Today:
    """The local day so far, for a header."""

    answers: int
    cost_usd: float
    """The sum of the known costs."""
    cost_unknown: int
    """Answers whose cost is not known, or not yet."""
    places_this_minute: int
    """Places taken in the sliding minute."""
    standings: tuple[Standing, ...] = ()
    """How far each limit that is set for all lanes is used."""


def sum_rows(rows: Iterable[UsageRow], *, key: str | None = None, backend: str | None = None) -> UsageRow:
    """Return one row with the sums of `rows`."""
    rows = tuple(rows)
    statuses: dict[str, int] = {}
    for row in rows:
        for status, count in row.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    known = [row.cost_usd for row in rows if row.cost_usd is not None]
    return UsageRow(
        key,
        backend,
        answers=sum(row.answers for row in rows),
        statuses=statuses,
        prompt_tokens=sum(row.prompt_tokens for row in rows),
        completion_tokens=sum(row.completion_tokens for row in rows),
        reasoning_tokens=sum(row.reasoning_tokens for row in rows),
        estimated=any(row.estimated for row in rows),
        cost_usd=sum(known) if known else None,
        cost_known=sum(row.cost_known for row in rows),
        cost_unknown=sum(row.cost_unknown for row in rows),
    )
