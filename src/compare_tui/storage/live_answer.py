"""One answer under way, and how much of it the file has."""

from __future__ import annotations

import sqlite3

from compare_tui.domain.answers import AnswerState
from compare_tui.engine.comparison import AnswerFeed, Comparison
from compare_tui.storage.facts import final_columns, live_columns, news
from compare_tui.storage.rows import change_answer, end_answer, put_answer, put_chunks
from compare_tui.storage.values import text_value


class LiveAnswer:
    """Writes what is new in a feed. What a transaction wrote counts only after `written`."""

    __slots__ = (
        "_n_chars",
        "_news",
        "_next",
        "_row",
        "_staged",
        "comparison",
        "feed",
        "has_ended",
        "params",
        "position",
        "started_ms",
    )

    def __init__(self, comparison: Comparison, feed: AnswerFeed, params: str, started_ms: int | None) -> None:
        self.comparison = comparison
        self.feed = feed
        self.params = params
        """The lane's parameters as JSON."""
        self.started_ms = started_ms
        self.position = next((at for at, lane in enumerate(comparison.lanes) if lane.id == feed.lane.id), None)
        self.has_ended = False
        self.start_over()

    def start_over(self) -> None:
        """The file has nothing of this answer."""
        self._row: int | None = None
        self._next = 0
        self._n_chars = 0
        self._news: tuple[object, ...] = ()
        self._staged: tuple[int, int, int, tuple[object, ...]] | None = None

    def n_unwritten_chars(self) -> int:
        """Return how many characters of text and reasoning the file does not have."""
        return _n_chars(self.feed.state) - self._n_chars

    def has_news(self) -> bool:
        """Whether there is something that the file does not have."""
        return (
            self.has_ended
            or self._row is None
            or len(self.feed.chunks) > self._next
            or news(self.feed.state) != self._news
        )

    def write(self, db: sqlite3.Connection, owner: int) -> None:
        """Write what the file does not have: at the end all as one row, until then the journal."""
        state = self.feed.state
        row = self._row
        if row is None:
            row = put_answer(db, {**self._first_columns(owner), **live_columns(state)})
        elif not self.has_ended and news(state) != self._news:
            change_answer(db, row, live_columns(state))
        if self.has_ended:
            end_answer(db, row, final_columns(self.feed))
            return
        chunks = self.feed.chunks[self._next :]
        put_chunks(db, row, self._next, chunks)
        self._staged = (row, self._next + len(chunks), _n_chars(state), news(state))

    def written(self) -> None:
        """The transaction of the last `write` is complete."""
        if self._staged is not None:
            self._row, self._next, self._n_chars, self._news = self._staged
            self._staged = None

    def _first_columns(self, owner: int) -> dict[str, str | int | None]:
        lane = self.feed.lane
        return {
            "uid": self.feed.id,
            "comparison": self.comparison.id,
            "turn": self.feed.turn,
            "lane": lane.id,
            "position": self.position,
            "owner": owner,
            "model": text_value(lane.model),
            "backend": lane.backend,
            "started_ms": self.started_ms,
            "params": self.params,
        }


def _n_chars(state: AnswerState) -> int:
    return state.n_chars + state.n_reasoning_chars
