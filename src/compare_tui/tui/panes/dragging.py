"""Selecting in a pane with the mouse: press, drag, let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

if TYPE_CHECKING:
    from compare_tui.tui.panes.rows import Row
    from compare_tui.tui.panes.scroll import Scroll
    from compare_tui.tui.panes.selection import Selection
    from compare_tui.tui.panes.transcript import Transcript


class Dragging:
    """Holds what is selected. A press without a drag selects nothing."""

    def __init__(self, scroll: Scroll) -> None:
        self.selection: Selection | None = None
        self.is_under_way = False
        self._scroll = scroll

    def press(self, transcript: Transcript, event: events.MouseDown, left: int) -> None:
        """Begin at the mouse; `left` is the pane's column where cell 0 of a line stands."""
        from compare_tui.tui.panes.selection import Selection

        place = self._place(transcript, event, left)
        self.selection = Selection(place, place)
        self.is_under_way = True

    def move(self, transcript: Transcript, event: events.MouseMove, left: int) -> None:
        """Select up to the mouse; beyond the upper or lower border the text is scrolled."""
        if self.selection is not None:
            if not 0 < event.y <= self._scroll.rows:
                self._scroll.by(-1 if event.y <= 0 else 1)
            self.selection = self.selection._replace(end=self._place(transcript, event, left))

    def let_go(self, transcript: Transcript) -> str:
        """Return what was received of what is selected, or an empty string."""
        self.is_under_way = False
        if self.selection is None or self.selection.is_empty:
            self.selection = None
            return ""
        return self.selection.text(transcript)

    def mark(self, row: Row, y: int) -> Row:
        """Return `row`, which stands at `y`, with what is selected of it marked."""
        return row if self.selection is None else row._replace(marks=self.selection.marks(row, y))

    def _place(self, transcript: Transcript, event: events.MouseEvent, left: int) -> tuple[int, int]:
        y = self._scroll.top + int(max(0, min(event.y - 1, self._scroll.rows - 1)))
        return y, int(max(0, event.x - left - len(transcript.row(y).prefix)))
