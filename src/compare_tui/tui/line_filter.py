"""The second line of defence: no control character leaves through any widget, title or toast (decision 6).

Foreign text is made safe at the boundary. Textual and Rich would pass on whatever slipped through, so every line that
is drawn goes through here as well. Widths are kept: what takes no cell is dropped, what takes one becomes U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def _replace(match: re.Match[str]) -> str:
    return "�" * cell_len(match.group())


class SafeLines(LineFilter):
    """Drops or replaces what a terminal would act upon."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return `segments` without any character that is unsafe."""
        unsafe = _UNSAFE.search
        if not any(unsafe(segment.text) for segment in segments):
            return segments
        return [Segment(_UNSAFE.sub(_replace, text), style, control) for text, style, control in segments]


def filter_strip(strip: Strip, filters: Iterable[LineFilter], background: Color) -> Strip:
    """Apply `filters` to a strip that a widget draws by itself."""
    for line_filter in filters:
        strip = strip.apply_filter(line_filter, background)
    return strip
