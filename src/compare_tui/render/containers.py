"""Quotes, list items and footnotes: how they are drawn, and how a parser is put back inside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compare_tui.render.palette import Role, Roles, Signs
from compare_tui.render.wrapping import cells

Prefix = tuple[tuple[str, Roles], ...]
"""What is drawn before the text of a line."""

_WIDEST_NOTE_LABEL = 8
_FOOTNOTE_INDENT = 4
_FILLER = "***"
_OTHER_FILLER = "---"


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quote."""

    def first(self, signs: Signs) -> Prefix:
        return ((f"{signs.bar} ", ("quote_bar",)),)

    def rest(self, signs: Signs) -> Prefix:
        return self.first(signs)


@dataclass(frozen=True, slots=True)
class Item:
    """A list item."""

    marker: str
    """As written: `-`, `10.`"""
    content: int
    """Column of its content, counted from the content of the quote around it."""
    number: int | None
    depth: int
    """How many bullet lists it is inside of."""
    is_done: bool | None = None
    """For a task."""

    def first(self, signs: Signs) -> Prefix:
        marker = f" {signs.bullets[self.depth % len(signs.bullets)]} " if self.number is None else f"{self.number:2d}. "
        if self.is_done is None:
            return ((marker, ("marker",)),)
        box = signs.task_done if self.is_done else signs.task_open
        role: Role = "task_done" if self.is_done else "marker"
        return ((f" {box} ", (role,)),) if self.number is None else ((marker, ("marker",)), (f"{box} ", (role,)))

    def rest(self, signs: Signs) -> Prefix:
        return ((" " * sum(cells(text) for text, _ in self.first(signs)), ()),)


@dataclass(frozen=True, slots=True)
class Footnote:
    """The text of a footnote."""

    label: str

    @property
    def has_own_line(self) -> bool:
        """Whether the label is too wide to stand before the text."""
        return cells(self.label) > _WIDEST_NOTE_LABEL

    def first(self, signs: Signs) -> Prefix:
        return self.rest(signs) if self.has_own_line else ((f"[{self.label}] ", ("footnote",)),)

    def rest(self, signs: Signs) -> Prefix:
        return (("  " if self.has_own_line else " " * (cells(self.label) + 3), ()),)


Container = Quote | Item | Footnote
Path = tuple[Container, ...]
"""From the outermost inwards."""


def first_prefix(path: Sequence[Container], signs: Signs, n_drawn: int) -> Prefix:
    """The prefix of a block's first line; nothing of the containers from `n_drawn` on has been drawn before."""
    drawn, fresh = path[:n_drawn], path[n_drawn:]
    return (*rest_prefix(drawn, signs), *(piece for container in fresh for piece in container.first(signs)))


def rest_prefix(path: Sequence[Container], signs: Signs) -> Prefix:
    return tuple(piece for container in path for piece in container.rest(signs))


def scaffold(path: Path) -> tuple[list[str], str]:
    """Lines that open `path` for a parser, a thematic break in each container, and what a further line begins with.

    A thematic break is closed at its own line's end and no other block can be a continuation of it, so what follows
    is parsed as it was after the blocks that it stands for.
    """
    lines: list[str] = []
    prefix = ""
    column = 0
    for container in path:
        match container:
            case Quote():
                lines.append(f"{prefix}> {_FILLER}")
                prefix += "> "
                column = 0
            case Item(marker, content):
                room = content - column - len(marker)
                indent = max(0, room - 4)
                filler = _OTHER_FILLER if marker == "*" else _FILLER
                lines.append(f"{prefix}{' ' * indent}{marker}{' ' * (room - indent)}{filler}")
                prefix += " " * (content - column)
                column = content
            case Footnote(label):
                lines.append(f"{prefix}[^{label}]: {_FILLER}")
                prefix += " " * _FOOTNOTE_INDENT
                column += _FOOTNOTE_INDENT
    return lines, prefix


def content_column(path: Sequence[Container]) -> int:
    """At which column blocks in the innermost container begin, counted from the content of the quote around it."""
    column = 0
    for container in path:
        match container:
            case Quote():
                column = 0
            case Item(content=content):
                column = content
            case Footnote():
                column += _FOOTNOTE_INDENT
    return column
