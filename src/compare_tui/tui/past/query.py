"""What is typed above the history, as a filter: words, and `model:`, `status:`, `tag:`, `since:`, `until:`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.errors import UsageError
from compare_tui.domain.nearest import hint_nearest
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.history import HistoryFilter

_WORD = re.compile(r'(?:"[^"]*"?|[^\s"])+')
KEYS = ("model", "status", "tag", "since", "until")


def read_filter(text: str, read_time: Callable[[str], float]) -> HistoryFilter:
    """Return what `text` asks for. A key without a value yet says nothing. Raises UsageError."""
    wanted = HistoryFilter()
    words = []
    for word in _WORD.findall(text):
        key, colon, value = word.partition(":")
        value = value.strip('"')
        if not colon or key not in KEYS:
            words.append(word)
        elif value:
            wanted = _with(wanted, key, value, read_time)
    return replace(wanted, query=" ".join(words))


def _with(wanted: HistoryFilter, key: str, value: str, read_time: Callable[[str], float]) -> HistoryFilter:
    match key:
        case "model":
            return replace(wanted, model=value)
        case "tag":
            return replace(wanted, tag=value.removeprefix("#"))
        case "since":
            return replace(wanted, since=read_time(value))
        case "until":
            return replace(wanted, until=read_time(value))
        case _:
            return replace(wanted, status=_status(value))


def _status(value: str) -> AnswerStatus:
    names = [status.value for status in AnswerStatus if status.is_final]
    if value in names:
        return AnswerStatus(value)
    begun = [name for name in names if name.startswith(value)]
    if len(begun) == 1:
        return AnswerStatus(begun[0])
    raise UsageError(f"No status is called {make_safe_line(value, 20)}.", hint=hint_nearest(value, names))
