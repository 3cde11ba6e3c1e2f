"""Where a line of text breaks at a width in cells.

Greedy, so that a break never moves when text is added at the end: all visual lines but the last are final.
"""

from __future__ import annotations

import re
from typing import Literal

from rich.cells import cell_len

SEPARATORS = ("\u2028", "\u2029")
"""Ends of lines and paragraphs. Drawn as they are, they would take no cell here and any number in terminals."""
Joint = Literal["", " ", "\n"]
"""What stood between two visual lines of one text."""

SINGLE_CELL = re.compile(
    "[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0377\u0400-\u0482\u2010-\u2027\u2030-\u205e\u2200-\u22ff]*"
)
"""Matches the part of a text in which every character is a grapheme of one cell."""

_NO_BREAK_BEFORE = frozenset(
    "、。，．：；！？）」』】》〉〕］｝・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ…‥,.!?;:)]}»”’%"
)
_NO_BREAK_AFTER = frozenset("（「『【《〈〔［｛([{«“‘$")
_CJK_START = 0x1100
_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"


def with_line_ends(text: str) -> str:
    """Return `text` with a line end in place of each separator of lines."""
    for separator in SEPARATORS:
        text = text.replace(separator, "\n")
    return text


def is_single_cell(text: str) -> bool:
    """Whether every character of `text` is one cell wide, so that offsets are cells."""
    return text.isascii() or SINGLE_CELL.fullmatch(text) is not None


def cells(text: str) -> int:
    """The drawn width of `text`."""
    return len(text) if is_single_cell(text) else cell_len(text)


def wrap(text: str, width: int) -> list[tuple[int, int, Joint]]:
    """The visual lines of `text` (without line ends or tabs) as (start, end, what stood before).

    Spaces at a break belong to no line. A word longer than the width starts a line and is split. The first joint
    is a line end. An empty text is one empty line.
    """
    if is_single_cell(text):
        return _wrap_single_cells(text, width) if len(text) > width else [(0, len(text.rstrip(" ")), "\n")]
    return _wrap_graphemes(text, width)


def chop(text: str, width: int) -> list[tuple[int, int]]:
    """The visual lines of code: cut at the width, wherever that is."""
    if is_single_cell(text):
        return [(start, min(start + width, len(text))) for start in range(0, len(text), width)] or [(0, 0)]
    lines: list[tuple[int, int]] = []
    start, used = 0, 0
    for first, _, size in _graphemes(text):
        if used + size > width and first > start:
            lines.append((start, first))
            start, used = first, 0
        used += size
    return [*lines, (start, len(text))]


def _wrap_single_cells(text: str, width: int) -> list[tuple[int, int, Joint]]:
    lines: list[tuple[int, int, Joint]] = []
    length = len(text.rstrip(" "))
    start = 0
    joint: Joint = "\n"
    while length - start > width:
        space = text.rfind(" ", start, start + width + 1)
        if space < 0:
            lines.append((start, start + width, joint))
            start += width
            joint = ""
            continue
        end = space
        while end > start and text[end - 1] == " ":
            end -= 1
        lines.append((start, end, joint))
        start = space + 1
        while text[start] == " ":
            start += 1
        joint = " "
    lines.append((start, max(start, length), joint))
    return lines


def _wrap_graphemes(text: str, width: int) -> list[tuple[int, int, Joint]]:
    lines: list[tuple[int, int, Joint]] = []
    spans = _graphemes(text.rstrip(" "))
    start, used = 0, 0
    joint: Joint = "\n"
    end, following, used_before = -1, 0, 0
    break_joint: Joint = ""
    """The last place to break: the line's end, the next line's start, the cells before that, what lies between."""
    previous, follows_space = "", False
    for first, after, size in spans:
        character = text[first]
        is_space = character == " "
        if is_space:
            if not follows_space:
                end = first
            following, used_before, break_joint = after, used + size, " "
        else:
            if first > start and not follows_space and _breaks_between(previous, character):
                end, following, used_before, break_joint = first, first, used, ""
            if used + size > width and first > start:
                if end < 0:
                    end, following, used_before, break_joint = first, first, used, ""
                lines.append((start, end, joint))
                start, joint, used = following, break_joint, used - used_before
                end = -1
                if used + size > width and first > start:
                    lines.append((start, first, joint))
                    start, joint, used = first, "", 0
        used += size
        previous, follows_space = text[after - 1], is_space
    lines.append((start, max(start, len(text.rstrip(" "))), joint))
    return lines


def _graphemes(text: str) -> list[tuple[int, int, int]]:
    """The start, end and cells of what is drawn in one piece, by the rules of `cell_len`, also where text is nonsense.

    (`split_graphemes` of Rich 15 counts other than its `cell_len` if joiners follow each other.)
    """
    spans: list[tuple[int, int, int]] = []
    at, measured = 0, ""
    while at < len(text):
        character = text[at]
        after = min(at + (2 if character == _JOINER else 1), len(text))
        if character == _JOINER:
            size = 0
        elif character == _EMOJI_STYLE:
            size = cell_len(measured + character) - cell_len(measured)
            measured = ""
        else:
            size = cell_len(character)
        if size and character != _EMOJI_STYLE:
            spans.append((at, after, size))
            measured = character
        elif spans and text[spans[-1][0]] != " ":
            spans[-1] = (spans[-1][0], after, spans[-1][2] + size)
        else:
            spans.append((at, after, size))
        at = after
    return spans


def _breaks_between(before: str, after: str) -> bool:
    """Whether a line may end between two characters that no space parts: beside East Asian text."""
    if before in _NO_BREAK_AFTER or after in _NO_BREAK_BEFORE:
        return False
    return _is_east_asian(before) or _is_east_asian(after)


def _is_east_asian(character: str) -> bool:
    return bool(character) and ord(character) >= _CJK_START and cell_len(character) == 2
