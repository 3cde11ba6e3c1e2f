"""Formulas: LaTeX drawn in Unicode, only where that is the same mathematics.

pylatexenc parses; what is drawn is decided here, because its own text form is not true: `\\frac{a+b}{c}` becomes a+b/c.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence

from compare_tui.render.math_nodes import FRACTIONS, ROWS, WORDS, Char, Environment, Group, Macro, Node
from compare_tui.render.math_pieces import Kind, Piece, as_denominator, as_numerator, as_operand, join
from compare_tui.render.math_symbols import (
    ACCENTS,
    ALPHABETS,
    BIG,
    FUNCTIONS,
    IGNORED,
    SIZES,
    SPACES,
    SPANNING_ACCENTS,
    in_alphabet,
    is_operator,
    lowered,
    raised,
    symbol,
)

_SIGNS = frozenset("+-−±∓×·⋅÷*∗∘⊕⊗⊙∪∩∧∨∖∣=<>≤≥≪≫≲≳≠≈≡∼≃≅≐≔∝⊂⊃⊆⊇⊊∈∉∋⊢⊨⊥∥:/")
_SCRIPTS = (Char("_"), Char("^"))
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}


class _NotDrawableError(Exception):
    """There is no true form in plain characters."""


def draw_formula(latex: str) -> str | None:
    """Return `latex`, without the marks around it, in one or more lines of Unicode; None if it has to stay as typed."""
    # pylatexenc is loaded with the first formula, not before the first paint.
    from compare_tui.render.math_parsing import parse

    nodes = parse(latex)
    if nodes is None:
        return None
    try:
        lines = [join(_pieces(row)) for row in _rows(nodes)]
    except (_NotDrawableError, RecursionError):
        return None
    text = unicodedata.normalize("NFC", "\n".join(line for line in lines if line))
    return text.replace("′′", "″") if text and "\\" not in text else None


def _rows(nodes: Sequence[Node]) -> list[list[Node]]:
    solid = [node for node in nodes if not (isinstance(node, Char) and node.text.isspace())]
    if len(solid) == 1 and isinstance(solid[0], Environment) and solid[0].name in ROWS:
        nodes = [node for node in solid[0].nodes if node != Char("&")]
    rows: list[list[Node]] = [[]]
    for node in nodes:
        if isinstance(node, Macro) and node.name == "\\":
            rows.append([])
        else:
            rows[-1].append(node)
    return rows


def _pieces(nodes: Sequence[Node]) -> list[Piece]:
    pieces: list[Piece] = []
    index = 0
    while index < len(nodes):
        node = nodes[index]
        index += 1
        if isinstance(node, Char) and node in _SCRIPTS:
            argument, index = _script_argument(nodes, index)
            _attach(pieces, node.text, argument)
        elif isinstance(node, Macro) and node.name in SIZES:
            if index < len(nodes) and nodes[index] == Char("."):
                index += 1
        else:
            drawn = _draw(node)
            if isinstance(node, Group) and len(drawn) != 1 and index < len(nodes) and nodes[index] in _SCRIPTS:
                raise _NotDrawableError
            pieces += drawn
    return pieces


def _script_argument(nodes: Sequence[Node], index: int) -> tuple[Sequence[Node], int]:
    while index < len(nodes) and isinstance(nodes[index], Char) and str(getattr(nodes[index], "text", "")).isspace():
        index += 1
    if index >= len(nodes):
        raise _NotDrawableError
    node = nodes[index]
    if isinstance(node, Group):
        return node.nodes, index + 1
    if isinstance(node, Char) and len(node.text) > 1:
        raise _NotDrawableError
    return [node], index + 1


def _attach(pieces: list[Piece], mark: str, argument: Sequence[Node]) -> None:
    """Put a script on the last piece."""
    while pieces and pieces[-1].kind is Kind.SPACE:
        pieces.pop()
    if not pieces or pieces[-1].kind in (Kind.SIGN, Kind.POINT, Kind.OPEN, Kind.WORDS):
        raise _NotDrawableError
    base = pieces.pop()
    text, kind = base.text, base.kind
    if mark in base.scripts:
        raise _NotDrawableError
    if kind in (Kind.FRACTION, Kind.ROOT):
        text, kind = f"({text})", Kind.LETTER
    pieces.append(Piece(text + _script(mark, argument), kind, scripts=base.scripts + mark))


def _script(mark: str, argument: Sequence[Node]) -> str:
    drawn = join(_pieces(argument))
    if not drawn:
        return ""
    if mark == "^" and set(drawn) <= {"′"}:
        return drawn
    if mark == "^" and drawn == "∘":
        return "°"
    forms = raised() if mark == "^" else lowered()
    solid = drawn.replace(" ", "")
    if all(character in forms for character in solid):
        return "".join(forms[character] for character in solid)
    if len(solid) == 1:
        return f"{mark}{solid}"
    return f"^({drawn})" if mark == "^" else f"_{{{solid}}}"


def _draw(node: Node) -> list[Piece]:
    match node:
        case Char(text):
            return [_char(text)]
        case Group(nodes):
            return _pieces(nodes)
        case Macro():
            return _draw_macro(node)
    raise _NotDrawableError


def _char(text: str) -> Piece:
    if text.isspace():
        return Piece(" ", Kind.SPACE)
    if text == "~":
        return Piece(" ", Kind.SPACE)
    if text == "'":
        return Piece("′", Kind.CLOSE)
    if text in "([":
        return Piece(text, Kind.OPEN)
    if text in ")]!":
        return Piece(text, Kind.CLOSE)
    if text in ",;.?":
        return Piece(text, Kind.POINT)
    if text == "&":
        raise _NotDrawableError
    return Piece(text, Kind.SIGN if _is_sign(text) else Kind.LETTER)


def _draw_macro(macro: Macro) -> list[Piece]:
    name = macro.name
    drawer = _DRAWERS.get(name)
    if drawer is not None:
        return drawer(macro)
    if name in FUNCTIONS:
        return [Piece(name, Kind.FUNCTION), *_space_after(macro)]
    if name in IGNORED:
        return []
    if name in SPACES:
        return [Piece(SPACES[name], Kind.SPACE)]
    text = symbol(name)
    if text is None:
        raise _NotDrawableError
    return [_symbol_piece(text), *(_space_after(macro) if _is_sign(text) else ())]


def _space_after(macro: Macro) -> list[Piece]:
    return [Piece(" ", Kind.SPACE)] if macro.has_space else []


def _symbol_piece(text: str) -> Piece:
    if text in BIG:
        return Piece(text, Kind.BIG)
    if text in "⟨⌊⌈{":
        return Piece(text, Kind.OPEN)
    if text in "⟩⌋⌉}":
        return Piece(text, Kind.CLOSE)
    return Piece(text, Kind.SIGN if _is_sign(text) else Kind.LETTER)


def _is_sign(text: str) -> bool:
    return text in _SIGNS or is_operator(text[0]) or "ARROW" in unicodedata.name(text[0], "")


def _argument(macro: Macro, index: int) -> list[Piece]:
    argument = macro.arguments[index] if index < len(macro.arguments) else None
    if argument is None:
        raise _NotDrawableError
    return _pieces(argument)


def _fraction(macro: Macro) -> list[Piece]:
    text = f"{as_numerator(_argument(macro, 0))}/{as_denominator(_argument(macro, 1))}"
    return [Piece(text, Kind.FRACTION, f"({text})")]


def _root(macro: Macro) -> list[Piece]:
    degree = join(_argument(macro, 0)) if macro.arguments and macro.arguments[0] is not None else ""
    sign = _ROOTS.get(degree)
    if sign is None:
        if not all(character in raised() for character in degree):
            raise _NotDrawableError
        sign = "".join(raised()[character] for character in degree) + "√"
    inside = _argument(macro, 1)
    return [Piece(sign + as_operand(inside), Kind.ROOT, f"{sign}({join(inside)})")]


def _binomial(macro: Macro) -> list[Piece]:
    return [Piece(f"C({join(_argument(macro, 0))}, {join(_argument(macro, 1))})", Kind.LETTER)]


def _words(macro: Macro) -> list[Piece]:
    argument = macro.arguments[0] if macro.arguments else None
    if argument is None:
        raise _NotDrawableError
    if not all(isinstance(node, Char) for node in argument):
        return [Piece(join(_argument(macro, 0)), Kind.LETTER)]
    text = "".join(node.text for node in argument if isinstance(node, Char))
    if macro.name == "operatorname":
        return [Piece(text, Kind.FUNCTION), *_space_after(macro)]
    words = text.strip()
    spaces = Piece(" ", Kind.SPACE)
    return [
        *([spaces] if text[:1].isspace() else ()),
        Piece(words, Kind.WORDS if " " in words or words != text else Kind.LETTER),
        *([spaces] if text[-1:].isspace() else ()),
    ]


def _accented(macro: Macro) -> list[Piece]:
    text = join(_argument(macro, 0))
    if len(text) != 1 and macro.name not in SPANNING_ACCENTS:
        raise _NotDrawableError
    mark = ACCENTS[macro.name]
    return [Piece("".join(character + mark for character in text), Kind.LETTER)]


def _lettered(macro: Macro) -> list[Piece]:
    letters: list[str] = []
    for character in join(_argument(macro, 0)):
        letter = in_alphabet(ALPHABETS[macro.name], character)
        if letter is None:
            raise _NotDrawableError
        letters.append(letter)
    return [Piece("".join(letters), Kind.LETTER)]


def _boxed(macro: Macro) -> list[Piece]:
    return _argument(macro, 0)


def _negated(macro: Macro) -> list[Piece]:
    text = unicodedata.normalize("NFC", join(_argument(macro, 0)) + "\u0338")
    if len(text) != 1:
        raise _NotDrawableError
    return [Piece(text, Kind.SIGN), *_space_after(macro)]


def _modulus(macro: Macro) -> list[Piece]:
    return [Piece(" ", Kind.SPACE), Piece(f"(mod {join(_argument(macro, 0))})", Kind.LETTER)]


def _modulo(macro: Macro) -> list[Piece]:
    return [Piece(" ", Kind.SPACE), Piece("mod", Kind.SIGN), Piece(" ", Kind.SPACE)]


_DRAWERS: Mapping[str, Callable[[Macro], list[Piece]]] = {
    **dict.fromkeys(FRACTIONS, _fraction),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), _binomial),
    **dict.fromkeys(WORDS, _words),
    **dict.fromkeys(ACCENTS, _accented),
    **dict.fromkeys(ALPHABETS, _lettered),
    "sqrt": _root,
    "boxed": _boxed,
    "not": _negated,
    "pmod": _modulus,
    "bmod": _modulo,
    "mod": _modulo,
}
