"""Actions that end something: the text, the answers, the zoom, the comparison, the app."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from compare_tui.tui.actions import Actions, Say
from compare_tui.tui.commands import Mode
from compare_tui.tui.keymap import Keymap
from compare_tui.tui.panes.pane_area import PaneArea
from compare_tui.tui.session import Session
from compare_tui.tui.widgets.composer import Composer

_AGAIN_S = 3.0
Ask = Callable[[str, str, Callable[[], None]], None]
"""Asks a question with the name of the deed, and does it on yes."""


class LeaveActions:
    """Ctrl+C, q, Esc, Ctrl+N, Ctrl+Z and Ctrl+Q."""

    def __init__(
        self,
        composer: Composer,
        area: PaneArea,
        session: Session,
        keymap: Keymap,
        *,
        mode: Callable[[], Mode],
        leave_search: Callable[[], bool],
        ask: Ask,
        say: Say,
        begin_anew: Callable[[], None],
        suspend: Callable[[], None],
        redraw: Callable[[], None],
        end: Callable[[], None],
    ) -> None:
        self._composer = composer
        self._area = area
        self._session = session
        self._keymap = keymap
        self._mode = mode
        self._leave_search = leave_search
        self._ask = ask
        self._say = say
        self._begin_anew = begin_anew
        self._suspend = suspend
        self._redraw = redraw
        self._end = end
        self._armed_until = 0.0
        self._armed_to_stop = False

    def table(self) -> Actions:
        """Return the actions by command id."""
        return {
            "interrupt": lambda _: self._interrupt(),
            "up": lambda _: self._up(),
            "leave": lambda _: self._leave(),
            "quit": lambda _: self._quit(),
            "new-comparison": lambda _: self._new_comparison(),
            "suspend": lambda _: self._sleep(),
            "redraw": lambda _: self._redraw(),
        }

    def _interrupt(self) -> None:
        if self._mode() is Mode.WRITE and self._composer.text:
            self._composer.take()
            return
        if not self._is_armed():
            self._armed_until, self._armed_to_stop = time.monotonic() + _AGAIN_S, self._session.is_live
            key = self._keymap.shown_key("interrupt", self._mode())
            deed = "stops all answers" if self._armed_to_stop else "quits"
            self._say(f"{key} again {deed}.", holds=self._is_armed, for_s=_AGAIN_S)
            return
        self._armed_until = 0.0
        if self._armed_to_stop:
            self._session.stop_all()
        else:
            self._end()

    def _is_armed(self) -> bool:
        """Whether a second press does what was announced. It never does another thing."""
        return time.monotonic() <= self._armed_until and self._armed_to_stop == self._session.is_live

    def _up(self) -> None:
        if not self._leave_search() and not self._unzoom():
            self._ask_to_quit()

    def _quit(self) -> None:
        if self._session.is_live:
            self._ask_to_quit()
        else:
            self._end()

    def _ask_to_quit(self) -> None:
        self._ask(f"Quit compare-tui?{self._still_coming()}", "quit", self._end)

    def _leave(self) -> None:
        if not self._leave_search():
            self._unzoom()

    def _unzoom(self) -> bool:
        was_zoomed = self._area.is_zoomed
        if was_zoomed:
            self._area.zoom(is_zoomed=False)
        return was_zoomed

    def _new_comparison(self) -> None:
        if self._session.is_live:
            self._ask(f"Begin a new comparison?{self._still_coming()}", "begin anew", self._begin_anew)
        else:
            self._begin_anew()

    def _sleep(self) -> None:
        if sys.platform == "win32" or os.getpgrp() == os.getsid(0):
            self._say("Not suspended: there is no shell that could wake the app again.")
        else:
            self._suspend()

    def _still_coming(self) -> str:
        comparison = self._session.comparison
        count = len(comparison.live_answers()) if comparison is not None and self._session.is_live else 0
        if not count:
            return ""
        return f" {count} answer{' is' if count == 1 else 's are'} still coming; what has come is kept."
