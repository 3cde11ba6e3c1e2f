"""Reading JSON that others wrote: a wrong type reads as absent, never as an exception."""

from __future__ import annotations

import math
from collections.abc import Mapping

from compare_tui.domain.json_types import Json, JsonObject

_NOTHING: JsonObject = {}


def as_object(value: Json) -> JsonObject:
    """Return `value` if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else _NOTHING


def as_list(value: Json) -> list[Json]:
    """Return `value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Json) -> str:
    """Return `value` if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def as_int(value: Json) -> int | None:
    """Return a whole number, also from a float or from digits in a string."""
    number = as_float(value)
    return None if number is None else int(number)


def as_float(value: Json) -> float | None:
    """Return a finite number, also from a string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
