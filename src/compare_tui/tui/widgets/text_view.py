"""A text of any length in a dialog: lines of it are drawn as they come into sight."""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from compare_tui.render.palette import plain
from compare_tui.render.plain import PlainFlow


class TextView(Widget, can_focus=True):
    """Shows safe text, wrapped, as it is."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TextView { height: auto; background: $surface; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._flow = PlainFlow(plain())
        self._top = 0

    def show(self, text: str) -> None:
        """Show `text` from its beginning."""
        self._flow = PlainFlow(plain(), self.size.width or 80)
        self._flow.append(text)
        self._flow.finish()
        self._top = 0
        self.refresh(layout=True)

    def scroll_by(self, rows: int) -> None:
        """Scroll down, or up if negative."""
        top = max(0, min(self._top + rows, self._flow.height - self.size.height))
        if top != self._top:
            self._top = top
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        self._flow.set_width(width)
        return max(1, self._flow.height)

    def on_resize(self) -> None:
        self._flow.set_width(self.size.width)
        self.scroll_by(0)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_by(-3)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if self._top + y >= self._flow.height:
            return Strip.blank(width, base)
        line = self._flow.line(self._top + y)
        segments = [Segment(segment.text, base) for segment in line.segments]
        return Strip(segments, line.cells).adjust_cell_length(width, base)
