"""Figures as bars of text, in eighths of a cell. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

_HEIGHTS = " ▁▂▃▄▅▆▇█"
_WIDTHS = " ▏▎▍▌▋▊▉"


def bar(part: float, cells: int) -> str:
    """Return a bar that fills `part` (0 to 1) of `cells`; whatever is more than nothing is seen."""
    eighths = round(max(0.0, min(1.0, part)) * cells * 8)
    whole, rest = divmod(max(eighths, 1 if part > 0 else 0), 8)
    return "█" * whole + (_WIDTHS[rest] if rest else "")


def sparkline(values: Sequence[float]) -> str:
    """Return one block per value, as high as its part of the largest; nothing is a dot."""
    most = max(values, default=0)
    return "".join(_HEIGHTS[math.ceil(value * 8 / most)] if value > 0 else "·" for value in values)
