"""Styles of Pygments' token types in a palette."""

from __future__ import annotations

from typing import TypeAlias

from pygments.style import Style as PygmentsStyle
from pygments.styles import get_style_by_name
from pygments.token import (
    STANDARD_TYPES,
    Comment,
    Error,
    Generic,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Token,
    _TokenType,
)
from rich.style import Style

from compare_tui.render.palette import Palette

Syntax: TypeAlias = _TokenType
"""A token type of Pygments."""

PLAIN: Syntax = Token

_ANSI: dict[Syntax, str] = {
    Comment: "bright_black",
    Generic.Deleted: "red",
    Generic.Emph: "italic",
    Generic.Heading: "bold",
    Generic.Inserted: "green",
    Generic.Strong: "bold",
    Generic.Subheading: "bold",
    Keyword: "magenta",
    Keyword.Constant: "cyan",
    Literal: "cyan",
    Name.Attribute: "blue",
    Name.Builtin: "cyan",
    Name.Class: "bold blue",
    Name.Decorator: "yellow",
    Name.Exception: "red",
    Name.Function: "blue",
    Name.Namespace: "blue",
    Name.Tag: "magenta",
    Number: "cyan",
    Operator.Word: "magenta",
    Punctuation: "",
    String: "green",
    String.Escape: "yellow",
}


class SyntaxStyles(dict[Syntax, Style]):
    """Token type to style, over the background of code; filled as types are met."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._base = palette.styles["code_block"]
        self._is_ansi = palette.syntax == "ansi"
        self._pygments: type[PygmentsStyle] | None = None
        self._name = palette.syntax

    def __missing__(self, kind: Syntax) -> Style:
        style = self[kind] = self._base + self._look_up(kind)
        return style

    def _look_up(self, kind: Syntax) -> Style:
        if not self._name or kind is PLAIN or kind is Error:
            return Style.null()
        if self._is_ansi:
            while kind not in _ANSI and kind.parent is not None:
                kind = kind.parent
            return Style.parse(_ANSI.get(kind, ""))
        if self._pygments is None:
            self._pygments = get_style_by_name(self._name)
        # Lexers make token types of their own; styles know only the standard ones.
        while kind not in STANDARD_TYPES and kind.parent is not None:
            kind = kind.parent
        found = self._pygments.style_for_token(kind)
        return Style(
            color=f"#{found['color']}" if found["color"] else None,
            bold=found["bold"] or None,
            italic=found["italic"] or None,
            underline=found["underline"] or None,
        )
