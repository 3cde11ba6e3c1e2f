"""A comparison as it stands, to be written down while it goes on."""

from __future__ import annotations

import re
from dataclasses import replace

from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn

_NAME_CHARS = 48
_TITLE_CHARS = 80


def copy_of(comparison: Comparison) -> Comparison:
    """Return a copy that another thread may read from end to end: the engine changes turns as it goes."""
    return replace(comparison, turns=[_turn(turn) for turn in list(comparison.turns)])


def title_of(comparison: Comparison) -> str:
    """Return the title that a comparison has until it is given another."""
    return make_safe_line(comparison.turns[0].prompt, _TITLE_CHARS) if comparison.turns else ""


def file_name(title: str, otherwise: str) -> str:
    """Return a file's name without its ending, made of the words of `title`; `otherwise` where it has none."""
    words = re.findall(r"[^\W_]+", title.lower())
    name = ""
    for word in words:
        if len(name) + len(word) >= _NAME_CHARS:
            break
        name += f"-{word}" if name else word
    return name or (words[0][:_NAME_CHARS] if words else otherwise)


def _turn(turn: Turn) -> Turn:
    answers = {lane: [_feed(feed) for feed in list(feeds)] for lane, feeds in list(turn.answers.items())}
    return replace(turn, answers=answers, shown=dict(turn.shown))


def _feed(feed: AnswerFeed) -> AnswerFeed:
    return replace(feed, chunks=list(feed.chunks))
