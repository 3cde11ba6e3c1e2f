"""The colours of the low-bandwidth mode: the terminal's own sixteen, mostly its default ones, which cost no byte."""

from __future__ import annotations

import colorsys

from rich.color import Color
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

from compare_tui.tui.output.pens import BACKGROUND, FOREGROUND, Pen, attributes_of

_GREY = 0.11
"""A colour whose strongest part stands out less from its weakest is a grey."""
_FAINT = 0.6
"""A grey that stands out less from the background is drawn in bright black."""
_MARKED = 0.35
"""A background that differs more from the theme's is drawn as reverse."""
_REVERSE = 4
_HUES = {0: "31", 1: "33", 2: "32", 3: "36", 4: "36", 5: "35"}
"""By sixths of the colour wheel; blue is drawn in cyan, which can be read on black as well."""
_BRIGHT_BLACK = "90"


class Sixteen:
    """Makes pens of styles on a theme's background."""

    def __init__(self, background: tuple[int, int, int]) -> None:
        self._ground = _lightness(background)

    def pen(self, style: Style) -> Pen:
        """Return the pen that comes nearest."""
        attributes = attributes_of(style)
        if style.bgcolor is not None and self._is_marked(style.bgcolor):
            return Pen(attributes=tuple(on or place == _REVERSE for place, on in enumerate(attributes)))
        return Pen(self._foreground(style.color), BACKGROUND, attributes)

    def _is_marked(self, color: Color) -> bool:
        if color.is_default:
            return False
        return abs(_lightness(color.get_truecolor(DEFAULT_TERMINAL_THEME, False)) - self._ground) > _MARKED

    def _foreground(self, color: Color | None) -> str:
        if color is None or color.is_default:
            return FOREGROUND
        if color.number is not None and color.number < 16:
            return ";".join(color.get_ansi_codes(True))
        red, green, blue = rgb = color.get_truecolor(DEFAULT_TERMINAL_THEME, True)
        if max(rgb) - min(rgb) >= _GREY * 255:
            hue, _, _ = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
            return _HUES[round(hue * 6) % 6]
        return FOREGROUND if abs(_lightness(rgb) - self._ground) > _FAINT else _BRIGHT_BLACK


def _lightness(rgb: tuple[int, int, int]) -> float:
    red, green, blue = rgb
    return (0.3 * red + 0.59 * green + 0.11 * blue) / 255
