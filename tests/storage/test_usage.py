from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from compare_tui.domain.errors import StorageError
from compare_tui.domain.lanes import LaneId
from compare_tui.domain.limits import Limits
from compare_tui.domain.usage import Spread, Today, UsageRow
from compare_tui.domain.usage_by import UsageBy
from compare_tui.engine.ports import Demand, Place, UsageReader
from compare_tui.storage.database import Database
from compare_tui.storage.places import charge_places, put_places
from compare_tui.storage.usage import SqliteUsage
from tests.storage.support import lane, open_database

_NOON = datetime(2026, 11, 22, 12, 0, 0).timestamp()
"""Local time: a report's days are those of the wall."""
_DAY = 24 * 3600


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "compare-tui.db")
    with database.write() as db:
        db.execute("INSERT INTO comparisons (id, created_ms) VALUES ('c', 0)")
    yield database
    database.close()


def _answer(
    database: Database,
    model: str,
    *,
    backend: str = "openrouter",
    provider: str | None = None,
    status: str = "complete",
    at: float = _NOON,
    tokens: tuple[int, int, int] | None = (10, 20, 5),
    estimated: bool = False,
    cost_usd: float | None = None,
) -> None:
    counts = tokens or (None, None, None)
    with database.write() as db:
        uid = f"u{db.execute('SELECT count(*) FROM answers').fetchone()[0]}"
        db.execute(
            """INSERT INTO answers (uid, comparison, turn, lane, status, model, backend, provider, attempts,
            prompt_tokens, completion_tokens, reasoning_tokens, tokens_estimated, cost_usd, cost_source, started_ms,
            params) VALUES (?, 'c', 1, 0, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, 'unknown', ?, '{}')""",
            (uid, status, model, backend, provider, *counts, estimated, cost_usd, int(at * 1000)),
        )


def _keys(database: Database, by: UsageBy) -> list[str | None]:
    return [row.key for row in SqliteUsage(database).report(by=by).rows]


def test_answers_are_summed_by_model_and_backend(database: Database) -> None:
    _answer(database, "gpt-5", cost_usd=0.25)
    _answer(database, "gpt-5", cost_usd=0.5, status="cut")
    _answer(database, "gpt-5", tokens=None, status="error")
    _answer(database, "gpt-5", backend="team", estimated=True)
    report = SqliteUsage(database).report()
    first, second = report.rows
    assert first == UsageRow(
        key="gpt-5",
        backend="openrouter",
        answers=3,
        statuses={"complete": 1, "cut": 1, "error": 1},
        prompt_tokens=20,
        completion_tokens=40,
        reasoning_tokens=10,
        estimated=False,
        cost_usd=0.75,
        cost_known=2,
        cost_unknown=1,
    )
    assert (second.backend, second.answers, second.estimated, second.cost_usd) == ("team", 1, True, None)
    assert (report.totals.answers, report.totals.prompt_tokens, report.totals.cost_usd) == (4, 30, 0.75)
    assert report.totals.estimated
    assert report.totals.cost_unknown == 2


def test_a_refused_answer_is_counted_by_its_status_alone(database: Database) -> None:
    _answer(database, "a", status="refused", tokens=None)
    [row] = SqliteUsage(database).report().rows
    assert (row.answers, row.statuses, row.cost_unknown) == (0, {"refused": 1}, 0)


def test_an_answer_for_nothing_costs_nothing_and_that_is_known(database: Database) -> None:
    _answer(database, "free", cost_usd=0.0)
    [row] = SqliteUsage(database).report().rows
    assert (row.cost_usd, row.cost_known, row.cost_unknown) == (0.0, 1, 0)


def test_an_empty_file_has_a_report_without_rows(database: Database) -> None:
    report = SqliteUsage(database).report()
    assert report.rows == ()
    assert (report.totals.answers, report.totals.cost_usd, report.totals.statuses) == (0, None, {})


def test_rows_can_be_grouped_by_day_backend_and_provider(database: Database) -> None:
    _answer(database, "a", at=_NOON - _DAY, provider="Acme")
    _answer(database, "b", backend="ollama")
    _answer(database, "c", backend="ollama")
    assert _keys(database, UsageBy.DAY) == ["2026-11-22", "2026-11-21"]
    assert _keys(database, UsageBy.BACKEND) == ["ollama", "openrouter"]
    assert _keys(database, UsageBy.PROVIDER) == [None, "Acme"]
    assert _keys(database, UsageBy.MODEL) == ["a", "b", "c"]


def test_a_day_begins_at_local_midnight(database: Database) -> None:
    midnight = datetime(2026, 11, 22).timestamp()
    _answer(database, "a", at=midnight - 1)
    _answer(database, "b", at=midnight)
    assert _keys(database, UsageBy.DAY) == ["2026-11-22", "2026-11-21"]


