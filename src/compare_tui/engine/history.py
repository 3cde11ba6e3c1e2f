"""The port to comparisons of the past: listed, searched, opened again, named, tagged, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from compare_tui.domain.answers import AnswerStatus
from compare_tui.engine.comparison import Comparison

PAGE = 50
UNDO_S = 10.0
"""How long a deletion can be taken back."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the history."""

    id: str
    title: str
    created_at: float
    """Unix seconds."""
    models: tuple[str, ...]
    """Of the lanes in their order."""
    turns: int
    status: AnswerStatus | None
    """The worst of its answers; of several alternatives the last counts. None: it has none."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """What to list; all of it must hold."""

    query: str = ""
    """Words, beginnings of words and "phrases" of prompts, answers, titles and tags."""
    model: str = ""
    """A part of a model's name."""
    tag: str = ""
    status: AnswerStatus | None = None
    since: float | None = None
    """Unix seconds; so is `until`, which is not included."""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class ComparisonRecord:
    """A whole comparison with what was said about it."""

    comparison: Comparison
    title: str
    tags: tuple[str, ...] = ()


class History(Protocol):
    """Comparisons that are kept. Every method may raise StorageError and takes a few milliseconds of a file."""

    def page(
        self, wanted: HistoryFilter, *, after: HistoryEntry | None = None, limit: int = PAGE
    ) -> tuple[HistoryEntry, ...]:
        """Return the next entries after `after`, newest first; fewer than `limit` are the last."""

    def count(self, wanted: HistoryFilter) -> int:
        """Return how many entries there are."""

    def interrupted(self) -> tuple[HistoryEntry, ...]:
        """Return the comparisons whose program died while answers came and which nobody has opened since."""

    def forget_interrupted(self) -> None:
        """Offer those no more that were interrupted until now."""

    def find(self, prefix: str) -> str:
        """Return the one id that begins with `prefix`. Raises UsageError."""

    def last(self) -> str | None:
        """Return the id of the newest comparison."""

    def record(self, comparison: str) -> ComparisonRecord:
        """Return a comparison to be looked at, as it is at this moment. Raises UsageError if it is gone."""

    def open(self, comparison: str) -> ComparisonRecord:
        """Return a comparison to go on with: it belongs to this program until `leave`. Raises UsageError.

        If another program has it open, it is read-only (`comparison.is_read_only`).
        """

    def leave(self, comparison: str) -> None:
        """Give a comparison back, so that another program may go on with it."""

    def rename(self, comparison: str, title: str) -> None:
        """Give it another title."""

    def tag(self, comparison: str, tags: tuple[str, ...]) -> None:
        """Make `tags` its tags."""

    def delete(self, comparison: str) -> None:
        """Take it out of every list; `restore` takes that back. Raises StorageError if another program has it open."""

    def restore(self, comparison: str) -> None:
        """Take a deletion back."""

    def purge(self, older_than_s: float = UNDO_S) -> int:
        """Remove what was deleted longer ago than this; return how many."""
