"""A recorder for comparisons that are not to be kept."""

from __future__ import annotations

from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn


class NullRecorder:
    """Implements the `Recorder` port and keeps nothing."""

    def comparison_opened(self, comparison: Comparison) -> None:
        """Nothing is kept."""

    def comparison_left(self, comparison: Comparison) -> None:
        """Nothing is kept."""

    def lanes_changed(self, comparison: Comparison) -> None:
        """Nothing is kept."""

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        """Nothing is kept."""

    def alternative_shown(self, comparison: Comparison, turn: Turn) -> None:
        """Nothing is kept."""

    def answer_started(self, comparison: Comparison, feed: AnswerFeed) -> None:
        """Nothing is kept."""

    def answer_ended(self, comparison: Comparison, feed: AnswerFeed) -> None:
        """Nothing is kept."""

    def cost_found(self, comparison: Comparison, feed: AnswerFeed) -> None:
        """Nothing is kept."""

    async def flush(self) -> None:
        """There is nothing to wait for."""

    def close(self) -> None:
        """There is nothing to end."""
