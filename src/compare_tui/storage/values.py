"""Python values as SQLite can keep them: total, so that no answer is lost for an odd number or half a character."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Final

_MAX_INT: Final = 2**53
"""Far above every honest count, and a thousand of them still have a sum in 64 bits."""


def text_value(text: str) -> str:
    """Return `text` with U+FFFD for lone surrogates, which have no UTF-8."""
    return text if _is_encodable(text) else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def int_value(number: int) -> int:
    """Return `number` within bounds that can be summed."""
    return max(-_MAX_INT, min(_MAX_INT, number))


def float_value(number: float | None) -> float | None:
    """Return `number`, or None if it is not finite."""
    return number if number is not None and math.isfinite(number) else None


def ms_value(seconds: float | None) -> int | None:
    """Return whole milliseconds."""
    return None if seconds is None or not math.isfinite(seconds) else int_value(round(seconds * 1000))


def json_value(value: object) -> str:
    """Return `value` as JSON text; dataclasses become objects. Raises TypeError or ValueError for what is no JSON."""
    return text_value(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_as_object))


def _as_object(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
