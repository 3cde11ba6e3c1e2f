"""What commands do: one action under each command's id, grouped by what they act upon."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Action = Callable[[str], None]
"""Does a command; called with the key that was pressed, or an empty string from the palette."""
Actions = Mapping[str, Action]
