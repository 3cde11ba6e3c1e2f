"""What the layout of lines depends on besides the text: width, palette, wrapping of code."""

from __future__ import annotations

from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from compare_tui.render.containers import Path, Prefix, first_prefix, rest_prefix
from compare_tui.render.palette import Palette, Roles
from compare_tui.render.syntax_styles import Syntax, SyntaxStyles
from compare_tui.render.wrapping import cells

MIN_WIDTH = 2
_MIN_TEXT = 8
"""Cells left to the text, however deep it is nested."""


class Margin(NamedTuple):
    """What is drawn at the left of a line."""

    segments: tuple[Segment, ...]
    cells: int


class View:
    """One width and one palette; styles are looked up once each."""

    __slots__ = ("_margins", "_styles", "_syntax", "palette", "width", "wraps_code")

    def __init__(self, width: int, palette: Palette, *, wraps_code: bool = True) -> None:
        self.width = max(MIN_WIDTH, width)
        self.palette = palette
        self.wraps_code = wraps_code
        self._styles: dict[Roles, Style] = {}
        self._margins: dict[Prefix, Margin] = {}
        self._syntax = SyntaxStyles(palette)

    def with_width(self, width: int) -> View:
        return View(width, self.palette, wraps_code=self.wraps_code)

    def style(self, roles: Roles) -> Style:
        style = self._styles.get(roles)
        if style is None:
            style = self._styles[roles] = self.palette.style(roles)
        return style

    def code_style(self, kind: Syntax) -> Style:
        return self._syntax[kind]

    def first_margin(self, path: Path, n_drawn: int) -> Margin:
        """The margin of a block's first line; nothing of `path` from `n_drawn` on has been drawn before."""
        return self._margin(first_prefix(path, self.palette.signs, n_drawn)) if path else _NO_MARGIN

    def rest_margin(self, path: Path) -> Margin:
        return self._margin(rest_prefix(path, self.palette.signs)) if path else _NO_MARGIN

    def _margin(self, prefix: Prefix) -> Margin:
        margin = self._margins.get(prefix)
        if margin is None:
            fitting = self._fit(prefix)
            segments = tuple(Segment(text, self.style(roles)) for text, roles in fitting)
            margin = self._margins[prefix] = Margin(segments, sum(cells(text) for text, _ in fitting))
        return margin

    def _fit(self, prefix: Prefix) -> Prefix:
        """Cut a prefix on its left so that some room is left for text."""
        excess = sum(cells(text) for text, _ in prefix) - (self.width - min(_MIN_TEXT, max(MIN_WIDTH, self.width // 2)))
        if excess <= 0:
            return prefix
        kept: list[tuple[str, Roles]] = []
        for text, roles in prefix:
            if excess >= len(text):
                excess -= len(text)
            else:
                kept.append((text[excess:], roles))
                excess = 0
        return tuple(kept)


_NO_MARGIN = Margin((), 0)
