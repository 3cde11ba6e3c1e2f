"""Sentences of different authors in one line."""

from __future__ import annotations

_ENDS = (".", "!", "?", "…", ":", ".)", '."')


def join_sentences(*texts: str) -> str:
    """Return the texts that are not empty as sentences in a row: servers rarely end theirs."""
    parts = [text.strip() for text in texts if text.strip()]
    return " ".join([*(part if part.endswith(_ENDS) else f"{part}." for part in parts[:-1]), *parts[-1:]])
