"""The tree of a formula, and the macros that shape it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compare_tui.render.math_symbols import names

WORDS = names("text textrm textit textbf textsf texttt textnormal mathrm mathit mathsf mathtt operatorname")
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})
ROWS = names("aligned align align* alignat gathered gather gather* split equation equation* multline")
"""Environments whose rows are formulas of their own."""


@dataclass(frozen=True, slots=True)
class Char:
    """A character, a whole number, or white space."""

    text: str


@dataclass(frozen=True, slots=True)
class Macro:
    name: str
    arguments: Sequence[Sequence[Node] | None] = ()
    has_space: bool = False
    """Whether white space follows its name."""


@dataclass(frozen=True, slots=True)
class Group:
    nodes: Sequence[Node]


@dataclass(frozen=True, slots=True)
class Environment:
    name: str
    nodes: Sequence[Node]


Node = Char | Macro | Group | Environment
