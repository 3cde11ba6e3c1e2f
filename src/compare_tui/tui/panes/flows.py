"""How panes come by their flows: they draw through the port and never know which flow it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from compare_tui.render.flow import Flow
from compare_tui.render.palette import Palette

FlowFactory = Callable[[Palette, int], Flow]
"""Makes an empty flow of a palette and a width in cells."""


@dataclass(frozen=True, slots=True)
class Flows:
    """One factory for what models write, one for prompts, reasoning and our own words."""

    answer: FlowFactory
    plain: FlowFactory
