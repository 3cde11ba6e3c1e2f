"""Where a backend's key comes from: its variable, then its command, then keys.toml.

A key never appears in a message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from compare_tui.config.key_command import run_key_command
from compare_tui.config.keys_file import read_keys
from compare_tui.config.load import Loaded
from compare_tui.config.schema import NetworkBackend, OpenRouterBackend
from compare_tui.config.toml_file import shown_path
from compare_tui.domain.errors import ConfigError
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.secret import KeyFinder, MissingKey, Secret

_SENDABLE = re.compile(r"[\x21-\x7e]+")
_LOOKS_LIKE_KEY = re.compile(r"[A-Za-z0-9_+/=-]{16,}")


def key_finder(name: str, loaded: Loaded, environ: Mapping[str, str]) -> KeyFinder:
    """Return what finds the key of the backend `name` when it is first needed."""
    backend = loaded.settings.backends[name]
    if not isinstance(backend, NetworkBackend) or name in loaded.project_backends:
        return _no_key
    return _Finder(name, backend, loaded.paths.keys_file, environ)


def _no_key() -> None:
    return None


@dataclass(frozen=True, slots=True)
class _Finder:
    name: str
    backend: NetworkBackend
    keys_file: Path
    environ: Mapping[str, str]

    def __call__(self) -> Secret | MissingKey | None:
        variable = self.backend.api_key_env
        if variable and self.environ.get(variable, "").strip():
            return checked_key(self.environ[variable], f"The key in {variable}")
        if self.backend.api_key_command:
            return _from_command(self.name, self.backend.api_key_command)
        try:
            kept = read_keys(self.keys_file).get(self.name)
        except ConfigError as fault:
            return MissingKey(fault.message, fault.hint)
        if kept is not None:
            return checked_key(kept, f"The key {self.name} in {shown_path(self.keys_file)}")
        return self._missing()

    def _missing(self) -> MissingKey | None:
        variable = self.backend.api_key_env
        if variable is None and not isinstance(self.backend, OpenRouterBackend):
            return None
        file = shown_path(self.keys_file)
        if variable is None:
            return MissingKey(f"There is no key for {self.name}.", f'Write {self.name} = "..." into {file} (mode 600).')
        hint = f'Set it (export {variable}=...), or write {self.name} = "..." into {file} (mode 600).'
        return MissingKey(f"{variable} is not set: it holds the key of {self.name}.", hint)


def checked_key(value: object, what: str) -> Secret | MissingKey:
    """Return a key that can be sent; `what` names the place it is from, for the message if it cannot."""
    if not isinstance(value, str) or not value.strip():
        return MissingKey(f"{what} is no text, or empty.")
    key = value.strip()
    if not _SENDABLE.fullmatch(key):
        return MissingKey(f"{what} holds a character that no key has: a space, a line break or a letter beyond ASCII.")
    return Secret(key)


def _from_command(name: str, command: Sequence[str]) -> Secret | MissingKey:
    what = f"The key command of {name} ({make_safe_line(command[0], 60)})"
    try:
        status, printed, said = run_key_command(command)
    except ConfigError as fault:
        return MissingKey(f"{what} {fault.message}")
    if status != 0:
        return MissingKey(f"{what} ended with status {status}{f': {_without_keys(said)}' if said else '.'}")
    return checked_key(printed, f"{what} printed a key that")


def _without_keys(line: str) -> str:
    """Return a line for a message, without anything that might be a key."""
    return make_safe_line(_LOOKS_LIKE_KEY.sub("***", line), 120)
