"""When a server says to come back: header, error body, or the time its limit is reset."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.sources.lenient import as_float, as_object

_EPOCH_MS = 1e11
"""Above it a number is an epoch in milliseconds; above its thousandth one in seconds; below, a span."""
_MAX_S = 366 * 86_400.0


def retry_after_s(headers: Mapping[str, str], error: JsonObject, *, now: float, limited: bool) -> float | None:
    """Return the seconds to wait, or None if nobody said.

    `headers` have lower-case names. `now` is the wall clock, Unix seconds. `limited` allows the reset time of a rate
    limit to be read, which servers send with other answers as well.
    """
    metadata = as_object(error.get("metadata"))
    inner = {name.lower(): str(value) for name, value in as_object(metadata.get("headers")).items()}
    found = (
        _milliseconds(headers.get("retry-after-ms")),
        _seconds_or_date(headers.get("retry-after"), now),
        as_float(metadata.get("retry_after_seconds")),
        as_float(as_object(error.get("availability")).get("retry_after")),
        as_float(error.get("retry_after")),
        _seconds_or_date(inner.get("retry-after"), now),
        reset_s(headers.get("x-ratelimit-reset"), now) if limited else None,
        reset_s(inner.get("x-ratelimit-reset"), now) if limited else None,
    )
    return next((min(seconds, _MAX_S) for seconds in found if seconds is not None and seconds >= 0), None)


def _milliseconds(value: str | None) -> float | None:
    number = as_float(value)
    return None if number is None else number / 1000


def _seconds_or_date(value: str | None, now: float) -> float | None:
    if value is None:
        return None
    number = as_float(value)
    if number is not None:
        return number
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def reset_s(value: Json, now: float) -> float | None:
    """Return the seconds until a limit is reset, which servers give as a span or as an epoch; None: it is neither."""
    number = as_float(value)
    if number is None:
        return None
    if number >= _EPOCH_MS:
        return max(0.0, number / 1000 - now)
    if number >= _EPOCH_MS / 1000:
        return max(0.0, number - now)
    return number
