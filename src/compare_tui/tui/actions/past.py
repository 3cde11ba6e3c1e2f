"""Actions on what was kept: history, usage, export, and comparisons of the past that are opened again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from compare_tui.domain.errors import CompareTuiError
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.tui.actions import Actions
from compare_tui.tui.actions.leaving import Ask
from compare_tui.tui.services import Past, Services, Today
from compare_tui.tui.session import Session
from compare_tui.tui.signs import Signs

if TYPE_CHECKING:
    from compare_tui.engine.history import ComparisonRecord, History, HistoryEntry

Push = Callable[[Screen[str | None], Callable[[str | None], None]], None]
_TITLE_CELLS = 60


class PastActions:
    """Opens the screens of the past.

    `push` shows a screen, `work` runs a coroutine beside the app, `clear` forgets the panes, `is_idle` says whether
    nothing would be lost by a question, `today` returns today's figures.
    """

    def __init__(
        self,
        services: Services,
        session: Session,
        signs: Signs,
        *,
        push: Push,
        work: Callable[[Callable[[], Coroutine[None, None, None]]], None],
        ask: Ask,
        say: Callable[[str], None],
        warn: Callable[[str], None],
        clear: Callable[[], None],
        is_idle: Callable[[], bool],
        today: Callable[[], Today | None],
    ) -> None:
        self._services = services
        self._session = session
        self._signs = signs
        self._push = push
        self._work = work
        self._ask = ask
        self._say = say
        self._warn = warn
        self._clear = clear
        self._is_idle = is_idle
        self._today = today

    def table(self) -> Actions:
        """Return the actions by command id."""
        return {
            "history": lambda _: self._with_past(self._history),
            "usage": lambda _: self._with_past(self._usage),
            "export": lambda _: self._with_past(self._export),
        }

    def begin(self) -> None:
        """At the start: open what was asked for, or offer what was interrupted."""
        past, opens = self._services.past, self._services.opens
        if past is None:
            return
        if opens is not None:
            self._work(partial(self._open_named, past, opens))
        elif not self._services.prompt:
            self._work(partial(self._find_interrupted, past))

    def _with_past(self, act: Callable[[Past], None]) -> None:
        if self._services.past is None:
            self._warn("Nothing is kept here.")
        else:
            act(self._services.past)

    # History

    def _history(self, past: Past) -> None:
        from compare_tui.tui.screens.history import HistoryScreen

        comparison = self._session.comparison
        open_id = None if comparison is None else comparison.id
        self._push(HistoryScreen(past, self._signs, open_id=open_id), self._chosen)

    def _chosen(self, comparison: str | None) -> None:
        here = self._session.comparison
        if comparison is None:
            return
        if here is not None and here.id == comparison and not here.is_read_only:
            self._say("This comparison is on the screen.")
        elif self._session.is_live:
            self._ask(
                "Stop the answers that are still coming? What has come is kept.",
                "stop and open",
                lambda: self._open(comparison),
            )
        else:
            self._open(comparison)

    def _open(self, comparison: str) -> None:
        self._session.open(comparison, self._opened)

    def _opened(self, record: ComparisonRecord) -> None:
        self._clear()
        title = make_safe_line(record.title, _TITLE_CELLS)
        if record.comparison.is_read_only:
            self._warn(f"“{title}” is open in another running program: here it can only be read.")
        else:
            self._say(f"Opened: {title}")

    # Usage and export

    def _usage(self, past: Past) -> None:
        from compare_tui.tui.past.limit_words import standing_line
        from compare_tui.tui.screens.usage import UsageScreen

        today = self._today()
        left = [] if today is None else [*map(standing_line, today.standings), *today.quotas]
        self._push(UsageScreen(past, left), lambda _: None)

    def _export(self, past: Past) -> None:
        from compare_tui.tui.screens.export import ExportScreen

        comparison = self._session.comparison
        if comparison is not None:
            self._push(
                ExportScreen(past, comparison), lambda where: self._say(f"Written to {where}") if where else None
            )

    # At the start

    async def _open_named(self, past: Past, beginning: str) -> None:
        def find() -> str | None:
            history = past.history()
            return history.find(beginning) if beginning else history.last()

        try:
            found = await asyncio.to_thread(find)
        except CompareTuiError as error:
            self._warn(str(error))
            return
        if found is None:
            self._warn("There is no comparison yet.")
        else:
            self._open(found)

    async def _find_interrupted(self, past: Past) -> None:
        try:
            entries = await asyncio.to_thread(lambda: past.history().interrupted())
        except CompareTuiError:
            return  # that the store cannot be read is told by others
        if entries and self._is_idle():
            self._offer(past, entries)

    def _offer(self, past: Past, entries: tuple[HistoryEntry, ...]) -> None:
        from compare_tui.tui.screens.offer import OfferScreen

        def decided(comparison: str | None) -> None:
            if comparison:
                self._open(comparison)
            else:
                self._work(partial(_offer_no_more, past.history))

        self._push(OfferScreen(entries, past.wall(), self._signs), decided)


async def _offer_no_more(history: Callable[[], History]) -> None:
    def forget() -> None:
        try:
            history().forget_interrupted()
        except CompareTuiError:
            return  # they are offered once more

    await asyncio.to_thread(forget)
