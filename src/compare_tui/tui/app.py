"""The app: themes, the line filter, and what happens when something ends. All else is in the screens."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen

from compare_tui.tui.internals.display import DisplayApp
from compare_tui.tui.internals.first_theme import begin_with_theme
from compare_tui.tui.internals.keys import deliver
from compare_tui.tui.keymap import SWAPPED_ENTER, Keymap
from compare_tui.tui.line_filter import SafeLines
from compare_tui.tui.looks import Looks
from compare_tui.tui.output.thrift import Thrift
from compare_tui.tui.screens.comparison import ComparisonScreen
from compare_tui.tui.services import Services
from compare_tui.tui.signs import signs_for
from compare_tui.tui.themes import TERMINAL, THEMES, theme_name

TERMINAL_GONE = 129
"""The exit status where the terminal went away: that of SIGHUP."""


class CompareApp(DisplayApp, inherit_bindings=False):
    """compare-tui's panes."""

    TITLE = "compare-tui"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, services: Services, *, after_first_paint: Callable[[], None] = lambda: None) -> None:
        no_color = "NO_COLOR" in os.environ
        term = os.environ.get("TERM", "")
        name = theme_name(services.theme, term=term, no_color=no_color)
        self._safe_lines = SafeLines()
        thrift = Thrift(is_on=services.slow is True, may_begin=services.slow is None)
        super().__init__(thrift, ansi_color=True if name == TERMINAL.name else None)
        for theme in THEMES.values():
            self.register_theme(theme)
        begin_with_theme(self, THEMES[name])
        self.animation_level = "none"
        signs = signs_for(term)
        keymap = Keymap(own_keys={} if services.enter_sends else SWAPPED_ENTER)
        notes = services.backend_notes
        looks = Looks(name, no_color=no_color, signs=signs, keymap=keymap, backend_notes=notes, thrift=thrift)
        self._comparison = ComparisonScreen(services, keymap, looks, after_first_paint)

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, self._draw_again)

    def get_default_screen(self) -> Screen[None]:
        return self._comparison

    def get_driver_class(self) -> type[Driver]:
        if sys.platform == "win32":
            return super().get_driver_class()
        from compare_tui.tui.internals.driver import TerminalDriver

        return TerminalDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [self._safe_lines, *super().get_line_filters()]

    async def on_event(self, event: events.Event) -> None:
        """Send keys and pastes where the screen wants them all, so that none overtakes another."""
        screen = self.screen_stack[-1] if self.screen_stack else None
        is_typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if is_typed and isinstance(screen, ComparisonScreen) and screen.key_target.is_attached:
            deliver(event, screen.key_target)
        else:
            await super().on_event(event)

    def end(self, status: int) -> None:
        """End with an exit status, as a signal asks."""
        self.exit(return_code=status)

    def close_engine(self) -> None:
        """Stop, keep and close what the engine holds; waits for a bounded time. May be called from any thread."""
        engine = self._comparison.engine
        if engine is not None:
            engine.close()

    def _draw_again(self, _: App[None]) -> None:
        """After a sleep the terminal shows an empty screen, of which Textual knows nothing."""
        self.draw_anew()

    def terminal_gone(self) -> None:
        """End: nobody sees anything any more."""
        self.exit(return_code=TERMINAL_GONE)

    def _handle_exception(self, error: Exception) -> None:
        """Textual's own would show the values of variables, keys among them."""
        from compare_tui.tui.internals.crash import crash

        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        crash(self, error)
