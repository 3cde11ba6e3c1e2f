"""The palette: every available command, found by typing."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from compare_tui.tui.commands import Command, Mode, Situation
from compare_tui.tui.keymap import Keymap
from compare_tui.tui.screens.dialog import Box, Dialog
from compare_tui.tui.widgets.choice_list import ChoiceList, Entry


def matching(commands: list[Command], words: str) -> list[Command]:
    """Return the commands that hold every word, those first whose label begins with what was typed."""
    wanted = words.lower().split()
    found = [
        command
        for command in commands
        if all(word in f"{command.label} {command.help} {command.id}".lower() for word in wanted)
    ]
    typed = words.strip().lower()
    return sorted(found, key=lambda command: (not command.label.lower().startswith(typed), command.label.lower()))


class PaletteScreen(Dialog[str | None]):
    """Returns the id of the chosen command, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("escape,ctrl+c,ctrl+q,ctrl+p", "dismiss(None)", show=False),
        Binding("down,ctrl+n,tab", "move(1)", show=False, priority=True),
        Binding("up,shift+tab", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(8)", show=False, priority=True),
        Binding("pageup", "move(-8)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    PaletteScreen Box { width: 84; }
    PaletteScreen ChoiceList { max-height: 14; margin-top: 1; }
    """

    def __init__(self, keymap: Keymap, situation: Situation) -> None:
        super().__init__()
        self._keymap = keymap
        self._commands = [
            command for command in keymap.commands.values() if command.in_palette and command.when(situation)
        ]
        self._found = matching(self._commands, "")
        self._list = ChoiceList(empty="no such command")

    @property
    def offered(self) -> list[str]:
        """The ids of the commands that are shown."""
        return [command.id for command in self._found]

    def compose(self) -> ComposeResult:
        with Box() as box:
            box.border_title = "Commands"
            field = Input(placeholder="type to search")
            field.cursor_blink = False
            yield field
            yield self._list

    def on_mount(self) -> None:
        self._show()

    def action_move(self, places: int) -> None:
        self._list.move_to(self._list.place + places)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._found = matching(self._commands, event.value)
        self._list.place = 0
        self._show()

    @on(Input.Submitted)
    @on(ChoiceList.Chosen)
    def _chosen(self) -> None:
        self.dismiss(self._found[self._list.place].id if self._found else None)

    def _show(self) -> None:
        self._list.set_entries([Entry(command.label, command.help, self._keys(command)) for command in self._found])

    def _keys(self, command: Command) -> str:
        shown = [self._keymap.shown_key(command.id, mode) for mode in (Mode.REVIEW, Mode.WRITE)]
        return "  ".join(dict.fromkeys(key for key in shown if key))
