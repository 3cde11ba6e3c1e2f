"""Text as it is, wrapped: reasoning, prompts, and answers whose formatting is switched off."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from rich.segment import Segment
from rich.style import Style

from compare_tui.render.flow import CodeBlock, Line
from compare_tui.render.palette import Palette, Roles
from compare_tui.render.runs import TAB
from compare_tui.render.wrapping import Joint, cells, with_line_ends, wrap

_source = attrgetter("source")


class PlainFlow:
    """A `Flow` in one style. Only the last visual line is laid out again when text comes."""

    def __init__(self, palette: Palette, width: int = 80, *, roles: Roles = ("text",)) -> None:
        self._roles = roles
        self._style: Style = palette.style(roles)
        self._width = max(2, width)
        self._chunks: list[str] = []
        self._is_bounded = False
        self._revision = 0
        self._restart()

    def append(self, text: str) -> None:
        if text:
            self._chunks.append(text)
            self._fresh.append(text)

    def finish(self) -> None:
        """Nothing is held back in plain text."""

    def settle(self, limit: int) -> bool:
        self._is_bounded = True
        self._take(limit)
        return bool(self._fresh)

    def set_width(self, width: int) -> None:
        if max(2, width) != self._width:
            self._width = max(2, width)
            self._revision += 1
            self._restart()

    def set_palette(self, palette: Palette) -> None:
        self._style = palette.style(self._roles)
        self._revision += 1
        self._restart()

    def set_code_wrap(self, *, wrap: bool) -> None:
        """Plain text is always wrapped."""

    @property
    def height(self) -> int:
        self._look()
        return len(self._lines)

    @property
    def stable_height(self) -> int:
        return max(0, self.height - 1)

    @property
    def revision(self) -> int:
        return self._revision

    @property
    def widest(self) -> int:
        self._look()
        return max((line.cells for line in self._lines), default=0)

    def line(self, y: int) -> Line:
        self._look()
        return self._lines[y]

    def line_source(self, y: int) -> int:
        return self.line(y).source

    def find_line(self, offset: int) -> int:
        self._look()
        return max(0, bisect_right(self._lines, offset, key=_source) - 1)

    def text(self) -> str:
        self._chunks = ["".join(self._chunks)]
        return self._chunks[0]

    def code_blocks(self) -> Sequence[CodeBlock]:
        return ()

    def _restart(self) -> None:
        self._lines: list[Line] = []
        self._fresh = ["".join(self._chunks)]
        self._open = ""
        """What was received of the last visual line, from `_open_source` on."""
        self._open_source = 0
        self._open_joint: Joint = "\n"

    def _look(self) -> None:
        if self._fresh and not self._is_bounded:
            self._take(None)

    def _take(self, limit: int | None) -> None:
        fresh = "".join(self._fresh)
        self._fresh = [] if limit is None or len(fresh) <= limit else [fresh[limit:]]
        text = with_line_ends(fresh[:limit])
        if not text:
            return
        if self._open:
            self._lines.pop()
        lines = (self._open + text).split("\n")
        for line in lines[:-1]:
            self._lay_out(line)
            self._open_source += len(line) + 1
            self._open_joint = "\n"
        self._open = lines[-1]
        if self._open:
            self._keep_last_visual_line()

    def _lay_out(self, received: str) -> list[tuple[int, int, Joint]]:
        """Add the visual lines of `received`, which begins at `_open_source`."""
        drawn = received.replace("\t", TAB)
        spans = wrap(drawn, self._width)
        for start, end, joint in spans:
            text = drawn[start:end]
            segments = (Segment(text, self._style),) if text else ()
            source = self._open_source + _received_offset(received, start)
            self._lines.append(Line(segments, cells(text), source, 0, self._open_joint if start == 0 else joint))
        return spans

    def _keep_last_visual_line(self) -> None:
        received = self._open
        start, _, joint = self._lay_out(received)[-1]
        if start:
            kept = _received_offset(received, start)
            self._open = received[kept:]
            self._open_source += kept
            self._open_joint = joint


def _received_offset(received: str, drawn: int) -> int:
    """The offset in `received` of the character at `drawn` in the text with its tabs widened."""
    if "\t" not in received:
        return drawn
    column = 0
    for offset, character in enumerate(received):
        if column >= drawn:
            return offset
        column += len(TAB) if character == "\t" else 1
    return len(received)
