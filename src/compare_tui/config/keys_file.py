"""keys.toml: keys by backend, readable by the user alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compare_tui.config.toml_file import parse_toml, shown_path, write_toml
from compare_tui.domain.errors import ConfigError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_keys(path: Path) -> dict[str, Any]:
    """Return what the file holds; nothing if it is not there. Raises ConfigError, also if others may read it."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read()
    except FileNotFoundError:
        return {}
    except OSError as fault:
        raise ConfigError(f"{shown_path(path)} cannot be read: {fault.strerror}.") from None
    if os.name == "posix" and mode & _OTHERS:
        raise ConfigError(
            f"Others may read {shown_path(path)}, so it is not used.", hint=f"chmod 600 {shown_path(path)}"
        )
    return parse_toml(data, shown_path(path))


def write_key(path: Path, backend: str, key: str | Mapping[str, str]) -> None:
    """Keep `key`, or what a sign-in gave, for `backend`, beside the others. Raises ConfigError."""
    keys = {**read_keys(path), backend: key}
    write_toml(path, keys)
