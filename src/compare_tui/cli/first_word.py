"""The first word of the call decides what it is, so that a typing error never pays three models."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from compare_tui.domain.errors import UsageError
from compare_tui.domain.nearest import hint_nearest
from compare_tui.domain.safe_text import make_safe_line


@dataclass(frozen=True, slots=True)
class Call:
    """What is called; `command` is None for the bare form."""

    command: str | None
    args: tuple[str, ...]


def read_call(
    args: Sequence[str], *, commands: Collection[str], with_value: Collection[str], flags: Collection[str]
) -> Call:
    """Return the command that `args` call. Options may stand before its name.

    `with_value` are the options that take the next argument, `flags` those that do not. Raises UsageError for a single
    word that is no command, unless `--` stands before it or a misspelt option, which the parser refuses by its name.
    """
    position = _first_word(args, with_value)
    if position is None:
        return Call(None, tuple(args))
    word = args[position]
    if word in commands:
        return Call(word, (*args[:position], *args[position + 1 :]))
    misspelt = position > 0 and _is_unknown(args[position - 1], {*with_value, *flags})
    if word and not misspelt and not any(char.isspace() for char in word):
        shown = make_safe_line(word, 60)
        hint = f"{hint_nearest(word, commands)} To send it as a prompt: compare-tui -- {shown}"
        raise UsageError(f"{shown} is not a command.", hint=hint)
    return Call(None, tuple(args))


def _first_word(args: Sequence[str], with_value: Collection[str]) -> int | None:
    position = 0
    while position < len(args):
        arg = args[position]
        if arg == "--":
            return None
        if not arg.startswith("-") or arg == "-":
            return position
        position += 2 if arg in with_value else 1
    return None


def _is_unknown(arg: str, known: Collection[str]) -> bool:
    return arg.startswith("--") and "=" not in arg and arg not in known
