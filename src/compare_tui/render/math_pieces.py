"""Drawn parts of a formula, and where they need parentheses or space when they stand side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a piece does beside others."""

    LETTER = auto()
    """A letter, a number, a name; also anything in parentheses."""
    SIGN = auto()
    """Between two operands: + = < →"""
    OPEN = auto()
    CLOSE = auto()
    POINT = auto()
    """Punctuation."""
    FUNCTION = auto()
    BIG = auto()
    """A sum, an integral."""
    FRACTION = auto()
    ROOT = auto()
    SPACE = auto()
    WORDS = auto()
    """Text."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    kind: Kind
    wrapped: str = ""
    """The form of a fraction or root beside other factors or with an exponent."""
    scripts: str = ""
    """The marks of the scripts that it has."""


Pieces = Sequence[Piece]
_OPERANDS = {Kind.LETTER, Kind.OPEN, Kind.FUNCTION, Kind.BIG, Kind.FRACTION, Kind.ROOT}
_FACTORS = {Kind.LETTER, Kind.CLOSE, Kind.FRACTION, Kind.ROOT}
_NEED_SPACE_AFTER = {Kind.FUNCTION, Kind.BIG}
_SPACE = Piece(" ", Kind.SPACE)
_DIFFERENTIALS = ("d", "∂")
_DIVISIONS = frozenset("/÷:")
_PRODUCTS = frozenset("/÷:·⋅×*∗")


def join(pieces: Pieces) -> str:
    """The text of pieces side by side."""
    drawn: list[str] = []
    solid = _balanced(pieces)
    for index, piece in enumerate(solid):
        drawn.append(piece.wrapped if _needs_wrapping(solid, index) else piece.text)
        if index + 1 < len(solid) and _parts(piece, solid[index + 1]):
            drawn.append(" ")
    return "".join(drawn).strip()


def _needs_wrapping(pieces: Pieces, index: int) -> bool:
    """Whether a fraction or root would take in, or be taken in by, what stands beside it."""
    piece = pieces[index]
    before = _neighbour(pieces, index, -1)
    after = _neighbour(pieces, index, 1)
    is_multiplied = after is not None and after.kind in _OPERANDS
    if piece.kind is Kind.ROOT:
        return is_multiplied
    if piece.kind is not Kind.FRACTION:
        return False
    if is_multiplied or (after is not None and after.text in _PRODUCTS):
        return True
    return before is not None and (before.kind in (*_FACTORS, Kind.FUNCTION) or before.text in _DIVISIONS)


def _parts(piece: Piece, following: Piece) -> bool:
    """Whether a space has to stand between two pieces."""
    if Kind.SPACE in (piece.kind, following.kind):
        return False
    if piece.kind in _NEED_SPACE_AFTER:
        opens = following.kind is Kind.OPEN and piece.kind is Kind.FUNCTION
        return following.kind in _OPERANDS and not opens and following.kind is not Kind.FRACTION
    return following.kind is Kind.FUNCTION and piece.kind in _FACTORS


def _balanced(pieces: Pieces) -> list[Piece]:
    """White space made one, and put on both sides of a sign or on none."""
    solid: list[Piece] = []
    for piece in pieces:
        if piece.kind is Kind.SPACE and (
            not solid or solid[-1].kind is Kind.OPEN or (solid[-1].kind is Kind.SPACE and len(piece.text) == 1)
        ):
            continue
        if piece.kind is Kind.CLOSE and solid and solid[-1].kind is Kind.SPACE:
            solid.pop()
        solid.append(piece)
    balanced: list[Piece] = []
    for index, piece in enumerate(solid):
        if piece.kind is Kind.SIGN and 0 < index < len(solid) - 1:
            spaced_before = bool(balanced) and balanced[-1].kind is Kind.SPACE
            spaced_after = solid[index + 1].kind is Kind.SPACE
            if spaced_after and not spaced_before and balanced[-1].kind in _FACTORS:
                balanced.append(_SPACE)
            balanced.append(piece)
            if spaced_before and not spaced_after and _is_binary(balanced):
                balanced.append(_SPACE)
        else:
            balanced.append(piece)
    return balanced


def _is_binary(pieces: list[Piece]) -> bool:
    """Whether the sign at the end, with a space before it, has an operand before that."""
    return len(pieces) > 2 and pieces[-3].kind in _FACTORS and pieces[-1].text not in "+-−"


def _neighbour(pieces: Pieces, index: int, step: int) -> Piece | None:
    index += step
    while 0 <= index < len(pieces) and pieces[index].kind is Kind.SPACE:
        index += step
    return pieces[index] if 0 <= index < len(pieces) else None


def as_numerator(pieces: Pieces) -> str:
    """In parentheses unless it is a product or less."""
    text = join(pieces)
    outer = list(_outer(pieces))
    rest = outer[1:] if outer and outer[0].text in ("-", "−") else outer
    return text if all(piece.kind in _FACTORS - {Kind.FRACTION} for piece in rest) else f"({text})"


def as_denominator(pieces: Pieces) -> str:
    """In parentheses unless it is one thing, or a differential."""
    text = join(pieces)
    solid = [piece for piece in pieces if piece.kind is not Kind.SPACE]
    is_differential = len(solid) == 2 and solid[0].text in _DIFFERENTIALS and solid[1].kind is Kind.LETTER
    return text if is_differential or is_one(pieces) else f"({text})"


def as_operand(pieces: Pieces) -> str:
    """In parentheses unless it is one thing: under a root."""
    text = join(pieces)
    return text if is_one(pieces) and not any(piece.kind is Kind.ROOT for piece in pieces) else f"({text})"


def is_one(pieces: Pieces) -> bool:
    """Whether no sign, factor or function stands beside another."""
    solid = [piece for piece in pieces if piece.kind is not Kind.SPACE]
    if len(solid) == 1:
        return solid[0].kind in (Kind.LETTER, Kind.ROOT)
    return len(solid) > 1 and solid[0].kind is Kind.OPEN and len(list(_outer(solid))) == 2


def _outer(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """The pieces outside of parentheses, and the parentheses; no space."""
    depth = 0
    for piece in pieces:
        if piece.kind is Kind.CLOSE:
            depth -= 1
        if depth == 0 and piece.kind is not Kind.SPACE:
            yield Piece(piece.text, Kind.LETTER if piece.kind is Kind.OPEN else piece.kind)
        if piece.kind is Kind.OPEN:
            depth += 1
