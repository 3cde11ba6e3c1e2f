"""The nearest known name to a mistyped one, for messages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that `word` was most likely meant to be, or None if none is like it."""
    matches = get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.5)
    return matches[0] if matches else None


def hint_nearest(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names the nearest known name, or all of them."""
    names = sorted(known)
    match = nearest(word, names)
    if match is not None:
        return f"Did you mean {match}?"
    return f"Known: {', '.join(names)}." if names else ""
