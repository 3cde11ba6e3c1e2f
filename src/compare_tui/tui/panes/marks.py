"""Marks on drawn text: what was searched for and found, what is selected."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


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
