"""The lines of a whole text, parsed once as it stands: what every way of growing has to come to."""

from __future__ import annotations

from compare_tui.render.blocks import Kind
from compare_tui.render.building import Builder
from compare_tui.render.dialect import Dialect
from compare_tui.render.flow import Line
from compare_tui.render.inline import Inline
from compare_tui.render.leaves import Leaf
from compare_tui.render.palette import Palette
from compare_tui.render.view import View
from compare_tui.render.window import Window


def lay_out_whole(text: str, palette: Palette, width: int) -> list[Line]:
    references: dict[str, object] = {}
    dialect = Dialect()
    window = Window(dialect, text, 0, path=(), opening=(), has_blank=False, references={})
    for block in window.blocks:
        if block.kind is Kind.DEFINITION:
            meta = block.token.meta
            references.setdefault(meta["id"], {"title": meta["title"], "href": meta["url"]})
    builder = Builder(Inline(dialect, references))
    view = View(width, palette)
    leaves: list[Leaf] = []
    lines: list[Line] = []
    for block in window.blocks:
        leaf = builder.build(block, window, view, is_first=not leaves, is_open=False)
        leaf.close(view)
        leaves.append(leaf)
        lines += leaf.lines
    return lines
