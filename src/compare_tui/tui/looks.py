"""What panes look like under a theme: the palette of their text, the flows that draw it, the signs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from compare_tui.domain.lanes import Lane
from compare_tui.render import palette
from compare_tui.render.palette import Palette
from compare_tui.render.plain import PlainFlow
from compare_tui.tui import themes
from compare_tui.tui.commands import Mode
from compare_tui.tui.keymap import Keymap
from compare_tui.tui.panes.flows import Flows
from compare_tui.tui.panes.transcript import Look
from compare_tui.tui.signs import ASCII, Signs

FLOWS = Flows(answer=PlainFlow, plain=PlainFlow)


def look_of(
    theme: str, *, no_color: bool, signs: Signs, keymap: Keymap, backend_notes: Mapping[str, str], flows: Flows = FLOWS
) -> Callable[[Lane], Look]:
    """Return what gives each lane its look under `theme`."""
    colours = _palette(theme, no_color=no_color, signs=signs)

    def key_of(command: str) -> str:
        return keymap.shown_key(command, Mode.REVIEW)

    return lambda lane: Look(flows, colours, signs, key_of, backend_notes.get(lane.backend, ""))


def _palette(theme: str, *, no_color: bool, signs: Signs) -> Palette:
    if no_color:
        colours = palette.plain()
    else:
        colours = {themes.LIGHT.name: palette.light, themes.TERMINAL.name: palette.ansi}.get(theme, palette.dark)()
    return colours.with_ascii() if signs == ASCII else colours
