"""Keys, in a type that cannot be printed by accident."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


class Secret:
    """A key. It prints as `***`; only `reveal` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key itself, for the one header that carries it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a key is not pickled")


@dataclass(frozen=True, slots=True)
class MissingKey:
    """There is no usable key: why, and what a person can do."""

    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What signing in gives: a token for requests, and one to renew it with."""

    access: Secret
    refresh: Secret | None = None


KeyFinder: TypeAlias = Callable[[], Secret | MissingKey | None]
"""Finds a backend's key when it is first needed; None where the backend needs none. May block (a key command)."""
