"""From a merged table to typed settings; what is wrong is told with file, key, value and what is allowed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from compare_tui.config.layers import Key, Merged, dotted
from compare_tui.domain.errors import ConfigError
from compare_tui.domain.nearest import hint_nearest
from compare_tui.domain.safe_text import make_safe_line

T = TypeVar("T")
_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+)\]")
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]+)`")


def convert(table: Any, target: type[T], merged: Merged, prefix: Key = ()) -> T:
    """Return `table`, which stands at `prefix`, as a `target` Struct. Raises ConfigError."""
    if isinstance(table, dict):
        for key, known in _unknown_settings(table, inspect.type_info(target), prefix):
            hint = hint_nearest(key[-1], known)
            raise ConfigError(f"{merged.origin(key)}: {shown_key(key)} is not a setting.", hint=hint)
    try:
        return msgspec.convert(table, target)
    except msgspec.ValidationError as fault:
        raise _explain(str(fault), table, target, merged, prefix) from None


def wrong_value(merged: Merged, key: Key, value: Any, allowed: str) -> ConfigError:
    """Return the error of a value that is not allowed at `key`."""
    # Whoever writes a key where its variable's name belongs must not see it in a terminal's scrollback.
    shown = "***" if _may_hold_key(key, value) else make_safe_line(_toml(value), 80)
    return ConfigError(f"{merged.origin(key)}: {shown_key(key)} = {shown} is not allowed: it must be {allowed}.")


def shown_key(key: Key) -> str:
    """Return the dotted key as one safe line."""
    return make_safe_line(dotted(key), 120)


def _unknown_settings(table: dict[str, Any], info: inspect.Type, prefix: Key) -> Iterator[tuple[Key, list[str]]]:
    if not isinstance(info, inspect.StructType):
        return
    fields = {field.encode_name: field.type for field in info.fields}
    known = [*fields, info.tag_field] if info.tag_field else list(fields)
    for part, value in table.items():
        if part not in known:
            yield (*prefix, part), known
        elif isinstance(value, dict) and part in fields:
            yield from _unknown_settings(value, fields[part], (*prefix, part))


def _explain(message: str, table: Any, target: type[object], merged: Merged, prefix: Key) -> ConfigError:
    place = _PLACE.search(message)
    info: inspect.Type = inspect.type_info(target)
    value, key = table, prefix
    for step in _STEP.finditer(place["path"] if place else ""):
        info = _without_none(info)
        if step["index"] is not None:
            info = info.item_type if isinstance(info, inspect.ListType) else info
            value = value[int(step["index"])]
        elif isinstance(info, inspect.StructType):
            info = next(field.type for field in info.fields if field.encode_name == step["name"])
            value, key = value[step["name"]], (*key, step["name"])
    missing = _MISSING.match(message)
    if missing:
        where = f"{merged.origin(key)}: {shown_key(key)}"
        return ConfigError(f"{where} has no {missing['name']}, which must be {_field_words(info, missing['name'])}.")
    return wrong_value(merged, key, value, _words(info))


def _field_words(info: inspect.Type, name: str) -> str:
    fields = info.fields if isinstance(info, inspect.StructType) else ()
    return next((_words(field.type) for field in fields if field.encode_name == name), "set")


def _without_none(info: inspect.Type) -> inspect.Type:
    if isinstance(info, inspect.UnionType):
        some = [one for one in info.types if not isinstance(one, inspect.NoneType)]
        return some[0] if len(some) == 1 else info
    return info


def _words(info: inspect.Type) -> str:  # noqa: C901 - one line per kind of type
    """Return what is allowed, in words."""
    match _without_none(info):
        case inspect.IntType(ge=low, le=high):
            return f"a whole number from {low:,} to {high:,}"
        case inspect.FloatType(gt=low, le=high):
            return f"a number over {low:g}, at most {high:,g}"
        case inspect.BoolType():
            return "true or false"
        case inspect.StrType(pattern=str()):
            return "the name of an environment variable"
        case inspect.StrType(min_length=least):
            return "a text that is not empty" if least else "a text"
        case inspect.EnumType(cls=cls):
            return _one_of([str(member.value) for member in cls])
        case inspect.LiteralType(values=values):
            return _one_of(sorted(str(value) for value in values))
        case inspect.ListType(item_type=item, min_length=least):
            return f"a list, {'not empty, ' if least else ''}each entry {_words(item)}"
        case inspect.DictType(value_type=inspect.StrType()):
            return "a table of texts"
        case inspect.UnionType(types=types):
            return " or ".join(_words(one) for one in types)
        case _:
            return "a table"


def _one_of(values: list[str]) -> str:
    return f"one of {', '.join(json.dumps(value) for value in values)}"


def _may_hold_key(key: Key, value: Any) -> bool:
    if isinstance(value, str) and "://" in value:
        return True
    return any(part.startswith("api_key") or part == "headers" for part in key)


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
