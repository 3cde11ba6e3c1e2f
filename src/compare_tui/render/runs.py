"""Runs of text in one style, and how they become wrapped lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.segment import Segment

from compare_tui.render.flow import Line
from compare_tui.render.palette import Role, Roles
from compare_tui.render.view import Margin, View
from compare_tui.render.wrapping import Joint, cells, wrap


class Run(NamedTuple):
    """Text in one style; a text of "\\n" ends the line."""

    text: str
    roles: Roles
    source: int
    """Where it begins in the received text."""


LINE_END = "\n"
TAB = "    "
_DRAWN: frozenset[Role] = frozenset({"address", "footnote", "image", "math"})
"""Roles of text that is not as received: all of it counts as standing where it begins."""


def received_runs(text: str, roles: Roles, source: int) -> list[Run]:
    """The runs of a line as received; each tab is one of its own, as wide as `TAB`."""
    if "\t" not in text:
        return [Run(text, roles, source)]
    runs: list[Run] = []
    for number, piece in enumerate(text.split("\t")):
        if number:
            runs.append(Run(TAB, roles, source - 1))
        if piece:
            runs.append(Run(piece, roles, source))
        source += len(piece) + 1
    return runs


def fold(runs: Sequence[Run], width: int) -> list[tuple[list[Run], str, Joint]]:
    """The visual lines of `runs`: each one's runs, its text, and what stood before it."""
    return [
        (piece, text[start:end], joint)
        for part in _split_at_line_ends(runs)
        for text in ("".join(run.text for run in part),)
        for spans in (wrap(text, width),)
        for (start, end, joint), piece in zip(spans, _slice(part, spans), strict=True)
    ]


class RunWrapper:
    """Wraps runs as they come.

    Lines that no further text can change are in `lines`; the last one is still open.
    """

    __slots__ = ("_base", "_first", "_joint", "_keeps_source", "_open", "_rest", "_source", "_view", "_width", "lines")

    def __init__(
        self, view: View, first: Margin, rest: Margin, source: int, base: Roles = (), *, keeps_source: bool = False
    ) -> None:
        """`base` lies under the roles of each run; with `keeps_source` all lines stand at `source`."""
        self.lines: list[Line] = []
        self._view = view
        self._base = base
        self._first = first
        self._rest = rest
        self._width = max(1, view.width - max(first.cells, rest.cells))
        self._open: list[Run] = []
        self._joint: Joint = "\n"
        self._source = source
        self._keeps_source = keeps_source

    def feed(self, runs: Iterable[Run]) -> None:
        """Add runs for good."""
        self._open.extend(runs)
        lines, last, self._joint = self._lay_out(self._open)
        if len(lines) > 1:
            self.lines += lines[:-1]
            self._source = self.lines[-1].source
        self._open = last

    def ending(self, runs: Sequence[Run] = ()) -> list[Line]:
        """The lines after `lines`, if nothing but `runs` followed."""
        return self._lay_out([*self._open, *runs])[0]

    def _lay_out(self, runs: list[Run]) -> tuple[list[Line], list[Run], Joint]:
        """All lines of `runs`; the runs of the last one; what stands before it."""
        lines: list[Line] = []
        joint = self._joint
        last: list[Run] = []
        source = self._source
        for part in _split_at_line_ends(runs):
            texts = [run.text for run in part]
            text = texts[0] if len(texts) == 1 else "".join(texts)
            spans = wrap(text, self._width)
            slices = _slice(part, spans)
            for (start, end, before), piece in zip(spans, slices, strict=True):
                if start or lines:
                    joint = before
                margin = self._rest if lines or self.lines else self._first
                if piece and not self._keeps_source:
                    source = max(source, piece[0].source)
                lines.append(self._line(margin, piece, text[start:end], source, joint))
            last = _from(part, spans[-1][0])
        return lines, last, joint

    def _line(self, margin: Margin, runs: list[Run], text: str, source: int, joint: Joint) -> Line:
        style, base = self._view.style, self._base
        segments = [*margin.segments, *(Segment(run.text, style(base + run.roles)) for run in runs)]
        return Line(tuple(segments), margin.cells + cells(text), source, margin.cells, joint)


def _split_at_line_ends(runs: Sequence[Run]) -> list[list[Run]]:
    """At least one part, and each of at least one run."""
    parts: list[list[Run]] = [[]]
    for run in runs:
        if run.text == LINE_END:
            if not parts[-1]:
                parts[-1].append(Run("", (), run.source))
            parts.append([])
        else:
            parts[-1].append(run)
    if not parts[-1]:
        parts[-1].append(Run("", (), runs[-1].source + 1 if runs else 0))
    return parts


def _slice(runs: list[Run], spans: list[tuple[int, int, Joint]]) -> list[list[Run]]:
    """The runs of each span; neighbours of one style become one."""
    if len(runs) == 1:
        text, roles, source = runs[0]
        step = _step(roles)
        return [[Run(text[start:end], roles, source + step * start)] if end > start else [] for start, end, _ in spans]
    slices: list[list[Run]] = []
    index, at = 0, 0
    for start, end, _ in spans:
        piece: list[Run] = []
        while index < len(runs) and at + len(runs[index].text) <= start:
            at += len(runs[index].text)
            index += 1
        scan, scan_at = index, at
        while scan < len(runs) and scan_at < end:
            text, roles, source = runs[scan]
            low, high = max(0, start - scan_at), end - scan_at
            if text:
                cut = text[low:high]
                if piece and piece[-1].roles == roles:
                    piece[-1] = Run(piece[-1].text + cut, roles, piece[-1].source)
                else:
                    piece.append(Run(cut, roles, source + _step(roles) * low))
            scan_at += len(text)
            scan += 1
        slices.append(piece)
    return slices


def _step(roles: Roles) -> int:
    """By how much the place in the received text moves with each character."""
    return 0 if roles and not _DRAWN.isdisjoint(roles) else 1


def _from(runs: list[Run], start: int) -> list[Run]:
    """The runs from the character at `start` on."""
    if start == 0:
        return runs
    kept: list[Run] = []
    at = 0
    for text, roles, source in runs:
        if at >= start:
            kept.append(Run(text, roles, source))
        elif at + len(text) > start:
            kept.append(Run(text[start - at :], roles, source + _step(roles) * (start - at)))
        at += len(text)
    return kept
