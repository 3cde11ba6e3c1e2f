"""`ask` as readable text: one section per lane, in their order.

The first lane that has not ended streams; what the others have said meanwhile follows at once when their turn comes.
A pipe gets the same bytes as a terminal, without colours.
"""

from __future__ import annotations

from collections.abc import Callable

from compare_tui.cli.answer_json import feeds
from compare_tui.cli.answer_text import SIGNS, ending, extras, figures_line
from compare_tui.cli.output import Output, Style
from compare_tui.domain.events import AnswerEvent
from compare_tui.domain.lane_spelling import spell_lane
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn


class TextReport:
    """Writes the sections of one turn."""

    def __init__(self, output: Output, default_backend: str, *, before_text: Callable[[], None] | None = None) -> None:
        self._output = output
        self._before_text = before_text or (lambda: None)
        self._default_backend = default_backend
        self._feeds: list[AnswerFeed] = []
        self._current = 0
        self._n_chunks = 0
        self._line_open = False
        self._began = False

    @property
    def is_between_lines(self) -> bool:
        """Nothing of the current lane stands there yet, and nothing is on its way."""
        return not self._began and self._output.is_idle

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        """Begin with the first lane."""
        self._feeds = feeds(comparison, turn)
        self._write_header()

    def answer_changed(self, comparison: Comparison, feed: AnswerFeed, event: AnswerEvent) -> None:
        """Write what is new of the current lane; go on to the next if it has ended."""
        while self._current < len(self._feeds):
            current = self._feeds[self._current]
            self._write_new_text(current)
            if not current.state.status.is_final:
                return
            self._write_footer(current)
            self._current += 1
            self._write_header()

    def _write_header(self) -> None:
        if self._current == len(self._feeds):
            return
        self._before_text()
        self._n_chunks = 0
        self._line_open = self._began = False
        lane = make_safe_line(spell_lane(self._feeds[self._current].lane.spec, self._default_backend), 100)
        rule = self._output.sign("──", "--")
        self._output.write(f"{rule} {self._current + 1} {lane} {rule}\n", Style.STRONG)

    def _write_new_text(self, feed: AnswerFeed) -> None:
        chunks = feed.chunks
        new = [chunk.text for chunk in chunks[self._n_chunks :] if not chunk.is_reasoning]
        self._n_chunks = len(chunks)
        text = "".join(new)
        if not self._began:
            text = text.lstrip("\n")
        if text:
            if not self._began:
                self._before_text()
            self._began = True
            self._line_open = not text.endswith("\n")
            self._output.write(text)

    def _write_footer(self, feed: AnswerFeed) -> None:
        state = feed.state
        self._before_text()
        if self._line_open:
            self._output.write("\n")
        for line in extras(state):
            self._output.write(f"{line}\n")
        sign = self._output.sign(*SIGNS.get(state.status, ("", "")))
        figures = figures_line(state, feed.lane.model)
        if state.error is not None:
            self._output.write(f"{sign} {ending(state)}\n", Style.BAD)
            self._output.write(f"{figures}\n" if figures else "", Style.DIM)
        else:
            parts = [f"{sign} {ending(state)}", *([figures] if figures else [])]
            self._output.write(f"{' · '.join(parts)}\n", Style.DIM)
        for warning in state.warnings:
            self._output.write(f"! {warning}\n", Style.DIM)
        self._output.write("\n" if self._current + 1 < len(self._feeds) else "")
