"""The usage screen on a real store, its table, and what the header says is left."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from rich.cells import cell_len

from compare_tui.domain.limits import Standing, Unit
from compare_tui.domain.server_limits import SeenLimit, ServerLimit
from compare_tui.domain.usage import Spread, UsageReport, UsageRow, sum_rows
from compare_tui.domain.usage_by import UsageBy
from compare_tui.tui.past.limit_words import seen_line, standing_line
from compare_tui.tui.past.usage_table import notes_on, period_lines, usage_table
from compare_tui.tui.screens.usage import UsageScreen
from compare_tui.tui.services import Today
from compare_tui.tui.today_words import fit_words, today_words
from tests.support.past_app import CONFIG, keep, order_in, past_app
from tests.support.pilot import Stand


def row(key: str | None, answers: int, cost_usd: float | None, **statuses: int) -> UsageRow:
    return UsageRow(
        key,
        "openrouter",
        answers,
        statuses or {"complete": answers},
        prompt_tokens=120 * answers,
        completion_tokens=300 * answers,
        reasoning_tokens=0,
        estimated=False,
        cost_usd=cost_usd,
        cost_known=answers if cost_usd is not None else 0,
        cost_unknown=0 if cost_usd is not None else answers,
        ttft_ms=Spread(412.0, 2900.0),
        tokens_per_second=Spread(86.2, 12.0),
    )


def report(*rows: UsageRow, by: UsageBy = UsageBy.MODEL) -> UsageReport:
    return UsageReport(by, rows, sum_rows(rows))


async def _usage(running: Stand) -> UsageScreen:
    await running.press("escape", "U")
    await running.until(lambda: isinstance(running.app.screen, UsageScreen))
    screen = running.app.screen
    assert isinstance(screen, UsageScreen)
    await running.until(lambda: "in all" in screen.text or "no answer" in screen.text)
    return screen


async def test_usage_shows_models_backends_and_periods_with_bars(tmp_path: Path) -> None:
    order = order_in(tmp_path, config=f"{CONFIG}[limits]\nanswers_per_day = 9\nextended_per_day = 3\n")
    keep(order, "one", "two", models=("echo", "fails"))
    async with past_app(order) as running:
        await running.until(lambda: running.screen.header.today is not None and running.screen.header.today.standings)
        assert "today 4 of 9 answers" in running.screen.header.text
        assert "0/3 extended" in running.screen.header.text
        screen = await _usage(running)
        assert "today       4 answers" in screen.text
        assert "today, by model" in screen.text
        lines = {line.split()[0]: line for line in screen.text.splitlines() if line}
        assert "100%" in lines["echo"]
        assert "█" in lines["echo"]
        assert "0%" in lines["fails"]
        assert "answers today: 4 of 9" in screen.text
        await running.press("b")
        await running.until(lambda: "today, by backend" in screen.text)
        await running.press("tab")
        await running.until(lambda: "this week, by backend" in screen.text)
        await running.press("shift+tab", "shift+tab")
        await running.until(lambda: "all time, by backend" in screen.text)
        await running.press("escape")
        await running.until(lambda: running.app.screen is running.screen)


async def test_usage_of_an_empty_store_says_so(tmp_path: Path) -> None:
    async with past_app(order_in(tmp_path)) as running:
        screen = await _usage(running)
        assert "no answer" in screen.text


@pytest.mark.parametrize("width", [40, 60, 80, 112, 200])
def test_the_table_fits_every_width_and_loses_the_least_needed_first(width: int) -> None:
    found = report(row("anthropic/claude-sonnet-4.5", 40, 0.5), row("天气模型的很长很长的名字/" + "天" * 30, 2, None))
    table = usage_table(found, width)
    lines = (table.heading, *table.rows, table.total)
    assert all(cell_len(line) <= width for line in lines), lines
    assert "answers" in table.heading
    assert "cost" in table.heading
    assert ("success" in table.heading) == (width >= 60)
    assert "unknown" in table.rows[1]
    assert ("█" in table.rows[0]) == (width >= 112)


def test_what_nobody_used_has_no_column() -> None:
    table = usage_table(report(row("m", 1, 0.01)), 120)
    assert "reasoning" not in table.heading
    assert notes_on(report(row("m", 1, None))) == ["The cost of 1 answer is not known."]


def test_days_are_summed_by_week_and_month() -> None:
    days = report(row("2026-11-22", 1, 0.1), row("2026-11-16", 2, 0.2), row("2026-11-01", 4, None), by=UsageBy.DAY)
    today, week, month, last = period_lines(days, date(2026, 11, 22))
    assert today == "today       1 answer · 300 tokens out · $0.1000"
    assert week.startswith("this week   3 answers · 900 tokens out · $0.3000")
    assert month.startswith("this month  7 answers")
    assert last.endswith("▂")
    assert "█" in last


def test_the_header_says_what_limits_leave_as_far_as_there_is_room() -> None:
    standings = (
        Standing("answers_per_day", 500, 41, Unit.ANSWERS),
        Standing("extended_per_day", 20, 3, Unit.TURNS),
        Standing("budget_usd_per_month", 50, 1.25, Unit.USD),
    )
    words = today_words(Today(41, 0.0412, 5.0, None, standings, ("@team 12 credits left",)), (17, 20))
    whole = [
        "today 41 of 500 answers",
        "$0.0412 of $5.00",
        "17/20 this minute",
        "$1.25 of $50.00 this month",
        "3/20 extended",
        "@team 12 credits left",
    ]
    assert fit_words(words, 200, " · ") == whole
    assert fit_words(words, 80, " · ") == [*whole[:3]]
    assert fit_words(words, 20, " · ") == ["$0.0412 of $5.00"]
    assert fit_words(words, 5, " · ") == []


def test_limits_are_put_in_words() -> None:
    assert standing_line(Standing("budget_usd_per_day", 5, 0.5, Unit.USD)) == "spent today: $0.5000 of $5.00"
    seen = SeenLimit("openrouter", ":free", ServerLimit("requests", 20, 3, 1_000.0), 900.0)
    assert seen_line(seen, 940.0) == ":free @openrouter: 3 of 20 requests left, anew in 60 s (said 40 s ago)"
