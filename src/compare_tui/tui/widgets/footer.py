"""The footer: the keys that matter now, at most eight. Made from the commands table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from compare_tui.tui.commands import Mode, Situation
from compare_tui.tui.keymap import Keymap
from compare_tui.tui.widgets.bar import Bar, Span

MAX_HINTS = 8


class Hint(NamedTuple):
    """Commands that share one hint, and its word."""

    commands: tuple[str, ...]
    word: str


_WRITE = (
    Hint(("send",), "send"),
    Hint(("new-line",), "new line"),
    Hint(("interrupt",), "stop all"),
    Hint(("review",), "review"),
    Hint(("lanes",), "lanes"),
    Hint(("palette",), "commands"),
    Hint(("help",), "help"),
)
_REVIEW = (
    Hint(("search-next", "search-previous"), "next, before"),
    Hint(("write-all",), "write"),
    Hint(("stop",), "stop"),
    Hint(("ask-again",), "again"),
    Hint(("previous-pane", "next-pane"), "pane"),
    Hint(("scroll-down", "scroll-up"), "scroll"),
    Hint(("zoom",), "zoom"),
    Hint(("reasoning",), "reasoning"),
    Hint(("copy",), "copy"),
    Hint(("lanes",), "lanes"),
    Hint(("help",), "help"),
)
_ALWAYS_SHOWN = frozenset({"send"})


def hints(keymap: Keymap, situation: Situation) -> Iterator[tuple[str, str]]:
    """Return (keys, word) of the hints for `situation`, at most eight."""
    mode = situation.mode
    shown = 0
    for names, word in _WRITE if mode is Mode.WRITE else _REVIEW:
        if names == ("interrupt",) and not situation.any_live:
            continue
        keys = [keymap.shown_key(name, mode) for name in names]
        usable = names[0] in _ALWAYS_SHOWN or all(keymap.commands[name].when(situation) for name in names)
        if usable and all(keys) and shown < MAX_HINTS:
            shown += 1
            yield " ".join(keys), word


class Footer(Bar):
    """One line below the composer. A hint that does not fit is left out whole."""

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(id="footer")
        self._keymap = keymap
        self._situation = Situation()
        self._search = ""

    def set_situation(self, situation: Situation, search: str | None = None) -> None:
        """Show the hints for `situation`, after `search`: what is searched for and where one stands."""
        self._situation = situation
        self._search = self._search if search is None else search
        spans: list[Span] = []
        room = self.size.width
        if self._search:
            words = set_cell_size(self._search, room // 2) if cell_len(self._search) > room // 2 else self._search
            spans = [Span(" "), Span(words, "warn")]
            room -= 1 + cell_len(words)
        for keys, word in hints(self._keymap, situation):
            gap = "   " if spans else " "
            size = cell_len(gap) + cell_len(keys) + 1 + cell_len(word)
            if size > room:
                break
            spans += [Span(gap), Span(keys, "key"), Span(f" {word}")]
            room -= size
        self.show(spans)

    def on_resize(self) -> None:
        self.set_situation(self._situation)
