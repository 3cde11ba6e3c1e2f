"""Unicode for the names and letters of formulas: symbols, raised and lowered characters, mathematical alphabets."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.macrospec import LatexContextDb


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTIONS = names(
    "arccos arcsin arctan arg argmax argmin cos cosh cot coth csc deg det dim exp gcd hom inf ker lcm lg lim liminf "
    "limsup ln log max min Pr sec sin sinh sup tan tanh"
)
SIZES = names("left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm")
IGNORED = names("displaystyle textstyle scriptstyle limits nolimits ! nonumber notag")
SPACES: Mapping[str, str] = {
    ",": " ",
    ";": " ",
    ":": " ",
    ">": " ",
    " ": " ",
    "quad": "  ",
    "qquad": "    ",
    "enspace": " ",
    "thinspace": " ",
}
ACCENTS: Mapping[str, str] = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "bar": "\u0304",
    "overline": "\u0305",
    "underline": "\u0332",
    "dot": "\u0307",
    "ddot": "\u0308",
    "vec": "\u20d7",
    "check": "\u030c",
    "breve": "\u0306",
    "acute": "\u0301",
    "grave": "\u0300",
    "mathring": "\u030a",
}
SPANNING_ACCENTS = frozenset({"overline", "underline"})
"""Accents that each character of an argument can carry."""
ALPHABETS: Mapping[str, str] = {
    "mathbb": "DOUBLE-STRUCK",
    "mathcal": "SCRIPT",
    "mathscr": "SCRIPT",
    "mathfrak": "FRAKTUR",
    "mathbf": "BOLD",
    "boldsymbol": "BOLD",
    "bm": "BOLD",
}
BIG = frozenset("∑∏∐∫∬∭∮⋃⋂⨁⨂⋁⋀")

_OWN = {
    "ne": "≠",
    "implies": "⟹",
    "impliedby": "⟸",
    "iff": "⟺",
    "neg": "¬",
    "land": "∧",
    "lor": "∨",
    "bot": "⊥",
    "models": "⊨",
    "triangle": "△",
    "colon": ":",
    "coloneqq": "≔",
    "degree": "°",
    "checkmark": "✓",
    "epsilon": "ϵ",
    "prime": "′",
    "gets": "←",
    "to": "→",
    "dots": "…",
    "dotsc": "…",
    "dotsb": "⋯",
    "ldots": "…",
    "vert": "|",
    "Vert": "‖",
    "|": "‖",
    "mid": "|",
    "nmid": "∤",
    "Re": "Re",
    "Im": "Im",
    "lbrace": "{",
    "rbrace": "}",
    "lbrack": "[",
    "rbrack": "]",
    "{": "{",
    "}": "}",
    "%": "%",
    "$": "$",
    "#": "#",
    "&": "&",
    "_": "_",
    "N": "ℕ",
    "R": "ℝ",
    "Z": "ℤ",
    "square": "□",
    "blacksquare": "■",
    "bigoplus": "⨁",
    "bigotimes": "⨂",
    "hbar": "ℏ",
    "lVert": "‖",
    "rVert": "‖",
}
_NOT_BETWEEN = frozenset("∀∁∂∃∄∅∆∇∎∏∐∑√∛∜∞∟∠∡∢⊤⊾⊿⋀⋁⋂⋃⋮⋯⋰⋱")
"""Those of the blocks of mathematical operators that are letters, quantifiers, or stand before a single operand."""
_LETTERLIKE = {"DOUBLE-STRUCK": "DOUBLE-STRUCK", "SCRIPT": "SCRIPT", "FRAKTUR": "BLACK-LETTER"}
_RAISED = (
    *range(0xB2, 0xBA),
    *range(0x2B0, 0x2B9),
    *range(0x2E0, 0x2E4),
    *range(0x1D2C, 0x1D6B),
    *range(0x1D9C, 0x1DC0),
    *range(0x2070, 0x2080),
)
_LOWERED = (*range(0x1D62, 0x1D6B), *range(0x2080, 0x209D), 0x2C7C)
_SIGNS = {"-": "−", "*": "∗"}


def is_operator(character: str) -> bool:
    """Whether `character` stands between two operands, or relates them: ⊔ ⊑ ≺ ⩽ ⇌."""
    is_mathematical = "\u2200" <= character <= "\u22ff" or "\u2a1d" <= character <= "\u2aff"
    if is_mathematical:
        return character not in _NOT_BETWEEN and not "∫" <= character <= "∳"
    return "HARPOON" in unicodedata.name(character, "")


def symbol(name: str) -> str | None:
    """The character that the macro `name` stands for."""
    own = _OWN.get(name)
    if own is not None:
        return own
    text = getattr(_table().get_macro_spec(name), "simplify_repl", None)
    return text if isinstance(text, str) and len(text) == 1 and not text.isascii() else None


@cache
def _table() -> LatexContextDb:
    from pylatexenc.latex2text import get_default_latex_context_db

    return get_default_latex_context_db()


@cache
def raised() -> Mapping[str, str]:
    """Characters and their superscript forms."""
    return _forms("<super>", _RAISED)


@cache
def lowered() -> Mapping[str, str]:
    """Characters and their subscript forms."""
    return _forms("<sub>", _LOWERED)


def _forms(kind: str, codes: tuple[int, ...]) -> dict[str, str]:
    forms: dict[str, str] = {}
    for code in codes:
        decomposition = unicodedata.decomposition(chr(code)).split()
        if len(decomposition) == 2 and decomposition[0] == kind:
            forms.setdefault(chr(int(decomposition[1], 16)), chr(code))
    forms |= {ascii_sign: forms[sign] for ascii_sign, sign in _SIGNS.items() if sign in forms}
    return forms


def in_alphabet(alphabet: str, character: str) -> str | None:
    """`character` in a mathematical alphabet."""
    name = unicodedata.name(character, "")
    short = name.removeprefix("LATIN ").removeprefix("GREEK ").replace(" LETTER", "")
    for candidate in (f"MATHEMATICAL {alphabet} {short}", f"{_LETTERLIKE.get(alphabet, alphabet)} {short}"):
        try:
            return unicodedata.lookup(candidate)
        except KeyError:
            continue
    return None
