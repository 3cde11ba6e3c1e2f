"""What a command says about an answer."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from compare_tui.domain.safe_text import make_safe_line
from compare_tui.tui.piping import LIMIT_BYTES, Piped, pipe
from compare_tui.tui.screens.dialog import Box, Dialog
from compare_tui.tui.widgets.text_view import TextView


class PipedScreen(Dialog[None]):
    """Runs `command` on `text` and shows its output; leaving ends the command. `copy` copies the output."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("escape,q,ctrl+c,ctrl+q", "dismiss(None)", show=False),
        Binding("j,down", "by(1)", show=False),
        Binding("k,up", "by(-1)", show=False),
        Binding("ctrl+d,pagedown,space", "by(10)", show=False),
        Binding("ctrl+u,pageup", "by(-10)", show=False),
        Binding("y", "copy", show=False),
    ]
    DEFAULT_CSS = """
    PipedScreen Box { width: 90%; }
    PipedScreen TextView { max-height: 100%; }
    """

    def __init__(self, command: str, text: str, copy: Callable[[str], None]) -> None:
        super().__init__()
        self._command = command
        self._text = text
        self._copy = copy
        self._piped: Piped | None = None
        self._view = TextView()
        self._state = Static(Content("running"), classes="quiet")

    def compose(self) -> ComposeResult:
        with Box() as box:
            box.border_title = "Output"
            box.border_subtitle = "j k scroll  y copy  Esc close"
            yield Static(Content(f"! {make_safe_line(self._command)}"), classes="quiet")
            yield self._view
            yield self._state

    def on_mount(self) -> None:
        self._view.focus()
        self.run_worker(self._run())

    async def _run(self) -> None:
        try:
            self._piped = piped = await pipe(self._command, self._text)
        except OSError as error:
            self._state.update(Content(f"The shell cannot be run: {error.strerror}."))
            return
        self._view.show(piped.output)
        self._state.update(Content(_ending(piped)))

    def action_by(self, rows: int) -> None:
        self._view.scroll_by(rows)

    def action_copy(self) -> None:
        if self._piped is not None and self._piped.output:
            self._copy(self._piped.output)
            self.dismiss(None)


def _ending(piped: Piped) -> str:
    if piped.is_cut:
        return f"ended by compare-tui: more than {LIMIT_BYTES:,} bytes"
    words = f"signal {-piped.status}" if piped.status < 0 else f"status {piped.status}"
    return f"ended with {words}" if piped.output else f"ended with {words} and said nothing"
