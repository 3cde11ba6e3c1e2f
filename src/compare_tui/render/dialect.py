"""The Markdown that models write: CommonMark with GFM's tables, strikethrough, tasks and links, footnotes and formulas.

What a token says of its place beyond `map` stands in its `meta`: `column` (of the content of a list item), `indent`
(spaces before a fence).
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.fence import fence
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from compare_tui.render.formulas import display_formula, inline_formula

MAX_DEPTH = 40
"""Containers inside each other. Each costs the parser several frames of Python's stack."""

_URL = re.compile(r"//[^\s<>\x00-\x1f]+")
_SCHEME = re.compile(r"(?:^|[^A-Za-z0-9])(https?|ftp)$")
_OPENERS = {")": "(", "]": "["}


class Dialect(MarkdownIt):
    """A parser whose links keep the address as it was written."""

    def __init__(self) -> None:
        super().__init__(
            "commonmark", {"maxNesting": MAX_DEPTH, "tasklists": True, "inline_definitions": True, "html": True}
        )
        self.enable(["table", "strikethrough"])
        self.use(footnote_plugin, inline=False, move_to_end=False, always_match_refs=True)
        self.block.ruler.before("table", "place", _note_item_column)
        self.block.ruler.at("fence", _fence_with_indent, {"alt": ["paragraph", "reference", "blockquote", "list"]})
        self.block.ruler.before(
            "fence", "formula", display_formula, {"alt": ["paragraph", "reference", "blockquote", "list"]}
        )
        self.inline.ruler.before("escape", "formula", inline_formula)
        self.inline.ruler.after("text", "address", _bare_address)

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the parser's name
        return url

    def blocks(self, text: str, references: MutableMapping[str, object]) -> list[Token]:
        """The block tokens of `text`; link definitions found are added to `references`."""
        tokens: list[Token] = []
        self.block.parse(text, self, {"references": references}, tokens)
        return tokens

    def inlines(self, text: str, references: MutableMapping[str, object]) -> Sequence[Token]:
        """The inline tokens of a block's content."""
        return self.inline.parse(text, self, {"references": references}, [])


def _note_item_column(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """Note at which column the content of a list item begins; never matches."""
    if not silent and state.tokens and state.tokens[-1].type == "list_item_open":
        state.tokens[-1].meta["column"] = state.blkIndent
    return False


def _fence_with_indent(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A fence whose token tells how many spaces stand before it: as many are taken from each of its lines."""
    indent = state.sCount[start] - state.blkIndent
    if not fence(state, start, end, silent):
        return False
    if not silent:
        state.tokens[-1].meta["indent"] = indent
    return True


def _bare_address(state: StateInline, silent: bool) -> bool:
    """An address without brackets: https://github.github.com/gfm/#autolinks-extension-"""
    if state.src[state.pos] != ":" or state.linkLevel > 0:
        return False
    scheme = _SCHEME.search(state.pending[-6:])
    rest = _URL.match(state.src, state.pos + 1)
    if scheme is None or rest is None:
        return False
    tail = _without_closing_marks(rest.group())
    if len(tail) <= 2:
        return False
    if not silent:
        name = scheme.group(1)
        state.pending = state.pending[: -len(name)]
        url = f"{name}:{tail}"
        state.push("link_open", "a", 1).attrs = {"href": url}
        state.push("text", "", 0).content = url
        state.push("link_close", "a", -1)
    state.pos += 1 + len(tail)
    return True


def _without_closing_marks(url: str) -> str:
    """Leave out what belongs to the sentence around the address."""
    while url:
        last = url[-1]
        is_unpaired = last in _OPENERS and url.count(last) > url.count(_OPENERS[last])
        if not is_unpaired and last not in "?!.,:;*_~'\"`":
            break
        url = url[:-1]
    return url
