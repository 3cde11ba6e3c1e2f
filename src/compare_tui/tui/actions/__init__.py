"""What commands do: one action under each command's id, grouped by what they act upon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from compare_tui.tui.widgets.header import NOTICE_S

Action = Callable[[str], None]
"""Does a command; called with the key that was pressed, or an empty string from the palette."""
Actions = Mapping[str, Action]


class Say(Protocol):
    """Says something to the person in one line: for `for_s` seconds, but no longer than `holds` is true."""

    def __call__(self, text: str, *, holds: Callable[[], bool] | None = None, for_s: float = NOTICE_S) -> None:
        """Say `text`."""
