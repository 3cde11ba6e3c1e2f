"""Styles by role and the signs that are drawn: what a theme is to the flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rich.style import Style

Role = Literal[
    "text", "dim", "heading1", "heading2", "heading3", "heading_mark", "emphasis", "strong", "strike",
    "code", "code_block", "code_label", "link", "address", "image", "html", "math", "footnote", "definition",
    "quote", "quote_bar", "marker", "task_done", "rule", "table_rule", "table_head",
]  # fmt: skip
Roles = tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Signs:
    """Each one cell wide, but for the boxes of tasks."""

    bullets: str = "•◦▪"
    """By depth, over and over."""
    bar: str = "▌"
    rule: str = "─"
    column: str = "│"
    crossing: str = "┼"
    task_open: str = "☐"
    task_done: str = "☑"


ASCII_SIGNS = Signs(bullets="*-+", bar="|", rule="-", column="|", crossing="+", task_open="[ ]", task_done="[x]")


@dataclass(frozen=True, slots=True)
class Palette:
    name: str
    styles: Mapping[Role, Style]
    syntax: str
    """Name of a Pygments style; "ansi" for the terminal's 16 colours; empty for none."""
    signs: Signs = Signs()

    def style(self, roles: Roles) -> Style:
        """The styles of `roles` laid over each other, the last on top."""
        return sum((self.styles[role] for role in roles), self.styles["text"])

    def with_ascii(self) -> Palette:
        """The same with signs that every terminal has."""
        return replace(self, signs=ASCII_SIGNS)


def _parse(definitions: Mapping[Role, str]) -> Mapping[Role, Style]:
    return {role: Style.parse(definition) for role, definition in definitions.items()}


def dark() -> Palette:
    return Palette(
        "dark",
        _parse(
            {
                "text": "",
                "dim": "#8b949e",
                "heading1": "bold underline #79c0ff",
                "heading2": "bold #79c0ff",
                "heading3": "bold #a5d6ff",
                "heading_mark": "#6e7681",
                "emphasis": "italic",
                "strong": "bold",
                "strike": "strike",
                "code": "#ffa657 on #262c36",
                "code_block": "#e6edf3 on #1c2128",
                "code_label": "#8b949e on #1c2128",
                "link": "underline #58a6ff",
                "address": "#8b949e",
                "image": "italic #d2a8ff",
                "html": "#8b949e",
                "math": "#7ee787",
                "footnote": "#58a6ff",
                "definition": "#8b949e",
                "quote": "#b1bac4",
                "quote_bar": "#6e7681",
                "marker": "#ff7b72",
                "task_done": "#7ee787",
                "rule": "#6e7681",
                "table_rule": "#6e7681",
                "table_head": "bold",
            }
        ),
        "github-dark",
    )


def light() -> Palette:
    return Palette(
        "light",
        _parse(
            {
                "text": "",
                "dim": "#59636e",
                "heading1": "bold underline #0550ae",
                "heading2": "bold #0550ae",
                "heading3": "bold #0a3069",
                "heading_mark": "#818b98",
                "emphasis": "italic",
                "strong": "bold",
                "strike": "strike",
                "code": "#953800 on #eaeef2",
                "code_block": "#1f2328 on #f0f2f5",
                "code_label": "#59636e on #f0f2f5",
                "link": "underline #0969da",
                "address": "#59636e",
                "image": "italic #8250df",
                "html": "#59636e",
                "math": "#116329",
                "footnote": "#0969da",
                "definition": "#59636e",
                "quote": "#424a53",
                "quote_bar": "#818b98",
                "marker": "#cf222e",
                "task_done": "#116329",
                "rule": "#818b98",
                "table_rule": "#818b98",
                "table_head": "bold",
            }
        ),
        "xcode",
    )


def ansi() -> Palette:
    """The terminal's own 16 colours on its own background."""
    return Palette(
        "ansi",
        _parse(
            {
                "text": "",
                "dim": "bright_black",
                "heading1": "bold underline blue",
                "heading2": "bold blue",
                "heading3": "bold",
                "heading_mark": "bright_black",
                "emphasis": "italic",
                "strong": "bold",
                "strike": "strike",
                "code": "yellow",
                "code_block": "",
                "code_label": "bright_black",
                "link": "underline blue",
                "address": "bright_black",
                "image": "italic magenta",
                "html": "bright_black",
                "math": "green",
                "footnote": "blue",
                "definition": "bright_black",
                "quote": "",
                "quote_bar": "bright_black",
                "marker": "red",
                "task_done": "green",
                "rule": "bright_black",
                "table_rule": "bright_black",
                "table_head": "bold",
            }
        ),
        "ansi",
    )


def plain() -> Palette:
    """No colour at all: bold, italic, underline and reverse only."""
    return Palette(
        "plain",
        _parse(
            {
                "text": "",
                "dim": "dim",
                "heading1": "bold underline",
                "heading2": "bold",
                "heading3": "bold",
                "heading_mark": "dim",
                "emphasis": "italic",
                "strong": "bold",
                "strike": "strike",
                "code": "reverse",
                "code_block": "",
                "code_label": "dim",
                "link": "underline",
                "address": "dim",
                "image": "italic",
                "html": "dim",
                "math": "italic",
                "footnote": "underline",
                "definition": "dim",
                "quote": "",
                "quote_bar": "dim",
                "marker": "bold",
                "task_done": "bold",
                "rule": "dim",
                "table_rule": "dim",
                "table_head": "bold",
            }
        ),
        "",
    )
