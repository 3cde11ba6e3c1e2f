"""`config`: the settings in force and where each comes from, as TOML with comments. Keys are not shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from compare_tui.config.check import shown_key
from compare_tui.config.layers import Key
from compare_tui.config.load import Loaded
from compare_tui.config.paths import Paths
from compare_tui.config.schema import NetworkBackend
from compare_tui.config.toml_file import shown_path
from compare_tui.domain.lane_spelling import spell_lane


def view(loaded: Loaded, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines."""
    for name, path in _paths(loaded.paths):
        there = "" if path.exists() else "  (not there)"
        yield f"# {name:<12} {shown_path(path)}{there}"
    yield ""
    unset = []
    for key, value in _settings(loaded):
        if value is None:
            unset.append(shown_key(key))
        else:
            yield f"{shown_key(key)} = {_value(key, value)}  # {loaded.merged.origin(key)}"
    yield ""
    yield f"# Not set: {', '.join(unset)}"
    yield from _keys(loaded, environ)


def _paths(paths: Paths) -> Iterator[tuple[str, Path]]:
    yield "config", paths.config_file
    yield "project", paths.project_file
    yield "keys", paths.keys_file
    yield "database", paths.database
    yield "models", paths.models_dir
    yield "cache", paths.cache_dir
    yield "log", paths.log_file


def _settings(loaded: Loaded) -> Iterator[tuple[Key, Any]]:
    settings = loaded.settings
    table = msgspec.to_builtins(settings)
    del table["lineups"]
    yield from _leaves(table, ())
    for name, lanes in loaded.lineups.items():
        yield ("lineups", name, "lanes"), [spell_lane(lane, settings.default_backend) for lane in lanes]


def _leaves(table: Mapping[str, Any], prefix: Key) -> Iterator[tuple[Key, Any]]:
    for name, value in table.items():
        key = (*prefix, name)
        if isinstance(value, Mapping):
            yield from _leaves(value, key)
        else:
            yield key, value


def _value(key: Key, value: Any) -> str:
    if "headers" in key:
        return '"***"'
    if key[-1] == "api_key_command":
        value = [value[0], *("***" for _ in value[1:])]
    return json.dumps(value, ensure_ascii=False)


def _keys(loaded: Loaded, environ: Mapping[str, str]) -> Iterator[str]:
    for name, backend in loaded.settings.backends.items():
        if isinstance(backend, NetworkBackend) and backend.api_key_env:
            state = "is set" if environ.get(backend.api_key_env, "").strip() else "is not set"
            yield f"# {backend.api_key_env}, the key of {name}, {state}"
