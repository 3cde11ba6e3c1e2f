"""Searching in all panes: `/` asks for words, `n` and `N` go from place to place, Esc leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen

from compare_tui.tui.actions import Actions
from compare_tui.tui.panes.pane import Pane
from compare_tui.tui.panes.pane_area import PaneArea

if TYPE_CHECKING:
    from compare_tui.tui.panes.finds import Found


class SearchActions:
    """Holds the words that are searched for. `show` draws a frame, `focus` gives the chosen pane the focus."""

    def __init__(
        self, owner: Screen[None], area: PaneArea, *, show: Callable[[], None], focus: Callable[[], None]
    ) -> None:
        self._owner = owner
        self._area = area
        self._show = show
        self._focus = focus
        self._words = ""
        self._last = ""

    def table(self) -> Actions:
        """Return the actions by command id."""
        return {
            "search": lambda _: self._ask(),
            "search-next": lambda _: self._step(1),
            "search-previous": lambda _: self._step(-1),
        }

    @property
    def is_active(self) -> bool:
        """Whether words are searched for."""
        return bool(self._words)

    def leave(self) -> bool:
        """Search no more; return whether anything was searched for."""
        was_active = self.is_active
        self._set_words("")
        return was_active

    def keep_up(self) -> None:
        """Let panes that came since search as well."""
        if self._words:
            from compare_tui.tui.panes.finds import PaneFinds

            for pane in self._area.panes:
                if pane.finds is None or pane.finds.words != self._words:
                    pane.search(PaneFinds(self._words), self._area.pane_size)

    def line(self) -> str:
        """Return what is searched for, which place of how many this is, and how many the panes have."""
        if not self._words:
            return ""
        place = count = 0
        for pane in self._area.panes:
            finds = pane.finds
            if finds is not None:
                if finds.current is not None and finds.place:
                    place = count + finds.place
                count += finds.count
        return f"/{self._words}  {place}/{count}" if count else f"/{self._words}  not found"

    def _ask(self) -> None:
        from compare_tui.tui.screens.ask_line import AskLine

        before = self._words

        def take(words: str | None) -> None:
            if words is None:
                self._set_words(before)
                return
            self._set_words(words or self._last)
            self._last = self._words
            self._focus()
            self._begin()

        hint = "search in all panes; a capital letter makes case matter"
        self._owner.app.push_screen(AskLine("/", hint, "find", preview=self._set_words), take)

    def _set_words(self, words: str) -> None:
        self._words = words if words.strip() else ""
        if self._words:
            self.keep_up()
        else:
            for pane in self._area.panes:
                pane.search(None, self._area.pane_size)
        self._show()

    def _begin(self) -> None:
        """Go to the first place at or below what is on the screen."""
        pane = self._area.pane
        if pane is None or not self._words:
            return
        below = [found for found in pane.found() if found.row >= pane.scroll.top]
        if below:
            self._go(pane, below[0])
        else:
            self._step(1)

    def _step(self, step: int) -> None:
        """Go to the next place, from pane to pane, round about."""
        panes, here = self._area.panes, self._area.current
        if not panes:
            return
        found, finds = panes[here].found(), panes[here].finds
        current = None if finds is None else finds.current
        at = next((place for place, each in enumerate(found) if (each.finds, each.place) == current), None)
        if at is None:
            top = panes[here].scroll.top
            at = sum(each.row < top for each in found) - (step > 0)
        if 0 <= at + step < len(found):
            self._go(panes[here], found[at + step])
            return
        for away in range(1, len(panes) + 1):
            pane = panes[(here + step * away) % len(panes)]
            others = pane.found()
            if others:
                self._area.choose(panes.index(pane))
                self._go(pane, others[0 if step > 0 else -1])
                self._focus()
                return

    def _go(self, pane: Pane, found: Found) -> None:
        for other in self._area.panes:
            if other.finds is not None:
                other.finds.current = (found.finds, found.place) if other is pane else None
        top, rows = pane.scroll.top, pane.n_rows
        if not top <= found.row < top + rows:
            pane.scroll.to(found.row - rows // 3)
        for other in self._area.panes:
            other.moved()
        self._show()
