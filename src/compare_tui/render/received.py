"""What was received of drawn text: for copying what a person has marked on the screen."""

from __future__ import annotations

from compare_tui.render.flow import Flow
from compare_tui.render.search import text_between

Place = tuple[int, int]
"""Line and cell."""
_MARKS_AT_MOST = 80
"""Characters between two drawn ones that may be marks of the formatting, such as a link's address."""
_MISSES_AT_MOST = 0.1


def received_between(flow: Flow, first: Place, last: Place) -> str:
    """The received text behind the drawn text from one place to another.

    Whole lines come with their marks, parts of a line without those at either end. Where the drawing is too far from
    what was received (a table that is wrapped in its cells, a formula), the drawn text is returned.
    """
    first, last = sorted((first, last))
    drawn = text_between(flow, first, last)
    if not drawn:
        return ""
    low, high = flow.line_source(first[0]), _end_of_line(flow, last[0])
    received = flow.text()[low:high]
    before = text_between(flow, (first[0], 0), first) if first[1] else ""
    at, _, _, _ = _align(received, before, 0)
    _, start, end, misses = _align(received, drawn, at)
    if misses > _MISSES_AT_MOST * len(drawn):
        return drawn
    if first[0] != last[0]:
        if flow.line(first[0]).joins == "\n" and first[1] <= flow.line(first[0]).indent:
            start = 0
        if last[1] >= len(flow.line(last[0]).plain.rstrip()) and _ends_a_line(flow, last[0]):
            line_end = received.find("\n", end)
            end = len(received) if line_end < 0 else line_end
    return received[start:end].rstrip()


def _end_of_line(flow: Flow, y: int) -> int:
    """Where what is drawn on line `y` ends in the received text, at the latest."""
    source = flow.line_source(y)
    for below in range(y + 1, flow.height):
        if flow.line_source(below) > source:
            return flow.line_source(below)
    return len(flow.text())


def _ends_a_line(flow: Flow, y: int) -> bool:
    return y + 1 >= flow.height or flow.line(y + 1).joins == "\n"


def _align(received: str, drawn: str, at: int) -> tuple[int, int, int, int]:
    """Find the characters of `drawn` in `received` from `at` on, in their order.

    Returns the place behind the last, where the first stands, where the last ends, and how many were not found.
    """
    start, misses = -1, 0
    for character in drawn:
        if character.isspace():
            continue
        found = received.find(character, at, at + _MARKS_AT_MOST)
        if found < 0:
            misses += 1
            continue
        start = found if start < 0 else start
        at = found + 1
    return at, max(start, 0), at, misses
