"""A status as one line: sign and words first, then the figures that fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from compare_tui.tui.panes.tones import Tone

if TYPE_CHECKING:
    from compare_tui.tui.signs import Signs

_LONG_ROOM = 60
"""Cells from which on figures are named. By room, not by fit, so that neighbours look alike."""


class Status(NamedTuple):
    """A status before it is fitted into a pane's width."""

    sign: str
    words: str
    tone: Tone
    figures: tuple[str, ...] = ()
    long_figures: tuple[str, ...] = ()
    """The same figures, each named; for panes that are wide enough."""


NO_STATUS = Status("", "", Tone.QUIET)


def fit_status(status: Status, width: int, signs: Signs, place: str = "") -> tuple[str, str]:
    """Return sign and words, and the figures behind them, as one line of at most `width` cells together.

    Sign, words and `place` (the scroll position) stay; figures are dropped from the end where room is short.
    """
    head = " ".join(part for part in (status.sign, status.words) if part)
    join = f" {signs.separator} "
    figures = status.long_figures if width >= _LONG_ROOM else status.figures
    candidates = [figures[:count] for count in range(len(figures), -1, -1)]
    for figures in candidates:
        tail = join.join(part for part in (*figures, place) if part)
        # Without words of its own, the first figure says what the sign means.
        between = "" if not (head and tail) else join if status.words else " "
        if cell_len(head + between + tail) <= width:
            return head, between + tail
    return (head, "") if cell_len(head) <= width else (status.sign, "")
