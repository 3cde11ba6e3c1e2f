"""Which blocks have ended, whatever follows: decided on complete lines alone."""

from __future__ import annotations

from collections.abc import Sequence

from compare_tui.render.blocks import Block, Kind
from compare_tui.render.building import is_closed_fence
from compare_tui.render.containers import Item
from compare_tui.render.window import Window

_LONG_PARAGRAPH = 32
"""Lines after which a paragraph is no longer parsed as a whole."""
_LONGEST_LABEL = 1_000
"""Characters of a link label, which may make a definition of what looks like a paragraph."""


def may_be_header(block: Block, window: Window) -> bool:
    """Whether a further line may make a table of the last block: whatever it is, its only line has a bar in it."""
    return block.end == block.start + 1 == window.n_lines and "|" in window.line(block.start)


def starts_to_grow(block: Block, window: Window) -> bool:
    """Whether the last block of a window is of those that are taken in line by line."""
    if may_be_header(block, window):
        return False
    match block.kind:
        case Kind.FENCE | Kind.INDENTED | Kind.TABLE | Kind.HTML:
            return True
        case Kind.PARAGRAPH:
            text = block.token.content
            return block.end - block.start > _LONG_PARAGRAPH and (text[0] != "[" or len(text) > 2 * _LONGEST_LABEL)
        case _:
            return False


def count_closed(blocks: Sequence[Block], window: Window) -> int:
    """How many blocks of a window of complete lines have ended, whatever follows."""
    count = len(blocks)
    if blocks and not is_closed(blocks[-1], window):
        count -= 1
    while count and not _can_end_at(blocks[count - 1]):
        count -= 1
    return count


def _can_end_at(block: Block) -> bool:
    """Whether the tail may begin after `block`: a stand-in for it would take in the same lines."""
    match block.kind:
        case Kind.NOTE_LABEL | Kind.RAW:
            return False
        case Kind.EMPTY:
            return isinstance(block.path[-1], Item) and block.end == block.start + 1
        case _:
            return True


def is_closed(block: Block, window: Window) -> bool:
    """Whether the last block of a window has ended, whatever follows."""
    if may_be_header(block, window):
        return False
    match block.kind:
        case Kind.HEADING | Kind.RULE:
            return True
        case Kind.FENCE:
            return is_closed_fence(block) or block.end < window.n_lines
        case Kind.FORMULA:
            return block.token.info == "closed" or block.end < window.n_lines
        case Kind.INDENTED | Kind.EMPTY | Kind.NOTE_LABEL | Kind.RAW:
            return False
        case _:
            return block.end < window.n_lines
