from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from compare_tui.cli.usage import parse_since
from compare_tui.domain.errors import UsageError
from compare_tui.domain.usage import UsageBy, UsageReport, UsageRow, sum_rows
from tests.support.command_line import Done, Stage, run_command

ROWS = (
    UsageRow(
        "acme/large", "openrouter", 1_234, {"complete": 1_200, "error": 34}, 50_000, 70_001, 9, False, 12.3456, 1_230, 4
    ),
    UsageRow("qwen3:8b", "ollama", 2, {"complete": 2}, 10, 20, 0, True, None, 0, 2),
)  # fmt: skip
NOW = datetime(2026, 11, 22, 15, 30, tzinfo=timezone(timedelta(hours=1)))


def report(by: UsageBy = UsageBy.MODEL, rows: tuple[UsageRow, ...] = ROWS) -> UsageReport:
    return UsageReport(by, rows, sum_rows(rows))


def usage(*args: str, made: UsageReport | None = None) -> tuple[Done, Stage]:
    stage = Stage(lambda _: (), used=made or report())
    return run_command(stage, "usage", *args), stage


def test_the_table_says_what_was_used_and_what_is_not_known() -> None:
    done, _ = usage()
    assert done.status == 0
    assert done.out == (
        "model                   answers  tokens in  tokens out  reasoning      cost\n"
        "acme/large @openrouter    1,234     50,000      70,001          9  $12.3456\n"
        "qwen3:8b @ollama              2         10          20          0   unknown\n"
        "in all                    1,236     50,010      70,021          9  $12.3456\n"
        "The cost of 6 answers is not known.\n"
        "Some tokens are estimated: their server counts none.\n"
    )


def test_nothing_used_is_said() -> None:
    done, _ = usage(made=report(rows=()))
    assert (done.status, done.out) == (0, "No answers yet.\n")


def test_the_document_has_rows_and_totals() -> None:
    done, stage = usage("--json")
    document = json.loads(done.out)
    assert set(document) == {"rows", "totals"}
    assert document["rows"][0] == {
        "model": "acme/large",
        "backend": "openrouter",
        "answers": 1_234,
        "statuses": {"complete": 1_200, "error": 34},
        "prompt_tokens": 50_000,
        "completion_tokens": 70_001,
        "reasoning_tokens": 9,
        "estimated": False,
        "cost_usd": 12.3456,
        "cost_known": 1_230,
        "cost_unknown": 4,
    }
    assert document["totals"]["answers"] == 1_236
    assert stage.usage_asked == [(UsageBy.MODEL, None)]


def test_grouping_and_begin_are_asked_of_the_store() -> None:
    day = UsageRow("2026-11-22", None, 1, {"complete": 1}, 1, 1, 0, False, 0.0, 1, 0)
    done, stage = usage("--by", "day", "--since", "24h", "--json", made=report(UsageBy.DAY, (day,)))
    assert json.loads(done.out)["rows"][0]["day"] == "2026-11-22"
    assert "backend" not in json.loads(done.out)["rows"][0]
    assert stage.usage_asked == [(UsageBy.DAY, stage.clock.wall() - 86_400)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", NOW.replace(hour=0, minute=0)),
        ("24h", NOW - timedelta(hours=24)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2026-11-20", datetime(2026, 11, 20).astimezone()),
        ("2026-11-20T10:00+01:00", datetime(2026, 11, 20, 10, tzinfo=NOW.tzinfo)),
    ],
)
def test_a_begin_is_a_span_or_a_date(text: str, expected: datetime) -> None:
    assert parse_since(text, NOW) == expected.timestamp()


@pytest.mark.parametrize("text", ["yesterday", "7x", "2026-13-01", "", "\x1b[2J"])
def test_another_begin_is_told_with_what_is_right(text: str) -> None:
    with pytest.raises(UsageError, match=r"is no time\. Say today, 24h, 7d, 2w or 2026-11-22\."):
        parse_since(text, NOW)
