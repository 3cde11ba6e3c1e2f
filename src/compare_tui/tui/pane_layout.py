"""How panes share the room. Pure: sizes in, columns and rows out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MIN_COLUMNS = 40
"""A pane narrower than this is not comfortable to read."""
MIN_ROWS = 12
"""Rows with the frame, below which a grid shows too little of each pane."""


class Layout(Enum):
    """What a person chose with the layout key."""

    AUTO = "by width"
    COLUMNS = "columns"
    GRID = "grid"
    ROWS = "rows"
    TABS = "tabs"

    def next(self) -> Layout:
        """Return the layout that the key chooses next."""
        layouts = list(Layout)
        return layouts[(layouts.index(self) + 1) % len(layouts)]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Panes in `columns` x `rows`; or one at a time, with a bar of tabs."""

    columns: int
    rows: int
    tabs: bool = False


_TABS = Arrangement(1, 1, tabs=True)


def arrange(layout: Layout, n_panes: int, width: int, height: int) -> Arrangement:
    """Return the arrangement of `n_panes` in `width` x `height` cells."""
    if n_panes <= 1:
        return Arrangement(1, 1)
    match layout:
        case Layout.TABS:
            return _TABS
        case Layout.COLUMNS:
            return Arrangement(n_panes, 1)
        case Layout.ROWS:
            return Arrangement(1, n_panes)
        case Layout.GRID:
            columns = grid_columns(n_panes, width)
            return Arrangement(columns, -(-n_panes // columns))
        case Layout.AUTO:
            return _by_size(n_panes, width, height)


def grid_columns(n_panes: int, width: int) -> int:
    """Return how many columns a grid has: as square as it may be, each wide enough to read."""
    square = next(columns for columns in range(1, n_panes + 1) if columns * columns >= n_panes)
    return max(1, min(square, max(2, width // MIN_COLUMNS)))


def _by_size(n_panes: int, width: int, height: int) -> Arrangement:
    """Columns if they are wide enough, else a grid if its panes are big enough, else tabs."""
    if width // n_panes >= MIN_COLUMNS:
        return Arrangement(n_panes, 1)
    columns = width // MIN_COLUMNS
    if columns >= 2:
        rows = -(-n_panes // columns)
        if height // rows >= MIN_ROWS:
            return Arrangement(-(-n_panes // rows), rows)
    return _TABS
