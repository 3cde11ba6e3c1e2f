"""Markdown that grows, as lines.

The text is a row of leaves. Leaves that no further text can change are closed. The last block may be *growing*: what
came of it so far is laid out and only further lines are added (a fence, a table, a long paragraph). What stands after
that is the *tail*: it is parsed again when text comes, inside the containers that are open there, and its leaves are
replaced. Where blocks end is decided on complete lines alone, so it does not depend on how the text arrived.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, MutableMapping, Sequence

from compare_tui.render.blocks import Block, Kind
from compare_tui.render.building import Builder
from compare_tui.render.containers import Path
from compare_tui.render.dialect import Dialect
from compare_tui.render.endings import count_closed, is_closed, starts_to_grow
from compare_tui.render.flow import Line
from compare_tui.render.growing import Growing
from compare_tui.render.growing_text import GrowingText
from compare_tui.render.holding import is_settled, may_end_fence, shown_part, shown_rows
from compare_tui.render.inline import Inline
from compare_tui.render.leaves import Leaf, TextLeaf
from compare_tui.render.tables import TableLeaf
from compare_tui.render.view import View
from compare_tui.render.window import Window

_DEAR_TAIL = 32_768
"""Cost of a tail that is parsed again only when it has grown by a quarter."""
_LINE_COST = 64
"""Characters that cost the parser as much as a line."""


class Document:
    """The lines of a Markdown text so far."""

    def __init__(self, view: View, dialect: Dialect) -> None:
        self.lines: list[Line] = []
        self.n_closed = 0
        """Lines of the closed leaves: at this view they change no more."""
        self._dialect = dialect
        self._view = view
        self._references: dict[str, object] = {}
        self._builder = Builder(Inline(dialect, self._references))
        self._leaves: list[Leaf] = []
        self._growing: Growing | None = None
        self._n_kept = 0
        """Lines of the closed leaves and the growing one."""
        self._tail_leaves: list[Leaf] = []
        self._tail = ""
        self._tail_source = 0
        self._path: Path = ()
        self._has_blank = False
        self._settled_leaf: TextLeaf | None = None
        """The leaf of the unfinished line, if that stays running text whatever follows on it."""
        self._shown_cost = 0
        """Cost of the tail when it was shown last."""
        self._absorbed_cost = 0

    def leaves(self) -> Iterator[Leaf]:
        yield from self._leaves
        if self._growing is not None:
            yield self._growing.leaf
        yield from self._tail_leaves

    def grow(self, text: str) -> None:
        """Add text at the end."""
        self._tail += text
        if "\n" not in text and self._settled_leaf is not None:
            leaf = self._settled_leaf
            if isinstance(leaf.text, GrowingText):
                leaf.text.grow(text)
            leaf.refresh(self._view)
            self._show_tail_leaves()
            return
        growing = self._growing
        if growing is not None and growing.kind is Kind.FENCE and self._take_code(growing):
            return
        if "\n" in self._tail:
            self._absorb(is_end=False)
        self._show_tail()

    def _take_code(self, growing: Growing) -> bool:
        """Take in lines of a fence without asking the parser; whether that was all."""
        taken, first = growing.take_code(self._tail, self._tail_source, self._view)
        if taken:
            self._has_blank = False
            self._advance(taken)
            self._mirror_growing(growing, first)
        if "\n" in self._tail or not growing.show_code(self._tail, self._tail_source, self._view):
            return False
        self._show_tail_leaves()
        return True

    def finish(self) -> bool:
        """No more text comes; return whether closed leaves changed."""
        self._absorb(is_end=True)
        self._tail_leaves = []
        self._settled_leaf = None
        self._show_tail_leaves()
        if self._references and self._read_links_again():
            self.lay_out(self._view)
            return True
        return False

    def _advance(self, n_chars: int) -> None:
        self._tail = self._tail[n_chars:]
        self._tail_source += n_chars
        self._shown_cost = self._absorbed_cost = 0

    # Complete lines

    def _absorb(self, *, is_end: bool) -> None:
        """Close what is complete in the tail; the tail then begins after it."""
        end = len(self._tail) if is_end else self._tail.rfind("\n") + 1
        cost = _cost(self._tail[:end])
        if not is_end and _DEAR_TAIL < cost < self._absorbed_cost * 5 // 4:
            return
        self._absorbed_cost = cost
        window = self._window(self._tail[:end], ChainMap({}, self._references))
        blocks = list(window.blocks)
        reached = window.n_front
        if self._growing is not None:
            block = blocks.pop(0)
            ends = is_end or bool(blocks) or is_closed(block, window)
            first = self._growing.add(block, window, self._view, is_end=ends)
            self._mirror_growing(self._growing, first)
            reached = self._growing.reached
            if ends:
                self._close_growing()
            else:
                self._start_tail_at(reached, window)
                return
        n_closed = len(blocks) if is_end else count_closed(blocks, window)
        for block in blocks[:n_closed]:
            self._close_block(block, window)
            self._path = block.path
            reached = block.end
        if n_closed == len(blocks) - 1 and starts_to_grow(blocks[-1], window):
            reached = self._start_growing(blocks[-1], window)
        self._start_tail_at(reached, window)

    def _start_tail_at(self, line: int, window: Window) -> None:
        """Let the tail begin at `line`, without needless empty lines."""
        start = line
        while start < window.n_lines and not window.line(start).strip():
            start += 1
        n_blank = start - line
        if self._growing is not None:
            start = line
        elif self._path and n_blank:
            start -= 1
        if start > window.n_front:
            self._has_blank = start > line
            self._advance(window.start_of(start) - self._tail_source)

    def _close_block(self, block: Block, window: Window) -> None:
        if block.kind is Kind.DEFINITION:
            meta = block.token.meta
            self._references.setdefault(meta["id"], {"title": meta["title"], "href": meta["url"]})
        leaf: Leaf | None = self._reused(block, window)
        if leaf is None:
            leaf = self._builder.build(block, window, self._view, is_first=not self._n_kept, is_open=False)
        leaf.close(self._view)
        self._close_leaf(leaf)

    def _close_leaf(self, leaf: Leaf) -> None:
        self._leaves.append(leaf)
        self.lines[self.n_closed :] = leaf.lines
        self.n_closed = self._n_kept = len(self.lines)

    def _reused(self, block: Block, window: Window) -> TextLeaf | None:
        """The leaf that showed `block` while it was in the tail."""
        if block.kind not in (Kind.PARAGRAPH, Kind.HEADING):
            return None
        place = self._builder.place(block, window, is_first=not self._n_kept)
        for leaf in self._tail_leaves:
            if isinstance(leaf, TextLeaf) and leaf.place == place and leaf.heading == block.level:
                text = leaf.text
                if isinstance(text, GrowingText) and self._builder.fill(text, block, window):
                    leaf.refresh(self._view)
                    return leaf
        return None

    # The growing block

    def _start_growing(self, block: Block, window: Window) -> int:
        growing = Growing.start(block, window, self._builder, self._view, is_first=not self._n_kept)
        self._path = block.path
        self._growing = growing
        self.lines[self.n_closed :] = growing.leaf.lines
        self._n_kept = len(self.lines)
        return growing.reached

    def _mirror_growing(self, growing: Growing, first: int) -> None:
        """Take over the growing leaf's lines from `first` on."""
        self.lines[self.n_closed + first :] = growing.leaf.lines[first:]
        self._n_kept = len(self.lines)

    def _close_growing(self) -> None:
        growing = self._growing
        if growing is not None:
            growing.leaf.close(self._view)
            self._growing = None
            self._close_leaf(growing.leaf)

    # The tail

    def _show_tail(self) -> None:
        """Lay out the tail as far as it is shown."""
        tail = self._shown()
        cost = _cost(tail)
        if _DEAR_TAIL < cost < self._shown_cost * 5 // 4:
            return
        self._shown_cost = cost
        self._settled_leaf = None
        leaves: list[Leaf] = []
        if tail or self._growing is not None:
            window = self._window(tail, ChainMap({}, self._references))
            blocks = window.blocks
            if self._growing is not None:
                self._mirror_growing(self._growing, self._growing.show_partial(blocks[0], window, self._view))
                blocks = blocks[1:]
            for block in blocks:
                leaves.append(self._tail_leaf(block, window, is_first=not (leaves or self._n_kept)))
            self._settle_last_line(tail, window, leaves)
        self._tail_leaves = leaves
        self._show_tail_leaves()

    def _tail_leaf(self, block: Block, window: Window, *, is_first: bool) -> Leaf:
        leaf = self._reused(block, window)
        return leaf or self._builder.build(block, window, self._view, is_first=is_first, is_open=True)

    def _settle_last_line(self, tail: str, window: Window, leaves: Sequence[Leaf]) -> None:
        if not leaves or len(tail) != len(self._tail) or tail.endswith("\n"):
            return
        block, leaf = window.blocks[-1], leaves[-1]
        if isinstance(leaf, TextLeaf) and isinstance(leaf.text, GrowingText) and block.end == window.n_lines:
            content = leaf.text.content
            if is_settled(content[content.rfind("\n") + 1 :]):
                space = tail[len(tail.rstrip(" \t")) :]
                leaf.text.grow(space)
                self._settled_leaf = leaf

    def _shown(self) -> str:
        if self._growing is not None and self._growing.kind is Kind.FENCE:
            start = self._tail.rfind("\n") + 1
            return self._tail[:start] if may_end_fence(self._tail[start:]) else self._tail
        if self._growing is not None and self._growing.kind is Kind.TABLE:
            return shown_rows(self._tail)
        return shown_part(self._tail)

    def _show_tail_leaves(self) -> None:
        growing = self._growing
        if growing is not None:
            self._mirror_growing(growing, growing.n_fixed)
        else:
            del self.lines[self._n_kept :]
        for leaf in self._tail_leaves:
            self.lines += leaf.lines

    def _window(self, text: str, references: MutableMapping[str, object]) -> Window:
        growing = self._growing
        return Window(
            self._dialect,
            text,
            self._tail_source,
            path=self._path,
            opening=growing.opening if growing is not None else (),
            has_blank=self._has_blank,
            references=references,
        )

    # All of it

    def lay_out(self, view: View) -> None:
        """Make all lines again; nothing is parsed or coloured again."""
        self._view = view
        lines: list[Line] = []
        for leaf in self._leaves:
            leaf.lay_out(view)
            lines += leaf.lines
        self.n_closed = len(lines)
        if self._growing is not None:
            self._growing.leaf.lay_out(view)
            lines += self._growing.leaf.lines
        self._n_kept = len(lines)
        for leaf in self._tail_leaves:
            leaf.lay_out(view)
            lines += leaf.lines
        self.lines = lines

    def _read_links_again(self) -> bool:
        """Read again what has brackets: a link may have been defined after its use."""
        found = False
        for leaf in self._leaves:
            if isinstance(leaf, TableLeaf):
                leaf.read_again()
                found = True
            elif isinstance(leaf, TextLeaf) and isinstance(leaf.text, GrowingText) and "[" in leaf.text.content:
                leaf.text.reset()
                found = True
        return found


def _cost(tail: str) -> int:
    return len(tail) + _LINE_COST * tail.count("\n")
