"""Where formulas begin and end in Markdown: `$x$`, `$$x$$`, `\\(x\\)`, `\\[x\\]`, as rules of the parser.

A formula that spans lines is a block of its own from its first mark on, whether it is closed yet or not; so its lines
are never taken for lists or headings, and what comes later never changes what came before.
"""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

MAX_LINES = 64
"""A block longer than this is no formula."""
MAX_CHARS = 1000
"""An inline formula longer than this is none."""

_CLOSERS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}
_PRICE = re.compile(r"\d[\d,.]*(?:\s|[-–—/+]|$|[kKmMbB]\b)")
_WORD = re.compile(r"[A-Za-z]{2,}")
_MATHEMATICAL = re.compile(r"[\\^_=<>{}]")


def display_formula(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula on lines of its own; `content` without its marks and `info` "closed", else the lines as they are."""
    if state.is_code_block(start):
        return False
    first = _line(state, start)
    mark = first[:2]
    if mark not in ("$$", "\\["):
        return False
    closer = _CLOSERS[mark]
    at = first.find(closer, 2)
    if at >= 0 and first[at + 2 :].strip():
        return False
    if at < 0 and mark == "$$" and _PRICE.match(first[2:]):
        return False
    if silent:
        return True
    line = start
    is_closed = at >= 0
    while not is_closed and line + 1 < min(end, start + MAX_LINES):
        text = _line(state, line + 1)
        if not text or state.sCount[line + 1] < state.blkIndent:
            break
        line += 1
        is_closed = text.endswith(closer)
    state.line = line + 1
    token = state.push("formula_block", "", 0)
    token.map = [start, state.line]
    token.markup = mark
    token.info = "closed" if is_closed else ""
    lines = [_line(state, number) for number in range(start, state.line)]
    token.content = "\n".join(lines)
    return True


def inline_formula(state: StateInline, silent: bool) -> bool:
    """A formula in running text."""
    source, start = state.src, state.pos
    if source[start] == "\\":
        mark = source[start : start + 2]
        if mark not in ("\\(", "\\["):
            return False
    elif source[start] == "$":
        mark = "$$" if source.startswith("$$", start) else "$"
    else:
        return False
    inside = start + len(mark)
    end = _end_of_dollar(source, start) if mark == "$" else source.find(_CLOSERS[mark], inside, inside + MAX_CHARS)
    if end < 0 or not source[inside:end].strip():
        return False
    closer = _CLOSERS.get(mark, mark)
    if not silent:
        token = state.push("formula", "", 0)
        token.content = source[inside:end]
        token.markup = mark
    state.pos = end + len(closer)
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()


def _end_of_dollar(source: str, start: int) -> int:
    """Where the formula of a single `$` ends; -1 where it is a price or stands alone.

    As in Pandoc: no space inside the marks, no digit after the closing one. Besides, no digit or letter before the
    opening one, and no sentence that begins with a number.
    """
    if start and source[start - 1].isalnum():
        return -1
    if source[start + 1 : start + 2].strip() == "":
        return -1
    end = start + 1
    while True:
        end = source.find("$", end, start + MAX_CHARS)
        if end < 0:
            return -1
        if source[end - 1] != "\\":
            break
        end += 1
    after = source[end + 1 : end + 2]
    if source[end - 1].isspace() or after.isdigit() or after == "$":
        return -1
    content = source[start + 1 : end]
    is_price = _PRICE.match(content) and _WORD.search(content) and not _MATHEMATICAL.search(content)
    return -1 if is_price else end
