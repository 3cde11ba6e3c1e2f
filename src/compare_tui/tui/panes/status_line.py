"""A status as one line: sign and words first, then the figures that fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from compare_tui.tui.panes.tones import Tone

if TYPE_CHECKING:
    from compare_tui.tui.signs import Signs

_LONG_ROOM = 60
"""Cells from which on figures are named. By room, not by fit, so that neighbours look alike."""


class Figure(NamedTuple):
    """One figure of a status. Where room is short, the one of the lowest rank goes first."""

    short: str
    """Empty where the figure is shown only with its name."""
    named: str = ""
    """With its name; empty where it needs none."""
    rank: int = 0


class Status(NamedTuple):
    """A status before it is fitted into a pane's width."""

    sign: str
    words: str
    tone: Tone
    figures: tuple[Figure, ...] = ()


NO_STATUS = Status("", "", Tone.QUIET)


def fit_status(status: Status, width: int, signs: Signs, place: str = "") -> tuple[str, str]:
    """Return sign and words, and the figures behind them, as one line of at most `width` cells together.

    Sign, words and `place` (the scroll position) stay. Where room is short, names of figures go first, then figures.
    """
    head = " ".join(part for part in (status.sign, status.words) if part)
    join = f" {signs.separator} "
    for figures in _candidates(status.figures, names=width >= _LONG_ROOM):
        tail = join.join(part for part in (*figures, place) if part)
        # Without words of its own, the first figure says what the sign means.
        between = "" if not (head and tail) else join if status.words else " "
        if cell_len(head + between + tail) <= width:
            return head, between + tail
    return (head, "") if cell_len(head) <= width else (status.sign, "")


def _candidates(figures: Sequence[Figure], *, names: bool) -> Iterator[list[str]]:
    """Return the figures in ever less room."""
    if names:
        yield [figure.named or figure.short for figure in figures]
        yield [figure.named or figure.short for figure in figures if figure.short]
    left = [figure for figure in figures if figure.short]
    yield [figure.short for figure in left]
    while left:
        left.remove(min(left, key=lambda figure: figure.rank))
        yield [figure.short for figure in left]
