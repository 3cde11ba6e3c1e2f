"""A list to choose from: one line per entry, drawn as text, never as markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from compare_tui.domain.safe_text import make_safe_line


class Entry(NamedTuple):
    """A line: what it is, what it is about, and what stands at its right."""

    text: str
    about: str = ""
    aside: str = ""


class ChoiceList(Widget, can_focus=True):
    """Shows entries and marks one. Its keys belong to the screen around it."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--text", "choice--aside", "choice--chosen", "choice--chosen-aside"}
    DEFAULT_CSS = """
    ChoiceList {
        height: auto;
        background: $surface;
        & > .choice--text { color: $foreground; }
        & > .choice--aside { color: $quiet; }
        & > .choice--chosen { color: $foreground; background: $line; text-style: bold; }
        & > .choice--chosen-aside { color: $foreground; background: $line; }
    }
    """

    class Chosen(Message):
        """An entry was clicked."""

    def __init__(self, *, empty: str = "") -> None:
        super().__init__()
        self._empty = empty
        self._entries: tuple[Entry, ...] = ()
        self._text_cells = 0
        self.place = 0

    def set_entries(self, entries: Sequence[Entry], place: int | None = None) -> None:
        """Show `entries`, the one at `place` marked."""
        self._entries = tuple(Entry(*(make_safe_line(part) for part in entry)) for entry in entries)
        self._text_cells = max((cell_len(entry.text) for entry in self._entries), default=0)
        self.move_to(self.place if place is None else place)
        self.refresh(layout=True)

    def set_empty(self, text: str) -> None:
        """Say `text` where there is no entry."""
        self._empty = text

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Show `entries` below the others."""
        added = tuple(Entry(*(make_safe_line(part) for part in entry)) for entry in entries)
        self._entries += added
        self._text_cells = max(self._text_cells, *(cell_len(entry.text) for entry in added), 0)
        self.refresh(layout=True)

    def move_to(self, place: int) -> None:
        """Mark the entry at `place`, or the nearest."""
        self.place = max(0, min(place, len(self._entries) - 1))
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, len(self._entries))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        place = self._first_shown() + y
        if not self._entries and y == 0:
            return self._strip(Entry(self._empty), "choice--aside", "choice--aside", width)
        if place >= len(self._entries):
            return Strip.blank(width, self.rich_style)
        if place == self.place:
            return self._strip(self._entries[place], "choice--chosen", "choice--chosen-aside", width, mark=">")
        return self._strip(self._entries[place], "choice--text", "choice--aside", width)

    def on_click(self, event: events.Click) -> None:
        self.move_to(self._first_shown() + event.y)
        self.post_message(self.Chosen())

    def on_mouse_scroll_down(self) -> None:
        self.move_to(self.place + 1)

    def on_mouse_scroll_up(self) -> None:
        self.move_to(self.place - 1)

    def _first_shown(self) -> int:
        rows = max(1, self.size.height)
        return max(0, min(self.place - rows // 2, len(self._entries) - rows))

    def _strip(self, entry: Entry, text: str, aside: str, width: int, mark: str = " ") -> Strip:
        main, quiet = self.get_component_rich_style(text), self.get_component_rich_style(aside)
        right = f" {entry.aside} " if entry.aside else " "
        room = max(0, width - cell_len(right))
        left = f"{mark} {entry.text}"
        if entry.about:
            left = set_cell_size(left, self._text_cells + 4)
        if cell_len(left) > room:
            left = set_cell_size(left, max(0, room - 1)) + "…"
        about = set_cell_size(entry.about, max(0, room - cell_len(left)))
        return Strip([Segment(left, main), Segment(about, quiet), Segment(right, quiet)]).crop(0, width)
