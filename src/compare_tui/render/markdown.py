"""The flow of Markdown: what panes draw answers with."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from compare_tui.render.code import CodeLeaf
from compare_tui.render.dialect import Dialect
from compare_tui.render.document import Document
from compare_tui.render.flow import CodeBlock, Line
from compare_tui.render.palette import Palette
from compare_tui.render.view import View
from compare_tui.render.wrapping import with_line_ends

_source = attrgetter("source")


class MarkdownFlow:
    """A `Flow` of Markdown, drawn as it grows."""

    def __init__(self, palette: Palette, width: int = 80, *, dialect: Dialect | None = None) -> None:
        """`dialect` can be shared by any number of flows."""
        self._view = View(width, palette)
        self._document = Document(self._view, dialect or Dialect())
        self._chunks: list[str] = []
        self._fresh: list[str] = []
        self._is_bounded = False
        self._is_finishing = False
        self._is_finished = False
        self._revision = 0

    def append(self, text: str) -> None:
        if text:
            self._chunks.append(text)
            self._fresh.append(text)

    def finish(self) -> None:
        self._is_finishing = True

    def settle(self, limit: int) -> bool:
        self._is_bounded = True
        self._take(limit)
        return bool(self._fresh) or (self._is_finishing and not self._is_finished)

    def set_width(self, width: int) -> None:
        view = View(width, self._view.palette, wraps_code=self._view.wraps_code)
        if view.width != self._view.width:
            self._lay_out(view)

    def set_palette(self, palette: Palette) -> None:
        self._lay_out(View(self._view.width, palette, wraps_code=self._view.wraps_code))

    def set_code_wrap(self, *, wrap: bool) -> None:
        if wrap != self._view.wraps_code:
            self._lay_out(View(self._view.width, self._view.palette, wraps_code=wrap))

    @property
    def height(self) -> int:
        self._look()
        return len(self._document.lines)

    @property
    def stable_height(self) -> int:
        self._look()
        return self._document.n_closed

    @property
    def revision(self) -> int:
        self._look()
        return self._revision

    @property
    def widest(self) -> int:
        self._look()
        return max((line.cells for line in self._document.lines), default=0)

    def line(self, y: int) -> Line:
        self._look()
        return self._document.lines[y]

    def line_source(self, y: int) -> int:
        return self.line(y).source

    def find_line(self, offset: int) -> int:
        self._look()
        return max(0, bisect_right(self._document.lines, offset, key=_source) - 1)

    def text(self) -> str:
        self._chunks = ["".join(self._chunks)]
        return self._chunks[0]

    def code_blocks(self) -> Sequence[CodeBlock]:
        self._look()
        received = self.text()
        return [leaf.block(received) for leaf in self._document.leaves() if isinstance(leaf, CodeLeaf)]

    def _look(self) -> None:
        if not self._is_bounded and (self._fresh or self._is_finishing != self._is_finished):
            self._take(None)

    def _take(self, limit: int | None) -> None:
        """Take in at most `limit` characters of what came; then, if all came and it ends here, finish."""
        text = "".join(self._fresh)
        self._fresh = []
        if limit is not None and len(text) > limit:
            self._fresh = [text[limit:]]
            text = text[:limit]
        if text and not self._is_finished:
            self._document.grow(with_line_ends(text))
        if self._is_finishing and not self._fresh and not self._is_finished:
            self._is_finished = True
            if self._document.finish():
                self._revision += 1

    def _lay_out(self, view: View) -> None:
        self._view = view
        self._revision += 1
        self._document.lay_out(view)
