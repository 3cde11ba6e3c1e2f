"""Choosing a block of code to copy, or to write to a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from compare_tui.render.flow import CodeBlock
from compare_tui.tui.screens.dialog import Box, Dialog
from compare_tui.tui.widgets.choice_list import ChoiceList, Entry


class Picked(NamedTuple):
    """What is to be copied, as received, and whether to a file."""

    text: str
    to_file: bool


class CopyCodeScreen(Dialog[Picked | None]):
    """Lists the blocks by number and the whole answer as 0, if there is one; dismisses with what was picked."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("escape,q,ctrl+c,ctrl+q", "dismiss(None)", show=False),
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("enter,y", "pick(False)", show=False),
        Binding("f", "pick(True)", show=False),
    ]
    DEFAULT_CSS = """
    CopyCodeScreen ChoiceList { max-height: 20; }
    CopyCodeScreen #keys { margin-top: 1; }
    """

    def __init__(self, blocks: Sequence[CodeBlock], answer: str) -> None:
        super().__init__()
        self._texts = [*(block.text for block in blocks), *([answer] if answer else [])]
        self._entries = [_entry(number, block) for number, block in enumerate(blocks, 1)]
        if answer:
            self._entries.append(Entry("0 the whole answer", "", f"{len(answer):,} characters"))
        self._n_blocks = len(blocks)
        self._digits = ""
        self._list = ChoiceList()

    def compose(self) -> ComposeResult:
        with Box() as box:
            box.border_title = "Copy"
            yield self._list
            digits = f"1-{self._n_blocks}" if self._n_blocks > 1 else "1" if self._n_blocks else "0"
            yield Static(
                Content(f"{digits} or Enter copy    f write to a file    Esc leave"), id="keys", classes="quiet"
            )

    def on_mount(self) -> None:
        self._list.set_entries(self._entries, max(0, self._n_blocks - 1))
        self._list.focus()

    def on_key(self, event: events.Key) -> None:
        """Take a number; one that no further digit could change copies at once."""
        if not (len(event.key) == 1 and event.key.isdecimal()):
            self._digits = ""
            return
        event.stop()
        digits = self._digits + event.key
        if not 0 <= int(digits) <= self._n_blocks:
            digits = event.key
        number = int(digits)
        if number > self._n_blocks or (number == 0 and len(self._texts) == self._n_blocks):
            return
        self._list.move_to(number - 1 if number else self._n_blocks)
        self._digits = digits
        if number == 0 or number * 10 > self._n_blocks:
            self.action_pick(to_file=False)

    def on_choice_list_chosen(self) -> None:
        self.action_pick(to_file=False)

    def action_step(self, places: int) -> None:
        self._list.move_to(self._list.place + places)

    def action_pick(self, to_file: bool) -> None:
        self.dismiss(Picked(self._texts[self._list.place], to_file))


def _entry(number: int, block: CodeBlock) -> Entry:
    lines = block.text.split("\n")
    first = next((line.strip() for line in lines if line.strip()), "")
    words = f"{number} {block.info.split(maxsplit=1)[0]}" if block.info.strip() else f"{number}"
    return Entry(words, first, f"{len(lines):,} line{'' if len(lines) == 1 else 's'}")
