"""choices.toml: what was chosen in the app. The user's own config.toml is never rewritten."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import tomli_w

from compare_tui.config.layers import Layer, merge
from compare_tui.config.toml_file import read_toml, shown_path
from compare_tui.domain.errors import ConfigError


def write_choices(path: Path, changes: dict[str, Any]) -> None:
    """Merge `changes` into the file, whole or not at all. Raises ConfigError."""
    merged = merge([Layer("", read_toml(path) or {}), Layer("", changes)]).table
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".choices-")
        with os.fdopen(descriptor, "wb") as file:
            tomli_w.dump(merged, file)
        Path(name).replace(path)
    except OSError as fault:
        raise ConfigError(f"{shown_path(path)} cannot be written: {fault.strerror}.") from None
