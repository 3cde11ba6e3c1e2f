"""Pens: how a cell is coloured, as the parameters of SGR, and the shortest way from one pen to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rich.color import Color, ColorSystem
from rich.style import Style

FOREGROUND, BACKGROUND = "39", "49"
"""The terminal's own colours."""
_ATTRIBUTES = (("1", "22"), ("2", "22"), ("3", "23"), ("4", "24"), ("7", "27"), ("9", "29"))
"""Bold, dim, italic, underlined, reverse, struck: on and off. Bold and dim share what ends them (ECMA-48)."""


class Pen(NamedTuple):
    """Colours as parameters of SGR; of `_ATTRIBUTES` those that are on."""

    foreground: str = FOREGROUND
    background: str = BACKGROUND
    attributes: tuple[bool, ...] = (False,) * len(_ATTRIBUTES)

    def is_blank_in(self, other: Pen) -> bool:
        """Say whether a blank of this pen looks the same in the other."""
        return self.background == other.background and not any((*self.attributes[3:], *other.attributes[3:]))


PLAIN = Pen()


def pen_of(style: Style, system: ColorSystem) -> Pen:
    """Return the pen of `style` in the colours that the terminal has."""
    return Pen(_code(style.color, system, True), _code(style.bgcolor, system, False), attributes_of(style))


def attributes_of(style: Style) -> tuple[bool, ...]:
    """Return which attributes of a pen are on."""
    of = style
    return tuple(bool(on) for on in (of.bold, of.dim, of.italic, of.underline, of.reverse, of.strike))


def _code(color: Color | None, system: ColorSystem, is_foreground: bool) -> str:
    if color is None or color.is_default:
        return FOREGROUND if is_foreground else BACKGROUND
    return ";".join(color.downgrade(system).get_ansi_codes(is_foreground))


def change(old: Pen, new: Pen) -> str:
    """Return the sequence that turns `old` into `new`; empty if they are equal."""
    if old == new:
        return ""
    if new == PLAIN:
        return "\x1b[m"
    codes: list[str] = []
    ended = {off for (_, off), was, is_on in _pairs(old, new) if was and not is_on}
    codes += sorted(ended)
    codes += [on for (on, off), was, is_on in _pairs(old, new) if is_on and (not was or off in ended)]
    codes += [new.foreground] if new.foreground != old.foreground else []
    codes += [new.background] if new.background != old.background else []
    return f"\x1b[{';'.join(codes)}m"


def _pairs(old: Pen, new: Pen) -> list[tuple[tuple[str, str], bool, bool]]:
    return list(zip(_ATTRIBUTES, old.attributes, new.attributes, strict=True))


class Inks:
    """Makes pens of styles and the ways between pens, each once."""

    def __init__(self, make: Callable[[Style], Pen]) -> None:
        self._make = make
        self._pens: dict[Style, Pen] = {}
        self._originals: dict[Pen, Pen] = {PLAIN: PLAIN}
        self._ways: dict[tuple[Pen, Pen], str] = {}

    def pen(self, style: Style) -> Pen:
        """Return the pen of `style`; equal pens are one object."""
        pen = self._pens.get(style)
        if pen is None:
            made = self._make(style)
            pen = self._pens[style] = self._originals.setdefault(made, made)
        return pen

    def way(self, old: Pen, new: Pen) -> str:
        """Return what turns `old` into `new`."""
        way = self._ways.get((old, new))
        if way is None:
            way = self._ways[old, new] = change(old, new)
        return way
