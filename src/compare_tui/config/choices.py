"""choices.toml: what was chosen in the app. The user's own config.toml is never rewritten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compare_tui.config.layers import Layer, merge
from compare_tui.config.toml_file import read_toml, write_toml


def write_choices(path: Path, changes: dict[str, Any]) -> None:
    """Merge `changes` into the file, whole or not at all. Raises ConfigError."""
    merged = merge([Layer("", read_toml(path) or {}), Layer("", changes)]).table
    write_toml(path, merged)
