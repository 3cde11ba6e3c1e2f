"""What panes look like under a theme: the palette of their text, the flows that draw it, the signs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from compare_tui.domain.lanes import Lane
from compare_tui.render import palette
from compare_tui.render.flow import Flow
from compare_tui.render.palette import Palette
from compare_tui.render.plain import PlainFlow
from compare_tui.tui import themes
from compare_tui.tui.commands import Mode
from compare_tui.tui.keymap import Keymap
from compare_tui.tui.panes.flows import Flows
from compare_tui.tui.panes.transcript import Look
from compare_tui.tui.signs import ASCII, Signs

if TYPE_CHECKING:
    from compare_tui.render.dialect import Dialect


class MarkdownFlows:
    """Makes flows of Markdown that share one dialect. The parser is imported late: the first paint does not need it."""

    def __init__(self) -> None:
        self._shared: Dialect | None = None

    def __call__(self, colours: Palette, width: int) -> Flow:
        from compare_tui.render.markdown import MarkdownFlow

        return MarkdownFlow(colours, width, dialect=self._dialect())

    def warm_up(self) -> None:
        """Import what the first answer needs."""
        self(palette.plain(), 80)

    def _dialect(self) -> Dialect:
        from compare_tui.render.dialect import Dialect

        if self._shared is None:
            self._shared = Dialect()
        return self._shared


class Looks:
    """Gives each lane its look."""

    def __init__(
        self, theme: str, *, no_color: bool, signs: Signs, keymap: Keymap, backend_notes: Mapping[str, str]
    ) -> None:
        self.signs = signs
        self._answers = MarkdownFlows()
        self._flows = Flows(answer=self._answers, plain=PlainFlow)
        self._palette = _palette(theme, no_color=no_color, signs=signs)
        self._keymap = keymap
        self._notes = backend_notes

    def of(self, lane: Lane) -> Look:
        """Return the look of `lane`."""
        note = self._notes.get(lane.backend, "")
        return Look(self._flows, self._palette, self.signs, self._key_of, note)

    def warm_up(self) -> None:
        """Import what the first answer needs; may run on a thread of its own."""
        self._answers.warm_up()

    def _key_of(self, command: str) -> str:
        return self._keymap.shown_key(command, Mode.REVIEW)


def _palette(theme: str, *, no_color: bool, signs: Signs) -> Palette:
    if no_color:
        colours = palette.plain()
    else:
        colours = {themes.LIGHT.name: palette.light, themes.TERMINAL.name: palette.ansi}.get(theme, palette.dark)()
    return colours.with_ascii() if signs == ASCII else colours
