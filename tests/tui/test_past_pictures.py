"""What the screens of the past look like. A picture that changed is judged by eye; `--snapshot-update` accepts it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest
from textual.pilot import Pilot

from compare_tui.bootstrap.past import FORMATS
from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.errors import UsageError
from compare_tui.domain.limits import Standing, Unit
from compare_tui.domain.server_limits import SeenLimit, ServerLimit
from compare_tui.domain.usage import Spread, UsageReport, UsageRow, sum_rows
from compare_tui.domain.usage_by import UsageBy
from compare_tui.engine.comparison import Comparison
from compare_tui.engine.history import PAGE, UNDO_S, ComparisonRecord, HistoryEntry, HistoryFilter
from compare_tui.tui.app import CompareApp
from compare_tui.tui.services import Past, Today
from tests.support.fakes import HandSource
from tests.support.manual_clock import ManualClock
from tests.support.pilot import Stand
from tests.support.records import record
from tests.support.tui_app import Stage

_NOW = 1_795_340_000.0
_STAGES: list[Stage] = []
_ENTRIES = tuple(
    HistoryEntry(f"id{place}", title, _NOW - hours * 3600, models, turns, status, tags)
    for place, (title, hours, models, turns, status, tags) in enumerate(
        [
            ("Explain CRDTs in two paragraphs.", 0.5, ("openai/gpt-5", "qwen3:8b"), 2, AnswerStatus.CUT, ()),
            ("为什么天空是蓝色的？", 1, ("openai/gpt-5",), 1, AnswerStatus.COMPLETE, ("physics",)),
            (
                "Write a merge function for two maps whose values are maps themselves, without recursion, please.",
                30,
                ("anthropic/claude-sonnet-4.5", "openai/gpt-5", "google/gemini-2.5-pro"),
                4,
                AnswerStatus.TRUNCATED,
                ("code", "work"),
            ),
            ("Which limit said no?", 50, ("openai/gpt-5",), 1, AnswerStatus.REFUSED, ()),
            ("A question of last year", 9000, ("x/y",), 1, AnswerStatus.ERROR, ()),
            ("Under way elsewhere", 9001, ("x/y",), 1, AnswerStatus.STREAMING, ()),
        ]
    )
)


class _Shelf:
    """A history of always the same entries."""

    def page(
        self, wanted: HistoryFilter, *, after: HistoryEntry | None = None, limit: int = PAGE
    ) -> tuple[HistoryEntry, ...]:
        return () if after else _ENTRIES

    def count(self, wanted: HistoryFilter) -> int:
        return len(_ENTRIES)

    def interrupted(self) -> tuple[HistoryEntry, ...]:
        return _ENTRIES[:1]

    def forget_interrupted(self) -> None: ...

    def find(self, prefix: str) -> str:
        return prefix

    def last(self) -> str | None:
        return _ENTRIES[0].id

    def record(self, comparison: str) -> ComparisonRecord:
        raise UsageError("There is none.")

    def open(self, comparison: str) -> ComparisonRecord:
        raise UsageError("There is none.")

    def leave(self, comparison: str) -> None: ...

    def rename(self, comparison: str, title: str) -> None: ...

    def tag(self, comparison: str, tags: tuple[str, ...]) -> None: ...

    def delete(self, comparison: str) -> None: ...

    def restore(self, comparison: str) -> None: ...

    def purge(self, older_than_s: float = UNDO_S) -> int:
        return 0


class _Sums:
    """Usage of three models over some days."""

    def report(self, *, by: UsageBy, since: float | None = None) -> UsageReport:
        if by is UsageBy.DAY:
            days = [_row(f"2026-11-{day:02}", None, day % 7 + 1, 0.02 * day) for day in range(22, 0, -1)]
            return UsageReport(by, tuple(days), sum_rows(days))
        rows = (
            _row("anthropic/claude-sonnet-4.5", "openrouter", 41, 0.8123),
            _row("openai/gpt-5", "openrouter", 40, 0.4312),
            _row("qwen3:8b", "ollama", 38, None),
        )
        return UsageReport(by, rows, sum_rows(rows))

    def today(self, now: float) -> None:
        return None


def _row(key: str, backend: str | None, answers: int, cost_usd: float | None) -> UsageRow:
    known = answers if cost_usd is not None else 0
    return UsageRow(
        key, backend, answers, {"complete": answers - 1, "error": 1}, 130 * answers, 412 * answers, 17 * answers,
        estimated=cost_usd is None, cost_usd=cost_usd, cost_known=known, cost_unknown=answers - known,
        ttft_ms=Spread(412.0, 2900.0), tokens_per_second=Spread(86.2, 12.0),
    )  # fmt: skip


def _seen() -> list[SeenLimit]:
    return [SeenLimit("openrouter", ":free", ServerLimit("requests", 20, 3, _NOW + 40), _NOW - 20)]


def _past() -> Past:
    return Past(
        history=lambda: _Shelf(),
        usage=_Sums,
        server_limits=_seen,
        write_file=lambda *_: "",
        read_time=lambda _: 0.0,
        wall=lambda: _NOW,
        formats=FORMATS,
    )


class SnapCompare(Protocol):
    def __call__(
        self, app: CompareApp, *, terminal_size: tuple[int, int], run_before: Callable[[Pilot[None]], object]
    ) -> bool: ...


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    while _STAGES:
        engine = _STAGES.pop().engine
        if engine is not None:
            engine.close()
    monkeypatch.undo()
    time.tzset()


def _stand(pilot: Pilot[None], stage: Stage) -> Stand:
    assert isinstance(pilot.app, CompareApp)
    assert isinstance(stage.source, HandSource)
    return Stand(pilot.app, pilot, stage.source, stage)


def _app(*lanes: str, **changes: object) -> tuple[CompareApp, Stage]:
    stage = Stage(HandSource(), clock=ManualClock())
    _STAGES.append(stage)
    standings = (
        Standing("answers_per_day", 500, 41, Unit.ANSWERS),
        Standing("budget_usd_per_day", 5, 0.0412, Unit.USD),
        Standing("extended_per_day", 20, 3, Unit.TURNS),
    )
    today = Today(41, 0.0412, 5.0, (17, 20), standings, ("@team 12/50 credits left",))
    settings = {"lineup": "everyday", "today": lambda: today, "past": _past(), **changes}
    return CompareApp(stage.services(*lanes, **settings)), stage


@pytest.mark.parametrize(("key", "size"), [("H", (120, 30)), ("U", (120, 30)), ("H", (80, 24)), ("U", (80, 24))])
def test_history_and_usage(snap_compare: SnapCompare, key: str, size: tuple[int, int]) -> None:
    app, stage = _app("openai/gpt-5", "qwen3:8b", prompt="hello")

    async def act(pilot: Pilot[None]) -> None:
        stand = _stand(pilot, stage)
        await stand.asked(2)
        await stand.until(lambda: stand.screen.header.today is not None)
        await stand.press("escape", key)
        await stand.until(lambda: app.screen is not stand.screen)
        await stand.until(lambda: not list(app.screen.workers))
        await pilot.pause(0.1)

    assert snap_compare(app, terminal_size=size, run_before=act)


def test_an_export(snap_compare: SnapCompare) -> None:
    app, stage = _app("openai/gpt-5", "qwen3:8b", prompt="Explain CRDTs in two paragraphs.")

    async def act(pilot: Pilot[None]) -> None:
        stand = _stand(pilot, stage)
        await stand.asked(2)
        await stand.press("escape", "E")
        await stand.until(lambda: app.screen is not stand.screen)
        await stand.press("down")
        await pilot.pause(0.1)

    assert snap_compare(app, terminal_size=(120, 30), run_before=act)


def test_the_offer_of_what_was_interrupted(snap_compare: SnapCompare) -> None:
    app, stage = _app("openai/gpt-5", "qwen3:8b")

    async def act(pilot: Pilot[None]) -> None:
        stand = _stand(pilot, stage)
        await stand.until(lambda: app.screen is not stand.screen)
        await stand.until(lambda: stand.screen.header.today is not None)
        await pilot.pause(0.1)

    assert snap_compare(app, terminal_size=(120, 30), run_before=act)


def test_a_comparison_that_can_only_be_read(snap_compare: SnapCompare) -> None:
    past: Comparison = record().comparison
    past.is_read_only = True
    app, stage = _app("openai/gpt-5", past=None)

    async def act(pilot: Pilot[None]) -> None:
        stand = _stand(pilot, stage)
        await stand.until(lambda: not list(stand.screen.workers))
        await stand.press("escape")
        stand.screen.session.comparison = past
        stand.screen.area.clear()
        stand.screen.show_lanes()
        await stand.until(lambda: stand.screen.header.today is not None)
        await pilot.pause(0.1)

    assert snap_compare(app, terminal_size=(120, 30), run_before=act)
