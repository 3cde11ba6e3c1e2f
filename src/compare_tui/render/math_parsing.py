"""LaTeX formulas to a small tree, by pylatexenc with a table of the macros that take arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexNode,
    LatexWalker,
    LatexWalkerError,
)
from pylatexenc.macrospec import EnvironmentSpec, LatexContextDb, std_macro

from compare_tui.render.math_nodes import FRACTIONS, ROWS, WORDS, Char, Environment, Group, Macro, Node
from compare_tui.render.math_symbols import ACCENTS, ALPHABETS

_CHARACTER = re.compile(r"\s+|\d+(?:\.\d+)?|.", re.DOTALL)


def parse(latex: str) -> list[Node] | None:
    """The tree of a formula without the marks around it; None if it is none."""
    try:
        nodes, _, _ = LatexWalker(latex, latex_context=_context(), tolerant_parsing=False).get_latex_nodes()
        return _convert(nodes)
    except (LatexWalkerError, _UnknownNodeError, RecursionError):
        return None


class _UnknownNodeError(Exception):
    """A node that no formula has: a comment, a formula in a formula."""


def _convert(nodes: Sequence[LatexNode]) -> list[Node]:
    converted: list[Node] = []
    for node in nodes:
        match node:
            case LatexCharsNode():
                converted += [Char(text) for text in _CHARACTER.findall(node.chars)]
            case LatexMacroNode():
                converted.append(_convert_macro(node))
            case LatexGroupNode():
                converted.append(Group(_convert(node.nodelist)))
            case LatexEnvironmentNode():
                converted.append(Environment(node.environmentname, _convert(node.nodelist)))
            case _:
                raise _UnknownNodeError
    return converted


def _convert_macro(node: LatexMacroNode) -> Macro:
    arguments = node.nodeargd.argnlist if node.nodeargd is not None else None
    return Macro(
        node.macroname,
        [None if argument is None else _convert_argument(argument) for argument in arguments or ()],
        bool(node.macro_post_space),
    )


def _convert_argument(argument: LatexNode) -> list[Node]:
    return _convert(argument.nodelist) if isinstance(argument, LatexGroupNode) else _convert([argument])


@cache
def _context() -> LatexContextDb:
    one = WORDS | ACCENTS.keys() | ALPHABETS.keys() | {"boxed", "not", "pmod", "mathop"}
    two = FRACTIONS | {"binom", "dbinom", "tbinom"}
    context = LatexContextDb()
    context.add_context_category(
        "formulas",
        macros=[
            *(std_macro(name, False, 1) for name in one),
            *(std_macro(name, False, 2) for name in two),
            std_macro("sqrt", True, 1),
        ],
        environments=[EnvironmentSpec(name) for name in ROWS],
    )
    context.set_unknown_macro_spec(std_macro("", False, 0))
    context.set_unknown_environment_spec(EnvironmentSpec(""))
    return context
