"""The structure of a piece of Markdown: the parser's tokens as a list of blocks, each in its containers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from markdown_it.token import Token

from compare_tui.render.containers import Container, Footnote, Item, Path, Quote, content_column
from compare_tui.render.dialect import MAX_DEPTH


class Kind(Enum):
    """What a block is."""

    PARAGRAPH = auto()
    HEADING = auto()
    RULE = auto()
    FENCE = auto()
    INDENTED = auto()
    HTML = auto()
    TABLE = auto()
    FORMULA = auto()
    DEFINITION = auto()
    NOTE_LABEL = auto()
    """The label of a footnote on a line of its own."""
    EMPTY = auto()
    """A container without content."""
    RAW = auto()
    """Nested deeper than the parser goes: lines as they are."""


@dataclass(frozen=True, slots=True)
class Block:
    kind: Kind
    token: Token
    """The token that opens it; for running text the inline token, for a table its first."""
    start: int
    end: int
    """Lines of the parsed text, the scaffold's included."""
    path: Path
    n_drawn: int
    """Containers of `path` that hold an earlier block."""
    after: int = 0
    """The line in which the block before it ended."""
    tokens: Sequence[Token] = ()
    """All tokens of a table."""
    level: int = 0
    """Of a heading."""


@dataclass(slots=True)
class _List:
    is_ordered: bool
    next_number: int


_FURTHEST_MARKER = 3
_LEAVES = {
    "hr": Kind.RULE,
    "fence": Kind.FENCE,
    "code_block": Kind.INDENTED,
    "html_block": Kind.HTML,
    "formula_block": Kind.FORMULA,
    "definition": Kind.DEFINITION,
}


@dataclass(slots=True)
class BlockReader:
    """Walks the tokens of a text that begins with the scaffold of `path`."""

    path: Path
    blocks: list[Block] = field(default_factory=list)
    _open: list[Container] = field(default_factory=list)
    _is_drawn: list[bool] = field(default_factory=list)
    _lists: list[_List] = field(default_factory=list)
    _end: int = 0

    def read(self, tokens: Sequence[Token]) -> list[Block]:
        index = 0
        while index < len(tokens):
            index = self._read(tokens, index)
        return self.blocks

    def _read(self, tokens: Sequence[Token], index: int) -> int:
        """Read what begins at `index`; return the index of what follows."""
        token = tokens[index]
        match token.type:
            case "paragraph_open":
                self._add(Kind.PARAGRAPH, tokens[index + 1], token)
                return index + 3
            case "heading_open":
                self._add(Kind.HEADING, tokens[index + 1], token, level=int(token.tag[1:]))
                return index + 3
            case "table_open":
                end = index + next(n for n, other in enumerate(tokens[index:]) if other.type == "table_close")
                self._add(Kind.TABLE, token, token, tokens=tokens[index:end])
                return end + 1
            case "bullet_list_open" | "ordered_list_open":
                self._lists.append(_List(token.type == "ordered_list_open", int(token.attrs.get("start", 1))))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "blockquote_open" | "list_item_open" | "footnote_reference_open":
                self._enter(token)
            case "blockquote_close" | "list_item_close" | "footnote_reference_close":
                self._leave(tokens, index)
            case _:
                self._add(_LEAVES[token.type], token, token)
        return index + 1

    def _enter(self, token: Token) -> None:
        line = _lines_of(token)[0]
        is_resumed = line < len(self.path)
        container = self.path[line] if is_resumed else self._container(token)
        if token.type == "list_item_open":
            current = self._lists[-1]
            if is_resumed and isinstance(container, Item) and container.number is not None:
                current.next_number = container.number
            current.next_number += 1
        self._open.append(container)
        self._is_drawn.append(is_resumed)
        if isinstance(container, Footnote) and container.has_own_line and not is_resumed:
            self._add(Kind.NOTE_LABEL, token, token)

    def _container(self, token: Token) -> Container:
        match token.type:
            case "blockquote_open":
                return Quote()
            case "footnote_reference_open":
                return Footnote(token.meta["label"])
        current = self._lists[-1]
        depth = sum(isinstance(container, Item) and container.number is None for container in self._open)
        return Item(
            marker=f"{token.info}{token.markup}",
            content=token.meta.get("column") or self._furthest_content(token),
            number=current.next_number if current.is_ordered else None,
            depth=depth,
            is_done=token.meta.get("checked"),
        )

    def _furthest_content(self, token: Token) -> int:
        """Where the content of an item without content would begin at most: nothing after it is inside of it."""
        return content_column(self._open) + len(token.info + token.markup) + _FURTHEST_MARKER + 1

    def _leave(self, tokens: Sequence[Token], index: int) -> None:
        opening = tokens[index - 1]
        if not self._is_drawn[-1]:
            kind = Kind.RAW if opening.level + 1 >= MAX_DEPTH else Kind.EMPTY
            self._add(kind, opening, opening)
        self._open.pop()
        self._is_drawn.pop()

    def _add(self, kind: Kind, token: Token, place: Token, *, level: int = 0, tokens: Sequence[Token] = ()) -> None:
        start, end = _lines_of(place)
        if start < len(self.path):
            return
        n_drawn = self._is_drawn.index(False) if False in self._is_drawn else len(self._is_drawn)
        self.blocks.append(Block(kind, token, start, end, tuple(self._open), n_drawn, self._end, tokens, level))
        self._end = end
        self._is_drawn = [True] * len(self._open)


def _lines_of(token: Token) -> tuple[int, int]:
    if token.map is None:
        msg = f"a block token without lines: {token.type}"
        raise ValueError(msg)
    return token.map[0], token.map[1]
