"""Blocks to leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from markdown_it.rules_block.table import escapedSplit

from compare_tui.render.blocks import Block, Kind
from compare_tui.render.code import CodeLeaf
from compare_tui.render.containers import Footnote
from compare_tui.render.growing_text import FixedText, GrowingText
from compare_tui.render.inline import Inline
from compare_tui.render.leaves import Leaf, Place, RuleLeaf, TextLeaf
from compare_tui.render.mathematics import draw_formula
from compare_tui.render.palette import Roles
from compare_tui.render.tables import Align, Cell, Row, TableLeaf
from compare_tui.render.view import View
from compare_tui.render.window import Window

_MARKS_OF_DISPLAY = 2


class Builder:
    """Makes leaves of the blocks of windows."""

    def __init__(self, inline: Inline) -> None:
        self._inline = inline

    def place(self, block: Block, window: Window, *, is_first: bool) -> Place:
        has_blank = window.has_blank_before(block)
        stands_apart = block.kind is Kind.HEADING and block.n_drawn == len(block.path)
        return Place(
            block.path, block.n_drawn, not is_first and (has_blank or stands_apart), window.start_of(block.start)
        )

    def build(self, block: Block, window: Window, view: View, *, is_first: bool, is_open: bool) -> Leaf:
        """The leaf of `block`, laid out."""
        place = self.place(block, window, is_first=is_first)
        leaf: Leaf
        match block.kind:
            case Kind.PARAGRAPH | Kind.HEADING:
                text = self.new_text()
                self.fill(text, block, window)
                leaf = TextLeaf(place, text, heading=block.level, is_open=is_open)
            case Kind.RULE:
                leaf = RuleLeaf(place)
            case Kind.FENCE | Kind.INDENTED:
                leaf = self._code(block, window, view, place)
            case Kind.TABLE:
                header, *rows = rows_of(block, window)
                leaf = TableLeaf(place, header, _aligns_of(block), self._inline)
                leaf.lay_out(view)
                leaf.add(rows, view)
            case _:
                leaf = TextLeaf(place, self._fixed(block, window))
        if not isinstance(leaf, (CodeLeaf, TableLeaf)):
            leaf.lay_out(view)
        return leaf

    def new_text(self) -> GrowingText:
        return GrowingText(self._inline)

    def fill(self, text: GrowingText, block: Block, window: Window, *, space: str = "") -> bool:
        """Give a text the content of a paragraph or heading; False if it is not a longer form of what it has."""
        content = block.token.content
        lines = content.split("\n")
        return text.set_content(content, window.sources(block.start, lines), space=space)

    def _code(self, block: Block, window: Window, view: View, place: Place) -> CodeLeaf:
        leaf = CodeLeaf(place, block.token.info if block.kind is Kind.FENCE else "")
        leaf.lay_out(view)
        lines, sources = code_lines(block, window)
        leaf.add(lines, sources, view)
        return leaf

    def _fixed(self, block: Block, window: Window) -> FixedText:
        match block.kind:
            case Kind.FORMULA:
                return _formula(block, window)
            case Kind.HTML:
                text = FixedText(("html",))
                lines = block.token.content.removesuffix("\n").split("\n")
                text.add_lines(lines, window.sources(block.start, lines))
            case Kind.DEFINITION:
                text = FixedText(("definition",))
                lines = [line.strip(" \t>") for line in window.received(block.start, block.end)[0]]
                text.add_lines(lines, window.sources(block.start, lines))
            case Kind.NOTE_LABEL:
                text = FixedText(("footnote",))
                label = next(item.label for item in reversed(block.path) if isinstance(item, Footnote))
                text.add_lines([f"[{label}]"], [window.start_of(block.start)])
            case Kind.RAW:
                text = FixedText(())
                text.add_lines(*window.received(block.start, block.end))
            case _:
                text = FixedText(())
        return text


def code_lines(block: Block, window: Window) -> tuple[list[str], list[int]]:
    """The lines of code in `block`, and where they stand in the received text."""
    content = block.token.content
    if block.kind is Kind.INDENTED:
        lines = content.removesuffix("\n").split("\n")
        first = block.start
    else:
        lines = content.removesuffix("\n").split("\n") if content else []
        first = block.start + 1
    return lines, window.sources(first, lines)


def is_closed_fence(block: Block) -> bool:
    """Whether a fence has its closing mark: a line more than its content and its opening mark."""
    content = block.token.content
    n_lines = content.count("\n") + (1 if content and not content.endswith("\n") else 0)
    return block.end - block.start - 1 > n_lines


def rows_of(block: Block, window: Window) -> list[Row]:
    """The rows of a table, the header first. Cells beyond the header's number go into the last one."""
    rows: list[Row] = []
    cells: list[Cell] = []
    line = block.start
    for token in block.tokens:
        if token.type == "tr_open":
            cells = []
            line = token.map[0] if token.map else line
        elif token.type == "inline":
            cells.append(Cell(token.content, 0))
        elif token.type == "tr_close":
            is_header = len(rows) == 0
            rows.append(_located(cells, line, window, is_header=is_header) if line >= window.n_front else cells)
    return rows


def _located(cells: Sequence[Cell], line: int, window: Window, *, is_header: bool) -> Row:
    received = window.line(line)
    start = window.start_of(line)
    located: list[Cell] = []
    at = 0
    for cell in cells:
        found = received.find(cell.content, at)
        at = found if found >= 0 else at
        located.append(Cell(cell.content, start + at))
        at += len(cell.content)
    surplus = [] if is_header else _surplus(received, len(cells))
    if surplus:
        last = located[-1]
        located[-1] = Cell(" | ".join([last.content, *surplus]), last.source)
    return located


def _surplus(received: str, n_columns: int) -> list[str]:
    if received.count("|") <= n_columns:
        return []
    pieces = [piece.strip() for piece in escapedSplit(received.rstrip())]
    if not pieces[0].strip(" \t>"):
        pieces.pop(0)
    if pieces and not pieces[-1]:
        pieces.pop()
    return [piece for piece in pieces[n_columns:] if piece]


def _aligns_of(block: Block) -> list[Align]:
    return [
        cast("Align", str(token.attrs.get("style", "")).removeprefix("text-align:"))
        for token in block.tokens
        if token.type == "th_open"
    ]


def _formula(block: Block, window: Window) -> FixedText:
    content = block.token.content
    lines = content.split("\n")
    roles: Roles = ("math",)
    text = FixedText(roles)
    sources = window.sources(block.start, lines)
    if block.token.info == "closed":
        drawn = draw_formula(content[_MARKS_OF_DISPLAY:-_MARKS_OF_DISPLAY].strip())
        if drawn is not None:
            lines = drawn.split("\n")
            sources = (sources + [sources[-1]] * len(lines))[: len(lines)]
    text.add_lines(lines, sources)
    return text
