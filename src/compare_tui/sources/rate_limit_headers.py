"""The limits that response headers name. Sans-I/O.

OpenRouter: `X-RateLimit-Limit`, `-Remaining`, `-Reset` (epoch in milliseconds), on its own 429 only. OpenAI and its
kin: `x-ratelimit-limit-requests`, `-remaining-requests`, `-reset-requests` (`6m0s`), the same for `tokens`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.server_limits import ServerLimit
from compare_tui.sources.lenient import as_float
from compare_tui.sources.retry_after import reset_s

_LIMIT = re.compile(r"x-ratelimit-(?:limit|remaining)(?:-(?P<name>[a-z0-9-]{1,40}))?")
_SPAN = re.compile(r"(?:(?P<h>[\d.]+)h)?(?:(?P<m>[\d.]+)m(?!s))?(?:(?P<s>[\d.]+)s)?(?:(?P<ms>[\d.]+)ms)?")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_MAX_LIMITS = 8


def limits_of(headers: Mapping[str, str], now: float) -> Iterator[ServerLimit]:
    """Yield what the headers (names in lower case) say at `now` (Unix seconds)."""
    names = dict.fromkeys(match["name"] or "" for header in headers if (match := _LIMIT.fullmatch(header)))
    for name in list(names)[:_MAX_LIMITS]:
        end = f"-{name}" if name else ""
        wait_s = _reset_s(headers.get(f"x-ratelimit-reset{end}"), now)
        yield ServerLimit(
            make_safe_line(name, 40) or "requests",
            _count(headers.get(f"x-ratelimit-limit{end}")),
            _count(headers.get(f"x-ratelimit-remaining{end}")),
            None if wait_s is None else now + wait_s,
        )


def _count(value: str | None) -> float | None:
    number = as_float(value)
    return number if number is not None and number >= 0 else None


def _reset_s(value: str | None, now: float) -> float | None:
    if value is None:
        return None
    seconds = reset_s(value, now)
    if seconds is not None:
        return seconds
    span = _SPAN.fullmatch(value.strip())
    parts = [(unit, as_float(number)) for unit, number in span.groupdict().items() if number] if span else []
    known = [_SECONDS[unit] * number for unit, number in parts if number is not None]
    return sum(known) if known else None
