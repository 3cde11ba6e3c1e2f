"""What was interrupted, offered at the start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from compare_tui.engine.history import HistoryEntry
from compare_tui.tui.past.rows import history_row
from compare_tui.tui.screens.dialog import Box, Dialog
from compare_tui.tui.signs import Signs
from compare_tui.tui.widgets.choice_list import ChoiceList


class OfferScreen(Dialog[str | None]):
    """Returns the id of the comparison to open, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("enter,y,o", "open", show=False, priority=True),
        Binding("escape,n,q,ctrl+c,ctrl+q", "dismiss(None)", show=False, priority=True),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
    ]
    DEFAULT_CSS = """
    OfferScreen Box { width: 96; padding: 1 2; }
    OfferScreen ChoiceList { max-height: 8; margin: 1 0; }
    """

    def __init__(self, entries: Sequence[HistoryEntry], now: float, signs: Signs) -> None:
        super().__init__()
        self._entries = entries
        self._now = now
        self._signs = signs
        self._list = ChoiceList()

    def compose(self) -> ComposeResult:
        several = len(self._entries) > 1
        what = f"{len(self._entries)} comparisons were" if several else "A comparison was"
        with Box():
            yield Static(Content(f"{what} interrupted. All that had arrived is kept."))
            yield self._list
            keys = "Enter open    Esc not now; it stays in the history"
            yield Static(Content(keys.replace("it stays", "they stay") if several else keys), classes="quiet")

    def on_mount(self) -> None:
        self._list.focus()
        self.call_after_refresh(self._show)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def action_move(self, places: int) -> None:
        self._list.move_to(self._list.place + places)

    @on(ChoiceList.Chosen)
    def action_open(self) -> None:
        self.dismiss(self._entries[self._list.place].id)

    def _show(self) -> None:
        now, width = datetime.fromtimestamp(self._now), self._list.size.width
        self._list.set_entries([history_row(entry, now, width, self._signs) for entry in self._entries])
