"""config.example.toml holds every setting: at its default, or commented out where there is none."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from compare_tui.config.load import load
from compare_tui.config.paths import Paths
from compare_tui.config.schema import BACKEND_KINDS, LocalBackend, Settings

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
COMMENTED_SETTING = re.compile(r"^# (?=[a-z_-]+ = |\[)", re.MULTILINE)


@pytest.fixture
def text() -> str:
    return EXAMPLE.read_text(encoding="utf-8")


def keys_of(table: dict[str, Any], prefix: str = "") -> set[str]:
    keys = set()
    for name, value in table.items():
        keys.add(f"{prefix}{name}")
        if isinstance(value, dict):
            keys |= keys_of(value, f"{prefix}{name}.")
    return keys


def settings_of(struct: type[msgspec.Struct], prefix: str = "") -> set[str]:
    """All keys that the Struct knows, those of tables within it too."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    keys = {f"{prefix}{info.tag_field}"} if info.tag_field else set()
    for field in info.fields:
        keys.add(f"{prefix}{field.encode_name}")
        if isinstance(field.type, inspect.StructType):
            keys |= settings_of(field.type.cls, f"{prefix}{field.encode_name}.")
    return keys


def test_the_example_as_it_stands_is_the_default(text: str, paths: Paths) -> None:
    loaded = load(replace(paths, config_file=EXAMPLE, is_config_named=True))
    assert loaded.settings == Settings()


def test_the_example_writes_out_every_default(text: str) -> None:
    defaults = msgspec.to_builtins(Settings())
    written = keys_of(tomllib.loads(text))
    for key in keys_of(_without_none(defaults)) - {"lineups", "limits.backends"}:
        assert key in written, f"{key} is missing from config.example.toml"


def test_the_example_names_every_setting(text: str) -> None:
    written = keys_of(tomllib.loads(COMMENTED_SETTING.sub("", text)))
    expected = settings_of(Settings) | settings_of(BACKEND_KINDS["openrouter"], "backends.openrouter.")
    expected |= settings_of(LocalBackend, "backends.local.") | {"lineups.everyday.lanes"}
    assert expected <= written, expected - written


def test_every_kind_of_backend_stands_in_the_example(text: str) -> None:
    backends = tomllib.loads(COMMENTED_SETTING.sub("", text))["backends"]
    assert {backend["kind"] for backend in backends.values()} == set(BACKEND_KINDS)


def test_what_is_commented_out_is_valid_too(text: str, paths: Paths) -> None:
    paths.config_file.write_text(COMMENTED_SETTING.sub("", text))
    loaded = load(paths)
    assert len(loaded.lineup("everyday")) == 3
    assert loaded.settings.limits.answers_per_minute is not None


def _without_none(table: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_none(value) if isinstance(value, dict) else value
        for name, value in table.items()
        if value is not None
    }
