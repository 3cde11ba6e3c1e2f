"""Actions on answers: stop, ask again, look at others, copy."""

from __future__ import annotations

from collections.abc import Callable

from compare_tui.domain.lanes import LaneId
from compare_tui.tui.actions import Actions
from compare_tui.tui.panes.pane_area import PaneArea
from compare_tui.tui.session import Session
from compare_tui.tui.situation import last_answer_of


class AnswerActions:
    """Acts on the chosen pane's answer, or on all. `copy` copies a text and says where it went."""

    def __init__(self, area: PaneArea, session: Session, copy: Callable[[str], None]) -> None:
        self._area = area
        self._session = session
        self._copy = copy

    def table(self) -> Actions:
        """Return the actions by command id."""
        session = self._session
        return {
            "stop": lambda _: self._on_lane(session.stop),
            "stop-all": lambda _: session.stop_all(),
            "ask-again": lambda _: self._on_lane(self._ask_again),
            "ask-failed-again": lambda _: session.ask_failed_again(),
            "earlier-answer": lambda _: self._on_lane(lambda lane: session.show_alternative(lane, -1)),
            "later-answer": lambda _: self._on_lane(lambda lane: session.show_alternative(lane, 1)),
            "copy": lambda _: self._on_lane(self._copy_answer),
        }

    def _on_lane(self, act: Callable[[LaneId], None]) -> None:
        pane = self._area.pane
        if pane is not None:
            act(pane.lane.id)

    def _ask_again(self, lane: LaneId) -> None:
        pane = self._area.pane
        if pane is not None:
            pane.scroll.follow()
        self._session.ask_again(lane)

    def _copy_answer(self, lane: LaneId) -> None:
        feed = last_answer_of(self._session.comparison, lane)
        if feed is not None:
            self._copy(feed.text())
