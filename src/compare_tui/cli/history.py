"""`history`: comparisons of the past as a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from compare_tui.cli.answer_text import SIGNS
from compare_tui.cli.output import Output, Style
from compare_tui.cli.usage import parse_since
from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.errors import UsageError
from compare_tui.domain.json_types import Json
from compare_tui.domain.safe_text import make_safe, make_safe_line
from compare_tui.engine.history import PAGE, History, HistoryEntry, HistoryFilter
from compare_tui.export.record_json import utc

_TITLE_CHARS = 60
_MODELS_CHARS = 60
_UNDER_WAY = ("…", "..")


def history_filter(
    *,
    query: Sequence[str],
    model: str,
    tag: str,
    status: str | None,
    since: str | None,
    until: str | None,
    now: datetime,
) -> HistoryFilter:
    """Return what the options say. Raises UsageError."""
    return HistoryFilter(
        query=make_safe(" ".join(f'"{part}"' if " " in part else part for part in query)),
        model=make_safe(model),
        tag=make_safe(tag),
        status=None if status is None else AnswerStatus(status),
        since=None if since is None else parse_since(since, now),
        until=None if until is None else parse_since(until, now, "--until"),
    )


def find_comparison(history: History, prefix: str) -> str:
    """Return the id that `prefix` means; the newest comparison's if it is empty. Raises UsageError."""
    if prefix:
        return history.find(make_safe(prefix))
    last = history.last()
    if last is None:
        raise UsageError("There is no comparison yet.")
    return last


def list_entries(history: History, wanted: HistoryFilter, limit: int | None) -> Iterator[HistoryEntry]:
    """Yield the entries, page by page, newest first."""
    after = None
    left = limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        page = history.page(wanted, after=after, limit=size)
        yield from page
        if len(page) < size:
            return
        after = page[-1]
        left = None if left is None else left - size


def entry_json(entry: HistoryEntry) -> dict[str, Json]:
    """Return an entry of `history --json`."""
    return {
        "id": entry.id,
        "title": entry.title,
        "created": utc(entry.created_at),
        "models": list(entry.models),
        "turns": entry.turns,
        "status": None if entry.status is None else entry.status.value,
        "tags": list(entry.tags),
    }


def write_entries(history: History, wanted: HistoryFilter, limit: int, output: Output) -> None:
    """Write the newest entries as a table, and how many there are beyond it."""
    entries = list(list_entries(history, wanted, limit))
    if not entries:
        output.write("Nothing found.\n" if wanted != HistoryFilter() else "No comparisons yet.\n")
        return
    for entry in entries:
        sign = output.sign(*SIGNS.get(entry.status, _UNDER_WAY) if entry.status else ("·", "-"))
        when = datetime.fromtimestamp(entry.created_at).strftime("%Y-%m-%d %H:%M")
        turns = f"{entry.turns} turn{'' if entry.turns == 1 else 's'}"
        tags = "".join(f" #{tag}" for tag in entry.tags)
        output.write(f"{entry.id}  {when}  {sign} {make_safe_line(entry.title, _TITLE_CHARS)}{tags}\n")
        output.write(f"{'':18}{turns}, {make_safe_line(', '.join(entry.models), _MODELS_CHARS)}\n", Style.DIM)
    count = history.count(wanted) if len(entries) == limit else len(entries)
    if count > len(entries):
        output.write(f"{count - len(entries):,} more; -n shows more of them.\n", Style.DIM)
