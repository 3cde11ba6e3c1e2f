"""A line below the panes in which one writes words to search for, or a command."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from compare_tui.domain.safe_text import make_safe


class AskLine(ModalScreen[str | None]):
    """The panes stay in sight; `preview` is told of every change; dismisses with what was written, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("escape,ctrl+c,ctrl+q", "dismiss(None)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    AskLine { background: transparent; }
    AskLine Horizontal { dock: bottom; height: 1; background: $panel; }
    AskLine Static { width: auto; color: $quiet; background: $panel; }
    AskLine Input, AskLine Input:focus {
        width: 1fr;
        border: none;
        height: 1;
        padding: 0;
        background: $panel;
        color: $foreground;
    }
    """

    def __init__(
        self, sign: str, hint: str, deed: str, *, value: str = "", preview: Callable[[str], None] | None = None
    ) -> None:
        super().__init__()
        self._sign = sign
        self._hint = hint
        self._deed = deed
        self._value = value
        self._preview = preview

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(Content(f" {self._sign} "))
            yield Input(self._value, placeholder=self._hint)
            yield Static(Content(f" Enter {self._deed}  Esc leave "))

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        if self._preview is not None:
            self._preview(make_safe(message.value))

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        self.dismiss(make_safe(message.value))
