"""A comparison of the past as one row of a list."""

from __future__ import annotations

from datetime import datetime

from rich.cells import cell_len, set_cell_size

from compare_tui.domain.answers import AnswerStatus
from compare_tui.engine.history import HistoryEntry
from compare_tui.tui.signs import Signs
from compare_tui.tui.widgets.choice_list import Entry

_WHEN_CELLS = 12
_TITLE_SHARE = 0.42
_MIN_TITLE_CELLS = 16
_WORDS = {AnswerStatus.TRUNCATED: "token limit", AnswerStatus.TOOL_CALLS: "asked for a tool"}


def history_row(entry: HistoryEntry, now: datetime, width: int, signs: Signs) -> Entry:
    """Return the row in `width` cells: sign, time, title, models and tags, status and turns."""
    title_cells = max(_MIN_TITLE_CELLS, int(width * _TITLE_SHARE))
    when = when_begun(entry.created_at, now).ljust(_WHEN_CELLS)
    title = _cut(entry.title or "no title", title_cells, signs)
    tags = "".join(f" #{tag}" for tag in entry.tags)
    models = ", ".join(dict.fromkeys(model.rsplit("/", 1)[-1] for model in entry.models))
    turns = f"{entry.turns} turn{'' if entry.turns == 1 else 's'}"
    aside = f"{status_word(entry.status)} {signs.separator} {turns}"
    return Entry(
        f"{status_sign(entry.status, signs)} {when} {title}", f"{tags[1:]}{' ' if tags else ''}{models}", aside
    )


def when_begun(at: float, now: datetime) -> str:
    """Return `today 10:12`, `Nov 20 10:12` or `2025-11-20`."""
    then = datetime.fromtimestamp(at)
    if then.date() == now.date():
        return f"today {then:%H:%M}"
    return f"{then:%b} {then.day:>2} {then:%H:%M}" if then.year == now.year else f"{then:%Y-%m-%d}"


def status_word(status: AnswerStatus | None) -> str:
    """Return the status of a whole comparison in a word."""
    if status is None:
        return "no answer"
    if not status.is_final:
        return "live"
    return _WORDS.get(status, "done" if status is AnswerStatus.COMPLETE else status.value)


def status_sign(status: AnswerStatus | None, signs: Signs) -> str:
    """Return the sign that stands before a comparison of this status."""
    match status:
        case None:
            return signs.waiting
        case AnswerStatus.COMPLETE | AnswerStatus.TOOL_CALLS:
            return signs.done
        case AnswerStatus.TRUNCATED | AnswerStatus.EMPTY:
            return signs.limit
        case AnswerStatus.FILTERED:
            return signs.filtered
        case AnswerStatus.CUT:
            return signs.cut
        case AnswerStatus.CANCELLED:
            return signs.cancelled
        case AnswerStatus.ERROR | AnswerStatus.REFUSED:
            return signs.error
        case _:
            return signs.streaming


def _cut(text: str, cells: int, signs: Signs) -> str:
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    return set_cell_size(text, cells - 1) + signs.ellipsis
