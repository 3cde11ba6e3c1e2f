"""What the file does not have yet: comparisons, turns and answers with something to write.

Nothing is kept twice: a fault leaves everything where it is, in the comparison itself, and the next attempt writes it.
Used by the recorder's thread alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from compare_tui.domain.lanes import Lane
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn
from compare_tui.storage.live_answer import LiveAnswer
from compare_tui.storage.rows import leave_comparison, put_comparison, put_cost, put_lanes, put_turn
from compare_tui.storage.values import json_value, ms_value


class Journal:
    """Collects what is told and writes it, in the order comparison, turn, answer."""

    def __init__(self, on_notice: Callable[[str], None]) -> None:
        self._on_notice = on_notice
        self._current: Comparison | None = None
        self._comparisons: dict[str, Comparison] = {}
        self._costs: dict[str, AnswerFeed] = {}
        self._left: set[str] = set()
        self._turns: dict[tuple[str, int], tuple[Comparison, Turn]] = {}
        self._answers: dict[str, LiveAnswer] = {}

    # What is told

    def comparison_opened(self, comparison: Comparison) -> None:
        """A comparison of the past goes on. One without turns is not kept."""
        self._left.discard(comparison.id)
        self.lanes_changed(comparison)

    def lanes_changed(self, comparison: Comparison) -> None:
        """The lanes are others. A comparison without turns is not kept."""
        if comparison.turns:
            self._comparisons[comparison.id] = self._current = comparison

    def comparison_left(self, comparison: Comparison) -> None:
        """Nothing more comes of it."""
        self._left.add(comparison.id)
        if self._current is comparison:
            self._current = None

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        """A turn is to be kept, and its comparison with it."""
        self._comparisons[comparison.id] = self._current = comparison
        self._turns[comparison.id, turn.number] = (comparison, turn)

    def answer_started(self, comparison: Comparison, feed: AnswerFeed, started_ms: int | None) -> None:
        """An answer is to be kept as it grows, and its comparison with it."""
        self._comparisons[comparison.id] = self._current = comparison
        if feed.id not in self._answers:
            self._answers[feed.id] = LiveAnswer(comparison, feed, self._params(feed.lane), started_ms)

    def answer_ended(self, comparison: Comparison, feed: AnswerFeed, now_ms: int | None) -> None:
        """An answer is final."""
        self.answer_started(comparison, feed, now_ms)
        self._answers[feed.id].has_ended = True

    def cost_found(self, feed: AnswerFeed) -> None:
        """The cost of an answer that may have been written already."""
        self._costs[feed.id] = feed

    # What is to be written

    @property
    def is_idle(self) -> bool:
        """No answer is under way and the file has everything."""
        return not (self._answers or self._turns or self._comparisons or self._left or self._costs)

    @property
    def has_ended_answers(self) -> bool:
        """An answer that is final is not in the file yet."""
        return any(answer.has_ended for answer in self._answers.values())

    def has_news(self) -> bool:
        """Whether there is something that the file does not have."""
        return bool(self._turns or self._comparisons or self._left or self._costs) or any(
            answer.has_news() for answer in self._answers.values()
        )

    def n_unwritten_chars(self) -> int:
        """Return how many characters of text the file does not have."""
        return sum(answer.n_unwritten_chars() for answer in self._answers.values())

    def write(self, db: sqlite3.Connection, owner: int) -> None:
        """Write everything in the caller's transaction; `written` must follow its commit. Raises sqlite3.Error."""
        for comparison in self._comparisons.values():
            put_comparison(db, comparison, owner)
            lanes = [(lane.id, lane.model, lane.backend, self._params(lane)) for lane in comparison.lanes]
            put_lanes(db, comparison.id, lanes)
        for comparison, turn in self._turns.values():
            put_turn(db, comparison.id, turn)
        for answer in self._answers.values():
            answer.write(db, owner)
        for feed in self._costs.values():
            put_cost(db, feed)
        for left in self._left:
            leave_comparison(db, left, owner)

    def written(self) -> None:
        """The file has what the last `write` wrote."""
        self._comparisons.clear()
        self._turns.clear()
        self._left.clear()
        self._costs.clear()
        for uid, answer in list(self._answers.items()):
            answer.written()
            if answer.has_ended:
                del self._answers[uid]

    def start_over(self) -> None:
        """The file is another one: everything of the comparisons that are open must be written again."""
        for answer in self._answers.values():
            answer.start_over()
        comparisons = {answer.comparison.id: answer.comparison for answer in self._answers.values()}
        if self._current is not None:
            comparisons[self._current.id] = self._current
        for comparison in comparisons.values():
            self._comparisons[comparison.id] = comparison
            for turn in list(comparison.turns):
                self._tell_again(comparison, turn)

    def _tell_again(self, comparison: Comparison, turn: Turn) -> None:
        self._turns[comparison.id, turn.number] = (comparison, turn)
        for alternatives in list(turn.answers.values()):
            for feed in list(alternatives):
                if feed.state.status.is_final:
                    self.answer_ended(comparison, feed, ms_value(turn.started_at))

    def _params(self, lane: Lane) -> str:
        try:
            return json_value(dict(lane.params))
        except (TypeError, ValueError) as fault:
            self._on_notice(make_safe_line(f"The parameters of {lane.model} cannot be stored: {fault}."))
            return "{}"
