"""Actions that open something above the panes. What they open is imported when it is opened."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from compare_tui.tui.actions import Actions
from compare_tui.tui.commands import Situation
from compare_tui.tui.keymap import Keymap
from compare_tui.tui.services import Services
from compare_tui.tui.session import Session


class DialogActions:
    """Lanes, palette and help. `push` shows a screen, `run` runs a command by its id."""

    def __init__(
        self,
        push: Callable[[Screen[str | None], Callable[[str | None], None]], None],
        services: Services,
        session: Session,
        keymap: Keymap,
        *,
        situation: Callable[[], Situation],
        run: Callable[[str], None],
    ) -> None:
        self._push = push
        self._services = services
        self._session = session
        self._keymap = keymap
        self._situation = situation
        self._run = run

    def table(self) -> Actions:
        """Return the actions by command id."""
        return {
            "lanes": lambda _: self._lanes(),
            "palette": lambda _: self._palette(),
            "help": lambda _: self._help(),
        }

    def _lanes(self) -> None:
        from compare_tui.tui.screens.lanes import LanesScreen

        self._push(LanesScreen(self._session, self._services.parse_lanes, self._services.spell_lane), _nothing)

    def _palette(self) -> None:
        from compare_tui.tui.screens.palette import PaletteScreen

        self._push(PaletteScreen(self._keymap, self._situation()), lambda name: self._run(name) if name else None)

    def _help(self) -> None:
        from compare_tui.tui.screens.help import HelpScreen

        self._push(HelpScreen(self._keymap), _nothing)


def _nothing(_: object) -> None:
    return None
