"""Mends what Textual's parser makes of keys that terminals send in more than one way (measured with 8.2.8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import cast

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.message import Message
from textual.widget import Widget


class _MoreKeys(StrEnum):
    ALT_ENTER = "alt+enter"


_ALT_ENTER = ("\x1b\r", "\x1b\n")
_ESCAPE_AND_KEY = (*(f"\x1b{digit}" for digit in "1234567890"), "\x1b=", "\x1b-", "\x1bf", "\x1bb")
"""Esc quickly followed by one of these keys; Textual's table makes `¡` and the like of them, or a word's jump."""


def mend_key_table() -> None:
    """Let Alt+Enter arrive as such, and Esc followed by a key as Esc and a key."""
    table = cast("dict[str, object]", ANSI_SEQUENCES_KEYS)
    for sequence in _ALT_ENTER:
        table[sequence] = (_MoreKeys.ALT_ENTER,)
    for sequence in _ESCAPE_AND_KEY:
        table.pop(sequence, None)


def split_alt(message: Message) -> Iterator[Message]:
    """Turn Alt+X, as the parser makes it of Esc and X in one read, back into Esc and X.

    A real Alt+X of the kitty protocol carries no character and passes.
    """
    character = message.character if isinstance(message, events.Key) else None
    if isinstance(message, events.Key) and message.key.startswith("alt+") and character and character.isprintable():
        yield events.Key("escape", "\x1b")
        yield events.Key(character, character)
    else:
        yield message


def deliver(event: events.Event, widget: Widget) -> None:
    """Hand a key or a paste to `widget`, whatever has the focus."""
    if not widget.app.app_focus:
        widget.app.app_focus = True
    widget._forward_event(event)


class Bursts:
    """Tells an Enter that was pressed from one that stands inside a burst of input.

    `tmux paste-buffer` without `-p`, and any terminal without bracketed paste, deliver a pasted newline as Enter. An
    Enter with more input right behind it, or in a burst that held such an Enter, is a pasted newline.
    """

    GAP_S = 0.02
    """A longer pause ends the burst."""

    def __init__(self) -> None:
        self._last_at = float("-inf")
        self._holds_newline = False

    def mend(self, messages: Sequence[Message], now: float, *, more_waiting: bool) -> list[Message]:
        """Return the messages of one read, pasted newlines as `Paste`; `more_waiting`: the next read has something."""
        if now - self._last_at > self.GAP_S:
            self._holds_newline = False
        self._last_at = now
        last_text = max((place for place, message in enumerate(messages) if _is_text(message)), default=-1)
        first_enter = next((place for place, message in enumerate(messages) if _is_enter(message)), last_text)
        if first_enter < last_text or (more_waiting and first_enter == last_text >= 0 and _is_enter(messages[-1])):
            self._holds_newline = True
        if not self._holds_newline:
            return list(messages)
        return [events.Paste("\n") if _is_enter(message) else message for message in messages]


def _is_enter(message: Message) -> bool:
    return isinstance(message, events.Key) and message.key in ("enter", "ctrl+j")


def _is_text(message: Message) -> bool:
    return isinstance(message, events.Paste) or (
        isinstance(message, events.Key) and (message.is_printable or _is_enter(message))
    )
