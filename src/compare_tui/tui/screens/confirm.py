"""A question with a yes and a no. No is what any key of leaving means."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from compare_tui.tui.screens.dialog import Box, Dialog


class ConfirmScreen(Dialog[bool]):
    """Asks `question`; y does `deed`."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("y,Y", "answer(True)", show=False),
        Binding("n,N,escape,q,ctrl+c,ctrl+q", "answer(False)", show=False),
    ]
    DEFAULT_CSS = """
    ConfirmScreen Box { width: 60; padding: 1 2; }
    ConfirmScreen #keys { margin-top: 1; }
    """

    def __init__(self, question: str, deed: str) -> None:
        super().__init__()
        self._question = question
        self._deed = deed

    def compose(self) -> ComposeResult:
        with Box():
            yield Static(Content(self._question))
            yield Static(Content(f"y {self._deed}    n stay"), id="keys", classes="quiet")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
