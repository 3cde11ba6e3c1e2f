"""Reading and writing one TOML file: faults name the file, the line and the column."""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compare_tui.domain.errors import ConfigError
from compare_tui.domain.safe_text import make_safe_line

_MAX_BYTES = 1024 * 1024
_POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


def shown_path(path: Path) -> str:
    """Return `path` as messages show it: safe, the home directory as `~`."""
    try:
        return make_safe_line(f"~/{path.relative_to(Path.home())}")
    except (ValueError, RuntimeError):
        return make_safe_line(str(path))


def read_toml(path: Path, *, only_regular: bool = False) -> dict[str, Any] | None:
    """Return the file's table, or None if there is no such file. Raises ConfigError.

    `only_regular` refuses pipes and devices, which a file that comes from elsewhere may link to: reading them may take
    for ever.
    """
    try:
        if only_regular and path.exists() and not path.is_file():
            raise ConfigError(f"{shown_path(path)} is not a file.")
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise ConfigError(f"{shown_path(path)} cannot be read: {fault.strerror}.") from None
    if len(data) > _MAX_BYTES:
        raise ConfigError(f"{shown_path(path)} is too long for a configuration: over {_MAX_BYTES // 1024 // 1024} MiB.")
    return parse_toml(data, shown_path(path))


def parse_toml(data: bytes, name: str) -> dict[str, Any]:
    """Return the table that `data` holds; `name` stands in messages. Raises ConfigError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        column = fault.start - data.rfind(b"\n", 0, fault.start)
        raise ConfigError(f"{name}, line {line}, column {column}: This is not UTF-8.") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        message = str(fault)
    except (ValueError, RecursionError):
        raise ConfigError(f"{name} holds a value that cannot be read.") from None
    position = _POSITION.search(message)
    what = make_safe_line(message[: position.start()] if position else message)
    line, column = _where(position, text)
    raise ConfigError(f"{name}, line {line}, column {column}: {what}.")


def _where(position: re.Match[str] | None, text: str) -> tuple[int, int]:
    """Return line and column, both from 1; a fault without them is at the end."""
    if position is not None and position["line"]:
        return int(position["line"]), int(position["column"])
    lines = text.split("\n")
    return len(lines), len(lines[-1]) + 1


def write_toml(path: Path, table: Mapping[str, Any]) -> None:
    """Write the file, readable by the user alone, whole or not at all. Raises ConfigError."""
    import tomli_w

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A file of its own (made with mode 0600), then a rename: no moment with half a file or with readable keys.
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
        with os.fdopen(descriptor, "wb") as file:
            tomli_w.dump(table, file)
        Path(name).replace(path)
    except OSError as fault:
        raise ConfigError(f"{shown_path(path)} cannot be written: {fault.strerror}.") from None
