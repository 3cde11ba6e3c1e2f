"""Actions on the panes: which one, where in its text, how they share the room."""

from __future__ import annotations

from collections.abc import Callable

from compare_tui.domain.lanes import Lane
from compare_tui.tui.actions import Actions, Say
from compare_tui.tui.panes.pane import Glance, Pane
from compare_tui.tui.panes.pane_area import PaneArea
from compare_tui.tui.session import Session

_LAYOUT_NOTE_S = 2.0
_SIDEWAYS_CELLS = 8


class PaneActions:
    """Moves among the panes and in them. `focus` gives the focus to the chosen pane."""

    def __init__(
        self, area: PaneArea, session: Session, *, glance: Callable[[], Glance], focus: Callable[[], None], say: Say
    ) -> None:
        self._area = area
        self._session = session
        self._glance = glance
        self._focus = focus
        self._say = say
        self._digits: str | None = None

    def table(self) -> Actions:
        """Return the actions by command id."""
        return {
            "previous-pane": lambda _: self._step(-1),
            "next-pane": lambda _: self._step(1),
            "focus-pane": lambda key: self._choose(int(key)),
            "focus-two-digits": lambda _: self._await_digits(),
            "scroll-down": lambda _: self._scroll(lambda pane: 1),
            "scroll-up": lambda _: self._scroll(lambda pane: -1),
            "half-page-down": lambda _: self._scroll(lambda pane: max(1, pane.n_rows // 2)),
            "half-page-up": lambda _: self._scroll(lambda pane: -max(1, pane.n_rows // 2)),
            "page-down": lambda _: self._scroll(lambda pane: max(1, pane.n_rows - 1)),
            "page-up": lambda _: self._scroll(lambda pane: -max(1, pane.n_rows - 1)),
            "top": lambda _: self._on_pane(lambda pane: pane.scroll.to(0)),
            "follow": lambda _: self._on_pane(lambda pane: pane.scroll.follow()),
            "previous-turn": lambda _: self._to_turn(-1),
            "next-turn": lambda _: self._to_turn(1),
            "zoom": lambda _: self._zoom(),
            "layout": lambda _: self._layout(),
            "move-left": lambda _: self._move(-1),
            "move-right": lambda _: self._move(1),
            "wrap-code": lambda _: self._wrap_code(),
            "sideways-left": lambda _: self._sideways(-_SIDEWAYS_CELLS),
            "sideways-right": lambda _: self._sideways(_SIDEWAYS_CELLS),
            "reasoning": lambda _: self._on_pane(lambda pane: pane.toggle_reasoning(self._glance())),
        }

    def take_digit(self, key: str) -> bool:
        """Take a key while two digits are awaited; anything but a digit ends the wait."""
        if self._digits is None:
            return False
        if not key.isdecimal() or len(key) != 1:
            self._digits = None
            return False
        self._digits += key
        if len(self._digits) == 2:
            number, self._digits = int(self._digits), None
            self._choose(number)
        return True

    def _await_digits(self) -> None:
        self._digits = ""
        self._say("Which pane? Two digits, such as 03 or 12.", holds=lambda: self._digits is not None)

    def _step(self, places: int) -> None:
        self._area.step(places)
        self._focus()

    def _choose(self, number: int) -> None:
        if self._area.choose(number - 1):
            self._focus()
        else:
            self._say(f"There is no pane {number}.")

    def _on_pane(self, act: Callable[[Pane], None]) -> None:
        pane = self._area.pane
        if pane is not None:
            act(pane)
            pane.moved()

    def _scroll(self, rows: Callable[[Pane], int]) -> None:
        self._on_pane(lambda pane: pane.scroll.by(rows(pane)))

    def _wrap_code(self) -> None:
        pane = self._area.pane
        if pane is not None:
            pane.toggle_code_wrap()
            self._say("Long code lines are wrapped." if pane.wraps_code else "Long code lines are cut at the right.")

    def _sideways(self, cells: int) -> None:
        pane = self._area.pane
        if pane is not None and pane.wraps_code:
            self._say("Nothing at the sides: long code lines are wrapped.")
        elif pane is not None:
            pane.scroll_sideways(cells)

    def _to_turn(self, step: int) -> None:
        def go(pane: Pane) -> None:
            starts, top = pane.turn_starts(), pane.scroll.top
            beyond = [start for start in starts if (start < top if step < 0 else start > top)]
            if beyond:
                pane.scroll.to(beyond[-1] if step < 0 else beyond[0])

        self._on_pane(go)

    def _zoom(self) -> None:
        self._area.zoom(is_zoomed=not self._area.is_zoomed)
        self._focus()

    def _layout(self) -> None:
        layout = self._area.layout_choice.next()
        self._area.choose_layout(layout)
        self._focus()
        self._say(f"Layout: {layout.value}.", for_s=_LAYOUT_NOTE_S)

    def _move(self, places: int) -> None:
        lanes: list[Lane] = list(self._session.lanes)
        here = self._area.current
        there = here + places
        if 0 <= there < len(lanes):
            lanes[here], lanes[there] = lanes[there], lanes[here]
            self._area.current = there
            self._session.set_lanes(lanes)
