"""The `key=value` pairs of a lane's spelling: split, parsed, and spelled again.

Separators count outside double quotes and brackets; a value is JSON, else a string; dotted keys nest.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

from compare_tui.domain.errors import UsageError
from compare_tui.domain.json_types import Json
from compare_tui.domain.safe_text import make_safe_line

_MAX_DEPTH = 32
_VALUE_NEEDS_QUOTES = re.compile(r'[,"\[\]{}\s]|^$')
_KEY_NEEDS_QUOTES = re.compile(r'[,.="\[\]{}\s]|^$')


def split_outside(text: str, separator: str, at_most: int = -1) -> list[str]:
    """Split at separators outside double quotes and brackets."""
    parts: list[str] = []
    start = depth = 0
    quoted = escaped = False
    for position, char in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            escaped = char == "\\"
            quoted = char != '"'
        elif char == '"':
            quoted = True
        elif char in "[{":
            depth += 1
        elif char in "]}":
            depth = max(0, depth - 1)
        elif char == separator and not depth and len(parts) != at_most:
            parts.append(text[start:position])
            start = position + 1
    if quoted or depth:
        raise UsageError("A quote is not closed." if quoted else "A bracket is not closed.")
    return [*parts, text[start:]]


def parse_key(key: str) -> list[str]:
    """Return the parts of a dotted key. Raises UsageError."""
    parts = []
    for part in split_outside(key, "."):
        if part.startswith('"'):
            try:
                part = json.loads(part)
            except ValueError:
                raise UsageError(f"The key {shown(key)} is not spelled right.") from None
        elif not part:
            raise UsageError(f"The key {shown(key)} has an empty part.")
        parts.append(part)
    return parts


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def parse_value(text: str) -> Json:
    """Return the JSON that `text` is, or `text` itself. Raises UsageError."""
    try:
        value: Json = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise UsageError("A value is nested too deeply.") from None
    except ValueError:
        return text
    return value


def put(params: dict[str, Json], path: Sequence[str], value: Json) -> None:
    """Set the value at `path`, making the tables on the way. Raises UsageError if something is there already."""
    *parents, last = path
    table = params
    for part in parents:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            raise UsageError(f"{shown('.'.join(path))} and {shown(part)} exclude each other.")
        table = inner
    if last in table:
        raise UsageError(f"{shown('.'.join(path))} is given twice.")
    table[last] = value


def spell_pairs(params: Mapping[str, Json], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield each parameter as a dotted key and a spelled value."""
    for key, value in params.items():
        quoted = json.dumps(key, ensure_ascii=False) if _KEY_NEEDS_QUOTES.search(key) else key
        if isinstance(value, Mapping) and value:
            yield from spell_pairs(value, f"{prefix}{quoted}.")
        else:
            yield f"{prefix}{quoted}", spell_value(value)


def spell_value(value: Json) -> str:
    """Return the spelling that `parse_value` reads as `value`: bare if it can be, else JSON."""
    if isinstance(value, str) and not _VALUE_NEEDS_QUOTES.search(value.replace(" ", "")):
        bare = value.strip()
        if bare == value and parse_value(bare) == value:
            return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def check_sendable(value: object, *, depth: int = 0) -> None:
    """Raise UsageError for what JSON in UTF-8 cannot carry, and for what is nested too deeply to be meant."""
    if depth > _MAX_DEPTH:
        raise UsageError("A value is nested too deeply.")
    match value:
        case float() if not math.isfinite(value):
            raise UsageError("A number is not finite.")
        case str():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise UsageError("A value holds half a character.") from None
        case None | bool() | int() | float():
            pass
        case Mapping():
            for key, inner in value.items():
                check_sendable(key)
                check_sendable(inner, depth=depth + 1)
        case Sequence():
            for inner in value:
                check_sendable(inner, depth=depth + 1)
        case _:
            raise UsageError(f"{shown(str(value))} has no form in JSON.")


def shown(text: str) -> str:
    """Return `text` as a message shows it: one safe line, not too long."""
    return make_safe_line(text, 80)
