"""Strips as cells: a text and a style for every column of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import split_graphemes
from rich.segment import Segment
from rich.style import Style

Cell = tuple[str, Style]
"""What one column shows; the second column of a wide character has the text ``""``."""
NO_STYLE = Style.null()
_MAX_STYLES, _MAX_LINES = 4096, 1024
"""Kept; a screen of 16 panes has about 800 lines."""


def is_of_doubtful_width(text: str) -> bool:
    """Say whether terminals differ in how many columns `text` takes: a cluster of several characters."""
    return len(text) > 1


def blanks(n: int) -> list[Cell]:
    """Return `n` empty cells."""
    return [(" ", NO_STYLE)] * n


class CellMaker:
    """Makes cells; equal styles are one object in them, and the colour of a blank's text is none."""

    def __init__(self) -> None:
        self._styles: dict[Style, tuple[Style, Style]] = {}
        self._originals: dict[Style, Style] = {}
        self._lines: dict[int, tuple[Iterable[Segment], list[Cell]]] = {}

    def line(self, segments: Iterable[Segment]) -> Sequence[Cell]:
        """Return the cells of segments that never change; the same object gives the same cells."""
        known = self._lines.get(id(segments))
        if known is None:
            if len(self._lines) >= _MAX_LINES:
                self._lines.clear()
            known = self._lines[id(segments)] = (segments, self.cells(segments))  # kept, so that the id stays taken
        return known[1]

    def cells(self, segments: Iterable[Segment]) -> list[Cell]:
        """Return the cells of `segments`; what takes no column stays with the character before it."""
        cells: list[Cell] = []
        for text, any_style, control in segments:
            if control:
                continue
            style, ground = self._interned(any_style or NO_STYLE)
            if text.isascii():
                cells += [(character, ground if character == " " else style) for character in text]
                continue
            for start, end, width in split_graphemes(text)[0]:
                if width > 0:
                    cells.append((text[start:end], ground if text[start:end] == " " else style))
                    cells += [("", style)] * (width - 1)
                elif cells and cells[-1][0]:
                    cells[-1] = (cells[-1][0] + text[start:end], cells[-1][1])
        return cells

    def _interned(self, style: Style) -> tuple[Style, Style]:
        """Return the one style that looks like this, and the one of a blank in it."""
        known = self._styles.get(style)
        if known is None:
            if len(self._styles) >= _MAX_STYLES:
                self._styles.clear()
            bare = self._one(style.clear_meta_and_links())
            shows_blanks = bare.underline or bare.reverse or bare.strike or bare.underline2 or bare.overline
            known = bare, bare if shows_blanks else self._one(Style(bgcolor=bare.bgcolor))
            self._styles[style] = known
        return known

    def _one(self, style: Style) -> Style:
        return self._originals.setdefault(style, style)
