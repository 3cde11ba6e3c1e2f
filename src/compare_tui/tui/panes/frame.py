"""A pane's lines as strips: rows inside a frame that carries the title above and the status below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from compare_tui.tui.panes.tones import Tone, Voice

if TYPE_CHECKING:
    from compare_tui.tui.panes.marks import MarkKind
    from compare_tui.tui.panes.rows import Row
    from compare_tui.tui.panes.title import Title
    from compare_tui.tui.signs import Signs

CHROME_COLUMNS = 4
"""A border and an empty cell on either side."""
CHROME_ROWS = 2


class FrameStyles(NamedTuple):
    """The pane's styles, on the pane's background."""

    border: Style
    number: Style
    name: Style
    detail: Style
    tones: Mapping[Tone, Style]
    voices: Mapping[Voice, Style]
    marks: Mapping[MarkKind, Style]


class Frame:
    """Draws strips of one width."""

    def __init__(self, width: int, styles: FrameStyles, signs: Signs) -> None:
        self._width = width
        self._styles = styles
        self._signs = signs
        self._left = Segment(f"{signs.vertical} ", styles.border)
        self._right = Segment(f" {signs.vertical}", styles.border)
        self._inner = max(0, width - CHROME_COLUMNS)

    def top(self, title: Title) -> Strip:
        """Return the upper border with the title in it."""
        signs, styles = self._signs, self._styles
        number = f" {title.number} " if title.number else " "
        spans = [(number, styles.number), (f"{title.name} ", styles.name)]
        spans += [(f"{_before(detail, signs)}{detail} ", styles.detail) for detail in title.details]
        return self._edge(signs.corners[0], _fit(spans, self._width - 3, signs), signs.corners[1])

    def bottom(self, words: tuple[str, str], tone: Tone) -> Strip:
        """Return the lower border with the status in it: its head in the colour of its tone, its figures in quiet."""
        signs, tones = self._signs, self._styles.tones
        head, figures = words
        figures_tone = Tone.LIVE if tone is Tone.LIVE else Tone.QUIET
        spans = [(f" {head}", tones[tone]), (f"{figures} ", tones[figures_tone])] if head or figures else []
        return self._edge(signs.corners[2], _fit(spans, self._width - 3, signs), signs.corners[3])

    def empty(self) -> Strip:
        """Return a row without text."""
        inside = Segment(" " * self._inner, self._styles.voices[Voice.ANSWER])
        return Strip([self._left, inside, self._right], max(self._width, CHROME_COLUMNS)).crop(0, self._width)

    def body(self, row: Row, column: int = 0) -> Strip:
        """Return a row between the borders, padded with its voice's background; answers from `column` on."""
        base = self._styles.voices[row.voice]
        segments = [self._left]
        used = 0
        if row.prefix:
            segments.append(Segment(row.prefix, base))
            used = cell_len(row.prefix)
        line = [Segment(part.text, base + part.style if part.style else base) for part in row.line.segments]
        if row.marks:
            line = self._marked(line, row)
        cells = row.line.cells
        if column and row.voice is Voice.ANSWER:
            line = list(Strip(line, cells).crop(min(column, cells), cells))
            cells = max(0, cells - column)
        segments += line
        used += cells
        if used > self._inner:
            inside = Strip(segments[1:], used).crop(0, self._inner)
            segments = [self._left, *inside]
        elif used < self._inner:
            segments.append(Segment(" " * (self._inner - used), base))
        segments.append(self._right)
        return Strip(segments, max(self._width, CHROME_COLUMNS)).crop(0, self._width)

    def _marked(self, line: list[Segment], row: Row) -> list[Segment]:
        """Draw the marks of a row over its line; marks do not overlap but for the last, which then wins."""
        for start, end, kind in row.marks:
            strip = Strip(line, row.line.cells)
            style = self._styles.marks[kind]
            inside = (Segment(part.text, (part.style or style) + style) for part in strip.crop(start, end))
            line = [*strip.crop(0, start), *inside, *strip.crop(end)]
        return line

    def _edge(self, left: str, spans: Sequence[Segment], right: str) -> Strip:
        border = self._styles.border
        used = sum(cell_len(span.text) for span in spans)
        line = self._signs.horizontal
        segments = [Segment(left, border), *spans, Segment(line * max(0, self._width - used - 2) + right, border)]
        return Strip(segments).crop(0, self._width)


def status_room(width: int) -> int:
    """Return the cells that a status may take in a pane of `width` cells."""
    return max(0, width - 5)


def _before(detail: str, signs: Signs) -> str:
    return "" if detail.startswith("@") else f"{signs.separator} "


def _fit(spans: Sequence[tuple[str, Style]], room: int, signs: Signs) -> list[Segment]:
    """Return as much of `spans` as fits into `room` cells, cut with an ellipsis."""
    fitted = []
    for text, style in spans:
        size = cell_len(text)
        if size <= room:
            fitted.append(Segment(text, style))
            room -= size
            continue
        if room >= 4:
            fitted.append(Segment(f"{set_cell_size(text, room - 2).rstrip()}{signs.ellipsis} ", style))
        break
    return fitted
