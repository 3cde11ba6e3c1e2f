"""A bar: one quiet line, drawn from spans. What does not fit is left out, span by span, from the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from compare_tui.tui.theme_styles import bar_styles


class Span(NamedTuple):
    """A piece of a bar: text, never markup, in a style of theme_styles.bar_styles."""

    text: str
    style: str = "quiet"


class Bar(Widget):
    """Shows `left` and, right-aligned, `right`; where room is short, `right` goes first."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Bar { height: 1; background: $background; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._left: tuple[Span, ...] = ()
        self._right: tuple[Span, ...] = ()
        self._colours: Mapping[str, Style] | None = None

    def show(self, left: Sequence[Span], right: Sequence[Span] = ()) -> None:
        """Show these spans; repaints only if they are others than before."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    @property
    def text(self) -> str:
        """What is shown, as far as it fits."""
        return "".join(segment.text for segment in self.render_line(0))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self._style_map()["quiet"]
        left = self._fit(self._left, width)
        used = sum(cell_len(segment.text) for segment in left)
        right = self._fit(self._right, width - used - 2, cut=False)
        gap = width - used - sum(cell_len(segment.text) for segment in right)
        return Strip([*left, Segment(" " * max(0, gap), base), *right]).crop(0, width)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._colours = None

    def _style_map(self) -> Mapping[str, Style]:
        if self._colours is None:
            self._colours = bar_styles(self.app.theme_variables)
        return self._colours

    def _fit(self, spans: Sequence[Span], room: int, *, cut: bool = True) -> list[Segment]:
        styles = self._style_map()
        fitted = []
        for text, style in spans:
            size = cell_len(text)
            if size > room:
                if cut and room > 1:
                    fitted.append(Segment(set_cell_size(text, room - 1) + "…", styles[style]))
                break
            fitted.append(Segment(text, styles[style]))
            room -= size
        return fitted
