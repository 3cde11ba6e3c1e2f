"""What was used, read from the answers."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.errors import StorageError
from compare_tui.domain.limits import WINDOW_S, Limits, standings
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.usage import Today, UsageReport, UsageRow, spread, sum_rows
from compare_tui.domain.usage_by import UsageBy
from compare_tui.storage.database import Database
from compare_tui.storage.places import TakenPlaces

NO_LIMITS: Final = Limits()

_GROUPS: Final = {
    UsageBy.MODEL: ("model", "backend"),
    UsageBy.DAY: ("date(started_ms / 1000, 'unixepoch', 'localtime')", "NULL"),
    UsageBy.BACKEND: ("backend", "NULL"),
    UsageBy.PROVIDER: ("provider", "NULL"),
}
"""The SQL of a row's key and backend."""


_Group: TypeAlias = tuple[str | None, str | None]
_Speed: TypeAlias = tuple[float | None, float | None]


class SqliteUsage:
    """Implements the `UsageReader` port on a `Database`."""

    def __init__(self, database: Database, limits: Limits = NO_LIMITS) -> None:
        self._database = database
        self._limits = limits

    def report(self, *, by: UsageBy = UsageBy.MODEL, since: float | None = None) -> UsageReport:
        """Return what was used since a time (Unix seconds), all of it by default. Raises StorageError.

        Days come newest first, other groups by their number of answers.
        """
        with self._database.read() as db:
            since_ms = 0 if since is None else int(since * 1000)
            rows = _grouped(db, by, since_ms)
            speeds = _speeds(db, by, since_ms)
        rows = [_with_speed(row, speeds.get((row.key, row.backend), [])) for row in rows]
        if by is UsageBy.DAY:
            rows.sort(key=lambda row: row.key or "", reverse=True)
        else:
            rows.sort(key=lambda row: (-row.answers, row.key or "", row.backend or ""))
        totals = _with_speed(sum_rows(rows), [speed for group in speeds.values() for speed in group])
        return UsageReport(by, tuple(rows), totals)

    def today(self, now: float) -> Today | None:
        """Return the local day of `now` (Unix seconds) so far, in about a millisecond; None if it cannot be read."""
        midnight = datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            with self._database.read() as db:
                answers, cost_usd, n_known = db.execute(
                    """SELECT count(*), total(cost_usd), count(cost_usd) FROM answers
                    WHERE started_ms >= ? AND status != ?""",
                    (int(midnight.timestamp() * 1000), AnswerStatus.REFUSED.value),
                ).fetchone()
                taken = TakenPlaces(db, now)
                places = len([at for at in taken.minute(None) if at > now - WINDOW_S])
                found = standings(self._limits, taken, now)
        except StorageError:
            return None
        return Today(answers, cost_usd, answers - n_known, places, found)


def _grouped(db: sqlite3.Connection, by: UsageBy, since_ms: int) -> list[UsageRow]:
    key, backend = _GROUPS[by]
    parts: dict[tuple[str | None, str | None], list[UsageRow]] = defaultdict(list)
    for part in db.execute(
        f"""SELECT {key}, {backend}, status, count(*), total(prompt_tokens), total(completion_tokens),
            total(reasoning_tokens), max(tokens_estimated), sum(cost_usd), count(cost_usd)
        FROM answers WHERE started_ms >= ? GROUP BY 1, 2, 3""",
        (since_ms,),
    ):
        row = _row_of_status(*part)
        parts[row.key, row.backend].append(row)
    return [sum_rows(rows, key=key, backend=backend) for (key, backend), rows in parts.items()]


def _speeds(db: sqlite3.Connection, by: UsageBy, since_ms: int) -> dict[_Group, list[_Speed]]:
    """Return the time to first token (ms) and tokens per second of each answer, by group."""
    key, backend = _GROUPS[by]
    speeds: dict[_Group, list[_Speed]] = defaultdict(list)
    for group, of, ttft_ms, tokens_per_second in db.execute(
        f"""SELECT {key}, {backend}, ttft_ms, tokens_per_second FROM answers
        WHERE started_ms >= ? AND ttft_ms IS NOT NULL""",
        (since_ms,),
    ):
        speeds[_safe(group), _safe(of)].append((ttft_ms, tokens_per_second))
    return speeds


def _with_speed(row: UsageRow, speeds: Sequence[_Speed]) -> UsageRow:
    firsts = [ttft_ms for ttft_ms, _ in speeds if ttft_ms is not None]
    rates = [rate for _, rate in speeds if rate is not None]
    return replace(row, ttft_ms=spread(firsts), tokens_per_second=spread(rates))


def _row_of_status(
    key: str | None,
    backend: str | None,
    status: str,
    count: int,
    prompt_tokens: float,
    completion_tokens: float,
    reasoning_tokens: float,
    estimated: int | None,
    cost_usd: float | None,
    cost_known: int,
) -> UsageRow:
    asked = 0 if status == AnswerStatus.REFUSED.value else count
    return UsageRow(
        _safe(key),
        _safe(backend),
        answers=asked,
        statuses={make_safe_line(status): count},
        prompt_tokens=int(prompt_tokens),
        completion_tokens=int(completion_tokens),
        reasoning_tokens=int(reasoning_tokens),
        estimated=bool(estimated),
        cost_usd=cost_usd,
        cost_known=cost_known,
        cost_unknown=max(0, asked - cost_known),
    )


def _safe(name: str | None) -> str | None:
    return None if name is None else make_safe_line(name)
