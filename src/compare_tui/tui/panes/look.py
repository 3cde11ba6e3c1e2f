"""What a transcript is drawn with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from compare_tui.render.palette import Palette
    from compare_tui.tui.panes.flows import Flows
    from compare_tui.tui.panes.notes import KeyOf
    from compare_tui.tui.signs import Signs


class Look(NamedTuple):
    """Colours, flows, signs, and the keys that notes name."""

    flows: Flows
    palette: Palette
    signs: Signs
    key_of: KeyOf
    preface: str = ""
    """Stands above the first turn: what a reader must know of this backend."""
