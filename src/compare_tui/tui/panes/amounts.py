"""Amounts as a reader takes them in at a glance."""

from __future__ import annotations

import math


def seconds(value: float) -> str:
    """Return `0.4 s`, `12 s` or `3 min 05 s`."""
    if value < 9.95:
        return f"{value:.1f} s"
    if value < 119.5:
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


def whole_seconds(value: float) -> str:
    """Return a waiting time, which only counts in whole seconds."""
    return f"{int(value)} s" if value < 120 else f"{int(value) // 60} min {int(value) % 60:02d} s"


def dollars(value: float) -> str:
    """Return a cost with two significant digits, four decimals at least while it is under a dollar."""
    if value == 0:
        return "$0"
    if value >= 1:
        return f"${value:,.2f}"
    decimals = max(4, 1 - math.floor(math.log10(value)))
    return f"${value:.{decimals}f}"


def per_second(value: float) -> str:
    """Return `86 tok/s` or `3.2 tok/s`."""
    return f"{value:.0f} tok/s" if value >= 9.95 else f"{value:.1f} tok/s"


def size(n_bytes: int) -> str:
    """Return `812 B`, `14 kB` or `1.2 MB`."""
    if n_bytes < 1000:
        return f"{n_bytes} B"
    if n_bytes < 999_500:
        return f"{n_bytes / 1000:.0f} kB"
    return f"{n_bytes / 1_000_000:.1f} MB"
