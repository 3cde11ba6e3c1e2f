"""A bar: one quiet line, drawn from spans. What does not fit is left out, span by span, from the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget


class Span(NamedTuple):
    """A piece of a bar: text, never markup, in the style of a component class."""

    text: str
    style: str = "bar--quiet"


class Bar(Widget):
    """Shows `left` and, right-aligned, `right`; where room is short, `right` goes first."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "bar--quiet", "bar--text", "bar--strong", "bar--key", "bar--good", "bar--warn", "bar--bad", "bar--chosen",
    }  # fmt: skip
    DEFAULT_CSS = """
    Bar {
        height: 1;
        background: $background;
        color: $quiet;
        & > .bar--quiet { color: $quiet; }
        & > .bar--text { color: $foreground; }
        & > .bar--strong { color: $foreground; text-style: bold; }
        & > .bar--key { color: $prompt; }
        & > .bar--good { color: $success; }
        & > .bar--warn { color: $warning; }
        & > .bar--bad { color: $error; }
        & > .bar--chosen { color: $line-focus; text-style: bold reverse; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._left: tuple[Span, ...] = ()
        self._right: tuple[Span, ...] = ()

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
        base = self.rich_style
        left = self._fit(self._left, width)
        used = sum(cell_len(segment.text) for segment in left)
        right = self._fit(self._right, width - used - 2, cut=False)
        gap = width - used - sum(cell_len(segment.text) for segment in right)
        return Strip([*left, Segment(" " * max(0, gap), base), *right]).crop(0, width)

    def _fit(self, spans: Sequence[Span], room: int, *, cut: bool = True) -> list[Segment]:
        fitted = []
        for text, style in spans:
            size = cell_len(text)
            if size > room:
                if cut and room > 1:
                    fitted.append(Segment(set_cell_size(text, room - 1) + "…", self.get_component_rich_style(style)))
                break
            fitted.append(Segment(text, self.get_component_rich_style(style)))
            room -= size
        return fitted
