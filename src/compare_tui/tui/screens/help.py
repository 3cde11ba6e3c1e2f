"""All keys, from the commands table."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from compare_tui.tui.commands import Mode
from compare_tui.tui.keymap import Keymap, display_key
from compare_tui.tui.screens.dialog import Box, Dialog

_KEY_CELLS = 29
_TITLES = {Mode.REVIEW: "REVIEW: a pane has the focus", Mode.WRITE: "WRITE: the prompt has the focus"}


def help_lines(keymap: Keymap, mode: Mode) -> list[tuple[str, str]]:
    """Return (keys, help) of every command that has a key in `mode`."""
    lines = []
    for command in keymap.commands.values():
        keys = keymap.keys(command.id, mode)
        if len(keys) == 9 and all(key.isdigit() for key in keys):
            lines.append((f"{keys[0]}-{keys[-1]}", command.help))
        elif keys:
            lines.append((" ".join(map(display_key, keys)), command.help))
    return lines


class HelpScreen(Dialog[str | None]):
    """Shows the keys of both modes."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("escape,q,question_mark,f1,ctrl+c,ctrl+q", "dismiss(None)", show=False),
        Binding("j,down", "scroll(1)", show=False, priority=True),
        Binding("k,up", "scroll(-1)", show=False, priority=True),
        Binding("ctrl+d,pagedown,space", "scroll(10)", show=False, priority=True),
        Binding("ctrl+u,pageup", "scroll(-10)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    HelpScreen Box { width: 84; }
    HelpScreen VerticalScroll {
        height: auto;
        max-height: 100%;
        scrollbar-size-vertical: 1;
        scrollbar-color: $line;
        scrollbar-background: $surface;
    }
    HelpScreen .title { text-style: bold; margin-top: 1; }
    """

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        with Box() as box:
            box.border_title = "Keys"
            box.border_subtitle = "j k scroll  Esc close"
            with VerticalScroll():
                for mode in Mode:
                    yield Static(Content(_TITLES[mode]), classes="title")
                    yield Static(
                        Content(
                            "\n".join(f"{keys:<{_KEY_CELLS}} {text}" for keys, text in help_lines(self._keymap, mode))
                        )
                    )

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