def test_a_report_can_begin_at_a_time(database: Database) -> None:
    _answer(database, "old", at=_NOON - 2 * _DAY)
    _answer(database, "young")
    report = SqliteUsage(database).report(since=_NOON - _DAY)
    assert [row.key for row in report.rows] == ["young"]
    assert report.totals.answers == 1


def test_today_counts_what_was_asked_for_since_midnight(database: Database) -> None:
    _answer(database, "a", at=_NOON - _DAY, cost_usd=100)
    _answer(database, "b", cost_usd=0.25)
    _answer(database, "c", status="streaming", tokens=None)
    _answer(database, "d", status="refused", tokens=None)
    with database.write() as db:
        for number, at in enumerate((_NOON - 61, _NOON - 59, _NOON)):
            db.execute(
                "INSERT INTO places (id, taken_ms, state, owner, backend, model) VALUES (?, ?, 'settled', 1, 'b', 'm')",
                (f"p{number}", int(at * 1000)),
            )
    assert SqliteUsage(database).today(_NOON) == Today(answers=2, cost_usd=0.25, cost_unknown=1, places_this_minute=2)


def test_names_that_another_program_wrote_come_back_harmless(database: Database) -> None:
    _answer(database, "evil\x1b]52;c;aGk=\x07\nmodel", provider="\x9b2J\u202e")
    for by in UsageBy:
        for row in SqliteUsage(database).report(by=by).rows:
            assert (row.key or "").isprintable()
            assert (row.backend or "").isprintable()


def test_text_that_is_not_utf_8_does_not_keep_the_rest_from_being_read(database: Database) -> None:
    _answer(database, "a")
    with database.write() as db:
        db.execute("UPDATE answers SET model = CAST(x'66ff6f' AS TEXT)")
    assert _keys(database, UsageBy.MODEL) == ["f\ufffdo"]


def test_a_database_that_cannot_be_read_has_no_today(tmp_path: Path, database: Database) -> None:
    with closing(sqlite3.connect(tmp_path / "compare-tui.db")) as other:
        other.execute("ALTER TABLE answers RENAME TO hidden")
    usage: UsageReader = SqliteUsage(database)
    assert usage.today(_NOON) is None
    with pytest.raises(StorageError, match="no such table: answers"):
        usage.report(by=UsageBy.MODEL)


def test_today_is_read_in_a_few_milliseconds_from_thirty_thousand_answers(database: Database) -> None:
    with database.write() as db:
        db.execute(
            """WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29999)
            INSERT INTO answers (uid, comparison, turn, lane, status, model, backend, attempts, cost_source, started_ms,
            params, text) SELECT 'u' || i, 'c', 1, 0, 'complete', 'm', 'b', 1, 'unknown', ? - i * 60000, '{}',
            printf('%.1000c', 'x') FROM n""",
            (int(_NOON * 1000),),
        )
    usage = SqliteUsage(database)
    best_s = 1.0
    for _ in range(5):
        began = time.perf_counter()
        today = usage.today(_NOON)
        best_s = min(best_s, time.perf_counter() - began)
    assert today is not None
    assert today.answers == 721
    assert best_s < 0.05  # reading all rows takes ten times as long


@pytest.mark.parametrize("by", list(UsageBy))
def test_speeds_are_spread_over_the_answers_that_have_one(database: Database, by: UsageBy) -> None:
    for number in range(1, 21):
        _answer(database, "a", provider="P")
        with database.write() as db:
            db.execute(
                "UPDATE answers SET ttft_ms = ?, tokens_per_second = ? WHERE uid = ?",
                (number * 100, None if number > 10 else number, f"u{number - 1}"),
            )
    _answer(database, "a", provider="P", status="refused")
    report = SqliteUsage(database).report(by=by)
    [row] = report.rows
    assert (row.ttft_ms, row.tokens_per_second) == (Spread(1000, 1900), Spread(5, 10))
    assert (report.totals.ttft_ms, row.success_rate) == (Spread(1000, 1900), 1.0)
    later = SqliteUsage(database).report(by=by, since=_NOON + 1)
    assert later.totals.ttft_ms is None


def test_what_is_left_of_limits_is_told_with_the_day(database: Database) -> None:
    limits = Limits(answers_per_day=5, budget_usd_per_day=2.0)
    with database.write() as db:
        put_places(
            db,
            [Place("p1", LaneId(0)), Place("p2", LaneId(1))],
            [lane("a"), lane("b", 1)],
            Demand(worst_usd=(0.5, 0.75)),
            now_ms=int(_NOON * 1000),
            owner=database.owner,
        )
        charge_places(db, [("p1", 0.25)])
    today = SqliteUsage(database, limits).today(_NOON + 60)
    assert today is not None
    assert [(one.limit, one.used, one.allowed) for one in today.standings] == [
        ("answers_per_day", 2, 5),
        ("budget_usd_per_day", 1.0, 2.0),
    ]
