"""Marks on drawn text: what was searched for and found, what is selected."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, Protocol

from compare_tui.tui.panes.rows import Part


class MarkKind(Enum):
    """Why some cells are marked."""

    FOUND = "found"
    CURRENT = "current"
    SELECTED = "selected"


class Mark(NamedTuple):
    """Cells `start` up to `end` of a line."""

    start: int
    end: int
    kind: MarkKind


class Marker(Protocol):
    """Knows what is marked in the lines of a pane's parts."""

    def marks(self, part: Part, y: int) -> tuple[Mark, ...]:
        """Return the marks of line `y` of `part`."""
