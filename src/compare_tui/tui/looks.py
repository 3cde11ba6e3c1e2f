"""What panes look like under a theme: the palette of their text, the flows that draw it, the signs.

All but the signs is imported when the first text is drawn: the first paint shows none.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from compare_tui.tui.commands import Mode
from compare_tui.tui.keymap import Keymap
from compare_tui.tui.output.thrift import Thrift
from compare_tui.tui.signs import ASCII, Signs

if TYPE_CHECKING:
    from compare_tui.domain.lanes import Lane
    from compare_tui.render.flow import Flow
    from compare_tui.render.palette import Palette
    from compare_tui.tui.panes.flows import Flows
    from compare_tui.tui.panes.look import Look


class Looks:
    """Gives each lane its look."""

    def __init__(
        self,
        theme: str,
        *,
        no_color: bool,
        signs: Signs,
        keymap: Keymap,
        backend_notes: Mapping[str, str],
        thrift: Thrift,
    ) -> None:
        self.signs = signs
        self.thrift = thrift
        self._theme = theme
        self._no_color = no_color
        self._keymap = keymap
        self._notes = backend_notes

    def of(self, lane: Lane) -> Look:
        """Return the look of `lane`."""
        from compare_tui.tui.panes.look import Look

        return Look(self._flows, self._palette, self.signs, self._key_of, self.note_on(lane))

    def note_on(self, lane: Lane) -> str:
        """Return what a reader must know of the lane's backend, or an empty string."""
        return self._notes.get(lane.backend, "")

    def warm_up(self) -> None:
        """Import what the first answer needs; may run on a thread of its own."""
        from compare_tui.tui.panes import status, transcript  # noqa: F401 - panes import them late

        self._flows.answer(self._palette, 80)

    def _key_of(self, command: str) -> str:
        return self._keymap.shown_key(command, Mode.REVIEW)

    @cached_property
    def _palette(self) -> Palette:
        from compare_tui.render import palette

        if self._no_color:
            colours = palette.plain()
        else:
            colours = {"light": palette.light, "terminal": palette.ansi}.get(self._theme, palette.dark)()
        return colours.with_ascii() if self.signs == ASCII else colours

    @cached_property
    def _flows(self) -> Flows:
        from compare_tui.render.dialect import Dialect
        from compare_tui.render.markdown import MarkdownFlow
        from compare_tui.render.plain import PlainFlow
        from compare_tui.tui.panes.flows import Flows

        dialect = Dialect()

        def answer(colours: Palette, width: int) -> Flow:
            return MarkdownFlow(colours, width, dialect=dialect)

        return Flows(answer, PlainFlow)
