"""Where the tokens of a compare server come from and go to: a variable, a command, or keys.toml after a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compare_tui.config.keys import checked_key, key_finder
from compare_tui.config.keys_file import read_keys, write_key
from compare_tui.config.load import Loaded
from compare_tui.config.schema import NetworkBackend
from compare_tui.config.toml_file import shown_path
from compare_tui.domain.errors import ConfigError
from compare_tui.domain.secret import KeyFinder, MissingKey, Secret, Tokens


@dataclass(frozen=True, slots=True)
class KeptTokens:
    """The tokens of one backend. What was signed in for at one address is not sent to another."""

    name: str
    base_url: str
    keys_file: Path
    names_other_key: bool
    """The configuration names a variable or a command, which then comes first."""
    other_key: KeyFinder
    """Finds a token that is not from a sign-in: in a variable, from a command, or a plain key in keys.toml."""

    def read(self) -> Tokens | MissingKey | None:
        """Return the tokens; None where nobody has signed in. May run the key command."""
        try:
            kept = read_keys(self.keys_file).get(self.name)
        except ConfigError as fault:
            return MissingKey(fault.message, fault.hint)
        signed_in = self._signed_in(kept) if isinstance(kept, dict) else None
        if signed_in is not None and not self.names_other_key:
            return signed_in
        found = self.other_key()
        if isinstance(found, Secret):
            return Tokens(found)
        return signed_in or found

    def keep(self, tokens: Tokens) -> None:
        """Keep the tokens of a sign-in beside the other keys. Raises ConfigError."""
        entry = {"access_token": tokens.access.reveal(), "base_url": self.base_url}
        if tokens.refresh is not None:
            entry["refresh_token"] = tokens.refresh.reveal()
        write_key(self.keys_file, self.name, entry)

    def _signed_in(self, kept: Mapping[str, Any]) -> Tokens | MissingKey:
        file = shown_path(self.keys_file)
        if kept.get("base_url") != self.base_url:
            message = f"The sign-in of {self.name} in {file} is for another address than {self.base_url}."
            return MissingKey(message, f"Sign in again: compare-tui login {self.name}")
        access = checked_key(kept.get("access_token"), f"The token of {self.name} in {file}")
        if isinstance(access, MissingKey):
            return access
        refresh = checked_key(kept.get("refresh_token", ""), "")
        return Tokens(access, refresh if isinstance(refresh, Secret) else None)


@dataclass(frozen=True, slots=True)
class NoTokens:
    """For a backend that gets no key: one that only a project's file names."""

    def read(self) -> None:
        """There are none."""

    def keep(self, tokens: Tokens) -> None:
        """Keep nothing."""


def token_store(name: str, loaded: Loaded, environ: Mapping[str, str]) -> KeptTokens | NoTokens:
    """Return the place of the tokens of the backend `name`."""
    backend = loaded.settings.backends[name]
    if not isinstance(backend, NetworkBackend) or name in loaded.project_backends:
        return NoTokens()
    keys_file, named = loaded.paths.keys_file, names_other_key(backend)
    return KeptTokens(name, backend.base_url, keys_file, named, key_finder(name, loaded, environ))


def names_other_key(backend: NetworkBackend) -> bool:
    """Whether the configuration names a variable or a command for the token, so that no sign-in is needed."""
    return bool(backend.api_key_env or backend.api_key_command)
