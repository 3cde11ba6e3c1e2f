"""Layers of settings: tables merge, lists and values replace, and each value remembers which layer it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Key: TypeAlias = tuple[str, ...]

DEFAULT = "default"
FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of settings; `name` is the file, as messages show it, or `default` or `flag`."""

    name: str
    table: Mapping[str, Any]


@dataclass(slots=True)
class Merged:
    """All layers on top of each other."""

    table: dict[str, Any] = field(default_factory=dict)
    origins: dict[Key, str] = field(default_factory=dict)
    """By dotted key, tables too: the last layer that touched it."""

    def origin(self, key: Key) -> str:
        """Return the name of the layer that set `key`, or the nearest table around it."""
        while key:
            if key in self.origins:
                return self.origins[key]
            key = key[:-1]
        return DEFAULT


def merge(layers: Iterable[Layer]) -> Merged:
    """Merge `layers`, the weakest first."""
    merged = Merged()
    for layer in layers:
        _merge_table(merged, merged.table, layer.table, layer.name, ())
    return merged


def _merge_table(merged: Merged, below: dict[str, Any], above: Mapping[str, Any], name: str, prefix: Key) -> None:
    for part, value in above.items():
        key = (*prefix, part)
        merged.origins[key] = name
        if not isinstance(value, dict):
            below[part] = value
            continue
        inner = below.get(part)
        if not isinstance(inner, dict):
            inner = below[part] = {}
        _merge_table(merged, inner, value, name, key)


def dotted(key: Key) -> str:
    """Return `key` as it is written in TOML, quoted where it must be."""
    return ".".join(part if part.replace("-", "").replace("_", "").isalnum() else f'"{part}"' for part in key)
