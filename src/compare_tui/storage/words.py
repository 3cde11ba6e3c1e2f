"""Texts and questions as words that FTS5 finds. Pure.

The tokenizer takes a run of Chinese or Japanese for one word; here each of its characters becomes a word of its own,
and a run of them in a question a phrase: 天气 is found in 今天天气很好.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CJK = "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3100-\u312f\u3130-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9d\U0001b000-\U0001b16f\U00020000-\U0003ffff"  # noqa: E501
_ONE = re.compile(f"([{_CJK}])")
_PART = re.compile(r'"([^"]*)"?|(\S+)')
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for; a comparison is found if it has all of them, wherever."""

    match: str
    """The FTS5 expression; empty: nothing in it is a word."""
    plain: str
    """The same as typed, for titles and tags."""


def searchable(text: str) -> str:
    """Return `text` as it is indexed."""
    return _ONE.sub(r" \1 ", text)


def read_query(query: str) -> list[Term]:
    """Return the terms of a question: words, which may be the beginning of one, and "phrases in quotes"."""
    terms = []
    for phrase, word in _PART.findall(query):
        plain = phrase or word
        if not plain.strip():
            continue
        words = searchable(plain).replace('"', " ").strip()
        if not _WORD.search(words):
            terms.append(Term("", plain))
            continue
        # A prefix only where a word may go on: an ideogram is a whole word.
        is_prefix = bool(word) and not _ONE.match(plain[-1])
        terms.append(Term(f'"{words}"{"*" if is_prefix else ""}', plain))
    return terms
