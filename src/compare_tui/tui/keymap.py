"""Which key means which command, in which mode: the commands table with a person's own keys laid over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from compare_tui.tui.commands import COMMANDS, Command, Mode, Situation

_NAMES = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "apostrophe": "'",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "exclamation_mark": "!",
    "colon": ":",
    "question_mark": "?",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


SWAPPED_ENTER: Mapping[str, Sequence[str]] = {"send": ("ctrl+j",), "new-line": ("enter", "shift+enter", "alt+enter")}
"""The keys of `enter = "newline"`."""


def display_key(key: str) -> str:
    """Return a key's name as a person reads it: `ctrl+j` is `Ctrl+J`, `question_mark` is `?`."""
    *modifiers, last = key.split("+")
    name = _NAMES.get(last, last)
    if len(name) > 1 and last not in _NAMES:
        name = name.capitalize()
    elif modifiers:
        name = name.upper()
    return "+".join([modifier.capitalize() for modifier in modifiers] + [name])


class Keymap:
    """Finds commands by key. `own_keys` replaces, by command id, the keys of both modes."""

    def __init__(
        self, commands: Iterable[Command] = COMMANDS, own_keys: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.commands: dict[str, Command] = {command.id: command for command in commands}
        self._own = dict(own_keys or {})
        self._by_key: dict[tuple[Mode, str], list[Command]] = {}
        for command in self.commands.values():
            for mode in Mode:
                for key in self.keys(command.id, mode):
                    self._by_key.setdefault((mode, key), []).append(command)

    def keys(self, command_id: str, mode: Mode) -> Sequence[str]:
        """Return the keys of a command in `mode`, the one to be shown first."""
        defaults = self.commands[command_id].keys(mode)
        own = self._own.get(command_id)
        return defaults if own is None or not defaults else own

    def shown_key(self, command_id: str, mode: Mode) -> str:
        """Return the key of a command as a person reads it, or an empty string."""
        keys = self.keys(command_id, mode)
        return display_key(keys[0]) if keys else ""

    def find(self, key: str, situation: Situation) -> Command | None:
        """Return the available command behind `key`, or None."""
        candidates = self._by_key.get((situation.mode, key), ())
        return next((command for command in candidates if command.when(situation)), None)

    def why_not(self, key: str, situation: Situation) -> str:
        """Return what is to be said where `find` finds none, or an empty string."""
        candidates = self._by_key.get((situation.mode, key), ())
        return next((command.otherwise for command in candidates if command.otherwise), "")

    def is_bound(self, key: str, mode: Mode) -> bool:
        """Whether `key` means a command in `mode`, available or not."""
        return (mode, key) in self._by_key
