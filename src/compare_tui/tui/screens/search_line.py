"""The line in which one writes what to search for."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from compare_tui.domain.safe_text import make_safe_line


class SearchLine(ModalScreen[str | None]):
    """Stands below the panes, which stay in sight; tells `preview` of every change and dismisses with the words."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("escape,ctrl+c,ctrl+q", "dismiss(None)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    SearchLine { background: transparent; }
    SearchLine Horizontal { dock: bottom; height: 1; background: $panel; }
    SearchLine Static { width: auto; color: $quiet; background: $panel; }
    SearchLine Input, SearchLine Input:focus {
        width: 1fr;
        border: none;
        height: 1;
        padding: 0;
        background: $panel;
        color: $foreground;
    }
    """

    def __init__(self, preview: Callable[[str], None]) -> None:
        super().__init__()
        self._preview = preview

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(Content(" / "))
            yield Input(placeholder="search in all panes; a capital letter makes case matter")
            yield Static(Content(" Enter find  Esc leave "))

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        self._preview(make_safe_line(message.value))

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        self.dismiss(make_safe_line(message.value))
