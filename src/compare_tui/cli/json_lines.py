"""`ask --jsonl`: events as they happen, in the words of /compare-stream, each with its lane."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from compare_tui.cli.answer_json import feeds
from compare_tui.cli.output import Output
from compare_tui.domain.events import AnswerEvent, ReasoningReceived, TextReceived
from compare_tui.domain.json_types import Json
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn
from compare_tui.export.answer_json import answer

_NOT_IN_DONE = ("lane", "model", "text", "reasoning", "error")


class JsonLines:
    """Writes the events of one turn."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        """Name every lane."""
        for position, feed in enumerate(feeds(comparison, turn)):
            self._write("start", comparison, feed, {"backend": feed.lane.backend, "params": feed.lane.params}, position)

    def answer_changed(self, comparison: Comparison, feed: AnswerFeed, event: AnswerEvent) -> None:
        """Write a delta; or the end, which may come with one."""
        if isinstance(event, TextReceived):
            self._write("chunk", comparison, feed, {"content": event.text})
        elif isinstance(event, ReasoningReceived):
            self._write("reasoning", comparison, feed, {"content": event.text})
        if feed.state.status.is_final:
            self._write_done(comparison, feed)

    def complete(self, comparison: Comparison, turn: Turn, *, exit_status: int, ended_at: float) -> None:
        """Write the last line; `ended_at` is Unix seconds."""
        states = [feed.state for feed in feeds(comparison, turn)]
        answered = sum(state.status.is_answered for state in states)
        metadata: dict[str, Json] = {
            "input_length": len(turn.prompt),
            "models_requested": len(states),
            "models_successful": answered,
            "models_failed": len(states) - answered,
            "timestamp": datetime.fromtimestamp(ended_at, UTC).isoformat(timespec="milliseconds"),
            "processing_time_ms": round((ended_at - turn.started_at) * 1000),
            "comparison": comparison.id,
            "turn": turn.number,
            "exit_status": exit_status,
        }
        self._output.write_json({"type": "complete", "metadata": metadata})

    def failed(self, message: str) -> None:
        """Write the last line of a call that came to nothing."""
        self._output.write_json({"type": "error", "message": message})

    def _write_done(self, comparison: Comparison, feed: AnswerFeed) -> None:
        whole = answer(feed, 0)
        rest: dict[str, Json] = {name: value for name, value in whole.items() if name not in _NOT_IN_DONE}
        ending: dict[str, Json] = {"error": not feed.state.status.is_answered, "error_detail": whole["error"]}
        self._write("done", comparison, feed, {**ending, **rest})

    def _write(
        self, kind: str, comparison: Comparison, feed: AnswerFeed, rest: dict[str, Json], position: int | None = None
    ) -> None:
        lane = _position(comparison.lanes, feed) if position is None else position
        self._output.write_json({"type": kind, "model": feed.lane.model, "lane": lane, **rest})


def _position(lanes: Sequence[object], feed: AnswerFeed) -> int:
    return lanes.index(feed.lane)
