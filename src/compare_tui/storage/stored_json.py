"""JSON columns read back, made safe; what cannot be read is as if it were not there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from compare_tui.domain.json_types import Json
from compare_tui.domain.safe_json import make_safe_json


def safe_object(text: object) -> dict[str, Json]:
    """Return a JSON object with safe texts."""
    value = make_safe_json(_read(text))
    return dict(value) if isinstance(value, Mapping) else {}


def safe_list(text: object) -> list[Json]:
    """Return a JSON list with safe texts."""
    value = make_safe_json(_read(text))
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []


def safe_objects(text: object) -> list[Mapping[str, Json]]:
    """Return the objects of a JSON list."""
    return [value for value in safe_list(text) if isinstance(value, Mapping)]


def raw_objects(text: object) -> tuple[Mapping[str, Json], ...]:
    """Return the objects of a JSON list as they are: never to be drawn."""
    value = _read(text)
    return tuple(one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()


def _read(text: object) -> Json:
    if not isinstance(text, str):
        return None
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value
