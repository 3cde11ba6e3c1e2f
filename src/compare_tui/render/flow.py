"""The port through which panes and the command line draw: text grows in, lines of segments come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.segment import Segment

from compare_tui.render.palette import Palette
from compare_tui.render.wrapping import Joint


@dataclass(frozen=True, slots=True)
class Line:
    """One drawn line, without padding on its right."""

    segments: tuple[Segment, ...]
    cells: int
    """Drawn width; never more than the flow's width, except for code that is not wrapped."""
    source: int
    """Offset into the received text of what the line begins with."""
    indent: int = 0
    """Cells at its left that are drawn, not received: list indents, quote bars."""
    joins: Joint = "\n"
    """What the text has between the line before and this one: nothing (a long word was split), a space, a line end."""

    @property
    def plain(self) -> str:
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced or indented block of code, as received, without the marks around it."""

    info: str
    text: str
    source: int
    """Offset into the received text of the line in which it begins."""


class Flow(Protocol):
    """One growing text, laid out at one width.

    `append` and `finish` only note what came; the work is done when lines are asked for, so a flow that nobody sees
    costs nothing.
    """

    def append(self, text: str) -> None:
        """Add safe text at the end."""

    def finish(self) -> None:
        """No more text comes: what was held back is shown, what was approximate is made exact."""

    def settle(self, limit: int) -> bool:
        """Lay out at most `limit` characters more of what came; return whether more waits.

        From the first call on, looking at lines no longer lays anything out by itself: for panes that must stay quick
        while a very long text arrives at once. 4,096 characters take about 25 ms at most.
        """

    def set_width(self, width: int) -> None:
        """Wrap at `width` cells, at least 2."""

    def set_palette(self, palette: Palette) -> None: ...

    def set_code_wrap(self, *, wrap: bool) -> None:
        """Wrap long lines of code, or leave them wider than the flow for a pane that scrolls sideways."""

    @property
    def height(self) -> int:
        """Number of lines."""

    @property
    def stable_height(self) -> int:
        """Lines below this index never change, until `revision` does."""

    @property
    def revision(self) -> int:
        """Grows when stable lines changed: another width, palette or wrapping, or the exact pass of `finish`."""

    @property
    def widest(self) -> int:
        """Cells of the widest line."""

    def line(self, y: int) -> Line:
        """The line at `y`; the same object as long as nothing in it changed. IndexError outside."""

    def line_source(self, y: int) -> int:
        """Offset into the received text of what line `y` begins with; never falls from one line to the next."""

    def find_line(self, offset: int) -> int:
        """The last line that begins at or before `offset`; 0 in an empty flow."""

    def text(self) -> str:
        """All that was appended, unchanged."""

    def code_blocks(self) -> Sequence[CodeBlock]:
        """The blocks of code so far, in order."""
