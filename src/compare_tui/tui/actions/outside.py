"""Handing a text to programs: the answer to the pager or to a command, the prompt to the editor."""

from __future__ import annotations

import os
from collections.abc import Callable

from textual.screen import Screen

from compare_tui.tui.actions import Actions
from compare_tui.tui.panes.pane_area import PaneArea
from compare_tui.tui.session import Session
from compare_tui.tui.situation import last_answer_of
from compare_tui.tui.widgets.composer import Composer

Say = Callable[[str], None]


class OutsideActions:
    """`write` gives the composer the focus; `copy` copies and says where to; `warn` says what failed."""

    def __init__(
        self,
        owner: Screen[None],
        composer: Composer,
        area: PaneArea,
        session: Session,
        *,
        write: Callable[[], None],
        copy: Say,
        warn: Say,
    ) -> None:
        self._owner = owner
        self._composer = composer
        self._area = area
        self._session = session
        self._write = write
        self._copy = copy
        self._warn = warn
        self._last_command = ""

    def table(self) -> Actions:
        """Return the actions by command id."""
        return {
            "pager": lambda _: self._page(),
            "pipe": lambda _: self._ask_command(),
            "edit-prompt": lambda _: self._edit(),
        }

    def _answer(self) -> str:
        pane = self._area.pane
        feed = None if pane is None else last_answer_of(self._session.comparison, pane.lane.id)
        return "" if feed is None else feed.text()

    def _page(self) -> None:
        from compare_tui.tui.outside import OutsideError, show_in_pager

        try:
            show_in_pager(self._owner.app, self._answer(), os.environ)
        except OutsideError as error:
            self._warn(str(error))

    def _edit(self) -> None:
        from compare_tui.tui.outside import OutsideError, edit

        try:
            text = edit(self._owner.app, self._composer.text, os.environ)
        except OutsideError as error:
            self._warn(str(error))
            return
        self._composer.put(text)
        self._write()

    def _ask_command(self) -> None:
        from compare_tui.tui.screens.ask_line import AskLine
        from compare_tui.tui.screens.piped import PipedScreen

        answer = self._answer()

        def run(command: str | None) -> None:
            if command and command.strip():
                self._last_command = command
                self._owner.app.push_screen(PipedScreen(command, answer, self._copy))

        hint = "a shell command that reads the answer"
        self._owner.app.push_screen(AskLine("!", hint, "run", value=self._last_command), run)
