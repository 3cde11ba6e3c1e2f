"""`make_safe` for whole JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compare_tui.domain.json_types import Json
from compare_tui.domain.safe_text import make_safe


def make_safe_json(value: Json) -> Json:
    """Return `value` with every string in it made safe, keys too."""
    match value:
        case str():
            return make_safe(value)
        case Mapping():
            return {make_safe(key): make_safe_json(inner) for key, inner in value.items()}
        case Sequence():
            return [make_safe_json(inner) for inner in value]
        case _:
            return value
