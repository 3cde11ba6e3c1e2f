"""What was used: today, this week, this month; by model, backend, provider or day; and what is left of limits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from compare_tui.domain.errors import CompareTuiError
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.usage import UsageReport
from compare_tui.domain.usage_by import UsageBy
from compare_tui.tui.beside import run_beside
from compare_tui.tui.past.limit_words import seen_line
from compare_tui.tui.past.usage_table import PERIODS_S, notes_on, period_lines, usage_table
from compare_tui.tui.screens.dialog import Box, Dialog
from compare_tui.tui.services import Past

PERIODS = ("today", "this week", "this month", "all time")
_BY = (UsageBy.MODEL, UsageBy.BACKEND, UsageBy.PROVIDER, UsageBy.DAY)
_KEYS = "Tab period   b by what   j k scroll   Esc close"
_MAX_SEEN = 6
_SCROLLBAR_CELLS = 1


class _Found(NamedTuple):
    report: UsageReport
    days: UsageReport
    seen: tuple[str, ...]


class UsageScreen(Dialog[str | None]):
    """Shows the figures. `left` are lines about limits of ours and accounts at servers."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("escape,q,ctrl+c,ctrl+q", "dismiss(None)", show=False),
        Binding("tab,right,l", "period(1)", show=False, priority=True),
        Binding("shift+tab,left,h", "period(-1)", show=False, priority=True),
        Binding("b", "by", show=False),
        Binding("j,down", "scroll(1)", show=False, priority=True),
        Binding("k,up", "scroll(-1)", show=False, priority=True),
        Binding("ctrl+d,pagedown,space", "scroll(10)", show=False, priority=True),
        Binding("ctrl+u,pageup", "scroll(-10)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    UsageScreen Box { width: 116; }
    UsageScreen VerticalScroll {
        height: auto;
        max-height: 100%;
        scrollbar-size-vertical: 1;
        scrollbar-color: $line;
        scrollbar-background: $surface;
    }
    UsageScreen .strong { text-style: bold; }
    UsageScreen .gap { margin-top: 1; }
    """

    def __init__(self, past: Past, left: Sequence[str]) -> None:
        super().__init__()
        self._past = past
        self._left = left
        self._period = 0
        self._by = 0
        self._found: _Found | None = None
        self._parts = {
            name: Static(markup=False) for name in ("days", "what", "head", "rows", "total", "notes", "left")
        }
        for name in ("head", "notes", "left"):
            self._parts[name].add_class("quiet")
        for name in ("what", "total"):
            self._parts[name].add_class("strong")
        for name in ("what", "notes", "left"):
            self._parts[name].add_class("gap")
        self.text = ""
        """All that is shown."""

    def compose(self) -> ComposeResult:
        with Box() as box:
            box.border_title = "Usage"
            box.border_subtitle = _KEYS
            with VerticalScroll():
                yield from self._parts.values()

    def on_mount(self) -> None:
        self._parts["days"].update(Content("one moment ..."))
        self._look()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def action_period(self, places: int) -> None:
        self._period = (self._period + places) % len(PERIODS)
        self._look()

    def action_by(self) -> None:
        self._by = (self._by + 1) % len(_BY)
        self._look()

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def _look(self) -> None:
        run_beside(self, partial(self._read, _BY[self._by], self._since()), group="usage", replaces=True)

    async def _read(self, by: UsageBy, since: float | None) -> None:
        def read() -> _Found:
            usage, now = self._past.usage(), self._past.wall()
            days = usage.report(by=UsageBy.DAY, since=now - PERIODS_S)
            seen = [seen_line(limit, now) for limit in self._past.server_limits()[:_MAX_SEEN]]
            return _Found(usage.report(by=by, since=since), days, tuple(seen))

        try:
            self._found = await asyncio.to_thread(read)
        except CompareTuiError as error:
            self._parts["days"].update(Content(make_safe_line(str(error))))
        else:
            self._show()

    def _since(self) -> float | None:
        today = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        begins = (today, today - timedelta(days=today.weekday()), today.replace(day=1))
        return begins[self._period].timestamp() if self._period < len(begins) else None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._past.wall())

    def _show(self) -> None:
        found = self._found
        if found is None:
            return
        report = found.report
        shown = dict.fromkeys(self._parts, "")
        shown["days"] = "\n".join(period_lines(found.days, self._now().date()))
        shown["what"] = f"{PERIODS[self._period]}, by {report.by.value}"
        if report.rows:
            table = usage_table(report, self.query_one(Box).content_size.width - _SCROLLBAR_CELLS)
            shown |= {"head": table.heading, "rows": "\n".join(table.rows), "total": table.total}
            shown["notes"] = "\n".join(notes_on(report))
        else:
            shown["rows"] = "no answer"
        shown["left"] = "\n".join([*self._left, *found.seen])
        for name, text in shown.items():
            self._parts[name].update(Content(text))
            self._parts[name].display = bool(text)
        self.text = "\n".join(text for text in shown.values() if text)
