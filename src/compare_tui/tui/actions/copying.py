"""Copying a block of code out of a pane, or writing it to a file, as it was received."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from compare_tui.tui.actions import Actions
from compare_tui.tui.panes.pane_area import PaneArea
from compare_tui.tui.session import Session
from compare_tui.tui.situation import last_answer_of

SayWhere = Callable[[str], None]


class CopyActions:
    """Copies from the chosen pane. `copy` copies a text and says where it went, `say` says a line."""

    def __init__(self, owner: Screen[None], area: PaneArea, session: Session, *, copy: SayWhere, say: SayWhere) -> None:
        self._owner = owner
        self._area = area
        self._session = session
        self._copy = copy
        self._say = say

    def table(self) -> Actions:
        """Return the actions by command id."""
        return {"copy-code": lambda _: self._pick()}

    def _answer(self) -> str:
        pane = self._area.pane
        feed = None if pane is None else last_answer_of(self._session.comparison, pane.lane.id)
        return "" if feed is None else feed.text()

    def _pick(self) -> None:
        from compare_tui.tui.screens.copy_code import CopyCodeScreen, Picked

        pane = self._area.pane
        blocks = [] if pane is None or pane.transcript is None else pane.transcript.code_blocks()
        answer = self._answer()

        def take(picked: Picked | None) -> None:
            if picked is None:
                return
            if picked.to_file:
                self._to_file(picked.text)
            else:
                self._copy(picked.text)

        if blocks or answer:
            self._owner.app.push_screen(CopyCodeScreen(blocks, answer), take)
        else:
            self._say("Nothing to copy.")

    def _to_file(self, text: str) -> None:
        from compare_tui.tui.clipboard import to_file

        try:
            self._say(f"Wrote {len(text):,} characters to {to_file(text)}.")
        except OSError as error:
            self._say(f"No file could be written: {error.strerror}.")
