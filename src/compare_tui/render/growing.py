"""The last block while it grows: its first part is laid out for good, and a stand-in tells the parser of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compare_tui.render.blocks import Block, Kind
from compare_tui.render.building import Builder, code_lines, rows_of
from compare_tui.render.code import CodeLeaf
from compare_tui.render.containers import Path, Quote, content_column
from compare_tui.render.growing_text import FixedText, GrowingText
from compare_tui.render.leaves import TextLeaf
from compare_tui.render.tables import TableLeaf
from compare_tui.render.view import View
from compare_tui.render.window import Window


@dataclass(slots=True)
class Growing:
    """A fence, a table, a long paragraph, HTML or indented code that has not ended."""

    kind: Kind
    leaf: CodeLeaf | TableLeaf | TextLeaf
    path: Path
    opening: Sequence[str]
    """The lines that stand for what is taken in."""
    reached: int
    """The line of the window up to which it was last taken in."""
    marker: str = ""
    """Of a fence: what its closing line consists of."""
    indent: int = 0
    """Of a fence: spaces that are taken from its lines."""

    @classmethod
    def start(cls, block: Block, window: Window, builder: Builder, view: View, *, is_first: bool) -> Growing:
        """Take in what a window of complete lines has of `block`."""
        if block.kind in (Kind.PARAGRAPH, Kind.HTML):
            return cls._text(block, window, builder, view, is_first=is_first)
        leaf = builder.build(block, window, view, is_first=is_first, is_open=True)
        assert isinstance(leaf, (CodeLeaf, TableLeaf, TextLeaf))
        token = block.token
        match block.kind:
            case Kind.FENCE:
                indent = int(token.meta.get("indent", 0))
                opening = [f"{' ' * indent}{token.markup}{token.info}"]
                return cls(block.kind, leaf, block.path, opening, block.end, token.markup[0], indent)
            case Kind.TABLE:
                n_columns = sum(other.type == "th_open" for other in block.tokens)
                return cls(block.kind, leaf, block.path, ["|" + "x|" * n_columns, "|" + "-|" * n_columns], block.end)
            case _:
                return cls(block.kind, leaf, block.path, ["    x"], block.end)

    @classmethod
    def _text(cls, block: Block, window: Window, builder: Builder, view: View, *, is_first: bool) -> Growing:
        lines = block.token.content.removesuffix("\n").split("\n")
        kept = lines[:-1] or lines
        sources = window.sources(block.start, kept)
        text: GrowingText | FixedText
        if block.kind is Kind.HTML:
            text = FixedText(("html",))
            text.add_lines(kept, sources)
        else:
            text = builder.new_text()
            text.set_content("\n".join(kept), sources)
        leaf = TextLeaf(builder.place(block, window, is_first=is_first), text, is_open=True)
        leaf.lay_out(view)
        opening = lines[0] if block.kind is Kind.HTML else "x"
        return cls(block.kind, leaf, block.path, [opening], block.start + len(kept))

    @property
    def n_fixed(self) -> int:
        """Lines of the leaf that only more complete lines can change."""
        return self.leaf.n_fixed

    def add(self, block: Block, window: Window, view: View, *, is_end: bool) -> int:
        """Take in what a window of complete lines has of it; return the index of the leaf's first changed line.

        `reached` is then the line of the window that follows. Of running text that `is_end` does not end, the last line
        stays out: it may be the header of a table, or close an HTML block.
        """
        self.reached = block.end
        leaf = self.leaf
        match leaf:
            case CodeLeaf():
                return leaf.add(*self._code(block, window), view)
            case TableLeaf():
                return leaf.add(rows_of(block, window)[1:], view)
            case TextLeaf(text=text):
                lines, sources = self._lines(block, window)
                if not is_end and lines:
                    self.reached -= 1
                    lines.pop()
                    sources.pop()
                text.add_lines(lines, sources)
                if block.kind is Kind.HEADING:
                    leaf.heading = block.level
                    leaf.lay_out(view)
                    return 0
        return leaf.refresh(view)

    def show_partial(self, block: Block, window: Window, view: View) -> int:
        """Show what a window that ends in an unfinished line has of it; return the index of the first changed line."""
        leaf = self.leaf
        match leaf:
            case CodeLeaf():
                return leaf.show_partial(*self._code(block, window), view)
            case TableLeaf():
                return leaf.show_partial(rows_of(block, window)[1:], view)
            case TextLeaf(text=text):
                return leaf.show_partial(text.partial_runs(*self._lines(block, window)), view)

    def take_code(self, tail: str, source: int, view: View) -> tuple[int, int]:
        """Take in the complete lines of a fence that are plainly code.

        Returns how many characters of `tail` that were, and the index of the leaf's first changed line.
        """
        leaf = self.leaf
        assert isinstance(leaf, CodeLeaf)
        lines: list[str] = []
        sources: list[int] = []
        at = 0
        while (end := tail.find("\n", at)) >= 0:
            taken = self._plain_code(tail[at:end])
            if taken is None:
                break
            lines.append(tail[at + taken : end])
            sources.append(source + at + taken)
            at = end + 1
        return at, leaf.add(lines, sources, view) if lines else len(leaf.lines)

    def show_code(self, partial: str, source: int, view: View) -> bool:
        """Show an unfinished line of a fence, if it is plainly code."""
        leaf = self.leaf
        assert isinstance(leaf, CodeLeaf)
        taken = self._plain_code(partial) if partial.strip(" ") else None
        if taken is None:
            return False
        leaf.show_partial([partial[taken:]], [source + taken], view)
        return True

    def _plain_code(self, line: str) -> int | None:
        """How many characters before the code in a line of a fence; None if only the parser can tell."""
        if any(isinstance(container, Quote) for container in self.path):
            return None
        column = content_column(self.path)
        code = line.lstrip(" ")
        n_spaces = len(line) - len(code)
        if not code:
            return min(n_spaces, column + self.indent)
        if n_spaces < column or code[0] in ("\t", self.marker):
            return None
        return min(n_spaces, column + self.indent)

    def _code(self, block: Block, window: Window) -> tuple[list[str], list[int]]:
        lines, sources = code_lines(block, window)
        return (lines[1:], sources[1:]) if block.kind is Kind.INDENTED else (lines, sources)

    def _lines(self, block: Block, window: Window) -> tuple[list[str], list[int]]:
        lines = block.token.content.removesuffix("\n").split("\n")[1:]
        return lines, window.sources(window.n_front, lines)
