"""Blocks of code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.segment import Segment
from rich.style import Style

from compare_tui.render.flow import CodeBlock, Line
from compare_tui.render.highlighting import LONGEST_LINE, Highlighter, Tokens
from compare_tui.render.leaves import Place
from compare_tui.render.syntax_styles import PLAIN
from compare_tui.render.view import Margin, View
from compare_tui.render.wrapping import SEPARATORS, Joint, cells, chop

_INDENT = "  "
_ROOM_FOR_INDENT = 12
_TAB_SIZE = 4


class CodeLeaf:
    """Fenced or indented code: a line with its info string, then the code, indented, over its own background."""

    def __init__(self, place: Place, info: str) -> None:
        self.lines: list[Line] = []
        self.place = place
        self.info = info.strip()
        self._highlighter = Highlighter(self.info)
        self._code: list[str] = []
        self._tokens: list[Tokens] = []
        self._spans: list[tuple[int, int]] = []
        """Where each line begins and ends in the received text."""
        self._heights: list[int] = []
        self.n_fixed = 0
        """Drawn lines that more code does not change, but for the colours when the block closes."""
        self._partial: list[tuple[str, int]] = []
        self._long: _LongLine | None = None

    def lay_out(self, view: View) -> None:
        self.lines = [*self.place.blank_lines(view), *self._label(view)]
        self._heights = []
        self._long = None
        self.n_fixed = len(self.lines)
        self._extend(view, self._tokens, self._spans)

    def add(self, code: Sequence[str], sources: Sequence[int], view: View) -> int:
        """Add complete lines; return the index of the first drawn line that changed."""
        first = self.n_fixed
        fresh = [line.expandtabs(_TAB_SIZE) for line in code]
        spans = [(source, source + len(line)) for line, source in zip(code, sources, strict=True)]
        tokens = [self._highlighter.read_line(line) for line in fresh]
        self._code += code
        self._tokens += tokens
        self._spans += spans
        self._partial = []
        self._extend(view, tokens, spans)
        return first

    def show_partial(self, code: Sequence[str], sources: Sequence[int], view: View) -> int:
        """Show lines that are not complete yet, until more are added; return the index of the first changed line."""
        self._partial = list(zip(code, sources, strict=True))
        self._extend(view, (), ())
        return self.n_fixed

    def close(self, view: View) -> int:
        """Read the code as a whole; lines whose colours were right stay as they are."""
        self._partial = []
        self._extend(view, (), ())
        exact = self._highlighter.read_all([line.expandtabs(_TAB_SIZE) for line in self._code])
        first = len(self.lines)
        if exact is None:
            return first
        at = len(self.lines) - sum(self._heights)
        for index, tokens in enumerate(exact):
            height = self._heights[index]
            if tokens != self._tokens[index]:
                drawn = self._draw(view, tokens, self._spans[index], is_first=index == 0)
                self.lines[at : at + height] = drawn
                first = min(first, at)
            at += height
        self._tokens = exact
        return first

    def block(self, received: str) -> CodeBlock:
        """Return the code as it stands in the text that was received, line ends of other kinds included."""
        ends = [received[end : end + 1] for _, end in self._spans[:-1]]
        ends = [end if end in SEPARATORS else "\n" for end in ends]
        text = "".join(line + end for line, end in zip(self._code, [*ends, ""], strict=True)) if self._code else ""
        return CodeBlock(self.info, text, self.place.source)

    def _extend(self, view: View, tokens: Sequence[Tokens], spans: Sequence[tuple[int, int]]) -> None:
        del self.lines[self.n_fixed :]
        for line, span in zip(tokens, spans, strict=True):
            drawn = self._draw(view, line, span, is_first=not self._heights)
            self._heights.append(len(drawn))
            self.lines += drawn
        self.n_fixed = len(self.lines)
        for text, source in self._partial:
            self.lines += self._draw_partial(view, text.expandtabs(_TAB_SIZE), source)
        if not self._heights and not self._partial and not self.info:
            self.lines += self._draw(view, [], (self.place.source,) * 2, is_first=True)

    def _draw_partial(self, view: View, text: str, source: int) -> list[Line]:
        """The drawn lines of an unfinished line; of a very long one only the last is made again."""
        is_first = not self._heights
        if len(text) <= LONGEST_LINE or not view.wraps_code:
            tokens = self._highlighter.preview(text)
            return self._draw(view, tokens, (source, source + len(text)), is_first=is_first)
        if self._long is None or self._long.source != source:
            self._long = _LongLine(source)
        long = self._long
        rest = text[long.end :]
        span = (source + long.end, source + len(text))
        drawn = self._draw(view, [(PLAIN, rest)], span, is_first=is_first and not long.lines, is_split=bool(long.lines))
        long.lines += drawn[:-1]
        long.end += chop(rest, self._room(view, is_first=is_first and not long.lines)[0])[-1][0]
        return [*long.lines, drawn[-1]]

    def _label(self, view: View) -> list[Line]:
        if not self.info:
            return []
        style = view.style(("code_label",))
        return self._lines(
            view, [(self.info.expandtabs(_TAB_SIZE), style)], style, (self.place.source,) * 2, is_first=True
        )

    def _draw(
        self, view: View, tokens: Tokens, span: tuple[int, int], *, is_first: bool, is_split: bool = False
    ) -> list[Line]:
        pieces: list[tuple[str, Style]] = []
        for kind, text in tokens:
            style = view.code_style(kind)
            if pieces and (pieces[-1][1] is style or text.isspace()):
                pieces[-1] = (pieces[-1][0] + text, pieces[-1][1])
            else:
                pieces.append((text, style))
        base = view.style(("code_block",))
        return self._lines(view, pieces, base, span, is_first=is_first and not self.info, is_split=is_split)

    def _room(self, view: View, *, is_first: bool) -> tuple[int, str, Margin]:
        """Cells for the code in a line, the indent before it, and what stands before that."""
        path = self.place.path
        margin = view.first_margin(path, self.place.n_drawn) if is_first else view.rest_margin(path)
        indent = _INDENT if view.width - margin.cells >= _ROOM_FOR_INDENT else ""
        return view.width - margin.cells - len(indent), indent, margin

    def _lines(
        self,
        view: View,
        pieces: list[tuple[str, Style]],
        fill: Style,
        span: tuple[int, int],
        *,
        is_first: bool,
        is_split: bool = False,
    ) -> list[Line]:
        """The drawn lines of one line of code, filled up to the width; `is_split` if it is the rest of a line."""
        room, indent, margin = self._room(view, is_first=is_first)
        text = "".join(piece for piece, _ in pieces)
        spans = chop(text, room) if view.wraps_code else [(0, len(text))]
        lines: list[Line] = []
        for start, end in spans:
            segments = [Segment(indent, fill)] if indent else []
            segments += [Segment(*piece) for piece in (pieces if len(spans) == 1 else _slice(pieces, start, end))]
            missing = room - cells(text[start:end])
            if missing > 0:
                segments.append(Segment(" " * missing, fill))
            left = margin if start == 0 else view.rest_margin(self.place.path)
            size = view.width - min(0, missing)
            joint: Joint = "" if start or is_split else "\n"
            source = min(span[0] + start, span[1])
            lines.append(Line((*left.segments, *segments), size, source, left.cells + len(indent), joint))
        return lines


@dataclass(slots=True)
class _LongLine:
    """The drawn lines of an unfinished line of code that are full."""

    source: int
    end: int = 0
    """How much of the line they show."""
    lines: list[Line] = field(default_factory=list)


def _slice(pieces: Sequence[tuple[str, Style]], start: int, end: int) -> list[tuple[str, Style]]:
    cut: list[tuple[str, Style]] = []
    at = 0
    for text, style in pieces:
        low, high = max(0, start - at), min(len(text), end - at)
        if low < high:
            cut.append((text[low:high], style))
        at += len(text)
    return cut
