from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from compare_tui.cli.usage import parse_since
from compare_tui.domain.errors import UsageError
from compare_tui.domain.usage import Spread, UsageReport, UsageRow, spread, sum_rows
from compare_tui.domain.usage_by import UsageBy
from compare_tui.render.bars import sparkline
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


def test_one_answer_of_unknown_cost_is_one_answer() -> None:
    done, _ = usage(made=report(rows=(replace(ROWS[1], cost_unknown=1),)))
    assert "The cost of 1 answer is not known.\n" in done.out


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
        "success_rate": 0.9724,
        "ttft_ms": None,
        "tokens_per_second": None,
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


TIMED = replace(ROWS[0], ttft_ms=Spread(412.0, 1_900.0), tokens_per_second=Spread(80.12, 95.5))


def test_how_fast_answers_came_stands_under_what_was_used() -> None:
    done, _ = usage(made=report(rows=(TIMED, ROWS[1])))
    assert done.out.split("\n\n")[1] == (
        "model                   answered  first token p50     p95  tokens/s p50  p95\n"
        "acme/large @openrouter      97 %           0.41 s  1.90 s            80   96\n"
        "in all                      97 %                                            \n"
    )


def test_csv_has_a_line_per_row_and_runs_nothing() -> None:
    done, _ = usage("--csv", made=report(rows=(TIMED, replace(ROWS[1], key="=cmd()"))))
    lines = list(csv.DictReader(io.StringIO(done.out)))
    assert [line["model"] for line in lines] == ["acme/large", "'=cmd()"]
    assert lines[0]["cost_usd"] == "12.3456"
    assert (lines[0]["ttft_ms_p95"], lines[0]["tokens_per_second_p50"]) == ("1900", "80.12")
    assert (lines[1]["cost_usd"], lines[1]["ttft_ms_p50"], lines[1]["success_rate"]) == ("", "", "1")


def test_a_terminal_gets_the_periods_a_sparkline_and_bars() -> None:
    days = tuple(
        UsageRow(day, None, answers, {"complete": answers}, 1, answers * 10, 0, False, 0.5, answers, 0)
        for day, answers in (("2027-01-15", 3), ("2027-01-11", 4), ("2027-01-10", 8), ("2026-12-31", 9))
    )
    stage = Stage(lambda _: (), used=report(UsageBy.DAY, days))
    done = run_command(stage, "usage", "--by", "day", terminal=True)
    lines = done.out.splitlines()
    assert lines[:3] == [
        "today       3 answers · 30 tokens out · $0.5000",
        "this week   7 answers · 70 tokens out · $1.0000",
        "this month  15 answers · 150 tokens out · $1.5000",
    ]
    assert lines[3] == "30 days     ··············█·········█▄···▃"
    assert lines[6].endswith("  ████████████████████")


def test_json_and_csv_exclude_each_other() -> None:
    done, _ = usage("--json", "--csv")
    assert (done.status, done.err) == (2, "compare-tui: --json and --csv exclude each other.\n")


def test_blocks_are_as_high_as_their_part() -> None:
    assert sparkline([0, 1, 4, 8]) == "·▁▄█"
    assert sparkline([]) == ""
    assert sparkline([0, 0]) == "··"


def test_a_spread_is_found_by_rank() -> None:
    assert spread([]) is None
    assert spread([7.0]) == Spread(7.0, 7.0)
    assert spread([float(value) for value in reversed(range(1, 101))]) == Spread(50.0, 95.0)


def test_stopped_and_refused_answers_are_no_failures() -> None:
    row = replace(ROWS[0], statuses={"complete": 3, "cut": 1, "cancelled": 5, "refused": 9, "streaming": 2})
    assert row.success_rate == 0.75
    assert replace(row, statuses={"refused": 1}).success_rate is None
