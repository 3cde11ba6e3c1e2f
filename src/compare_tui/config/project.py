"""What a project's file may not do.

It comes with a cloned repository, so it is not the user's own word: it may add backends, line-ups and preferences, but
neither send a key of the user's elsewhere, nor run a program, nor loosen a limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compare_tui.config.check import shown_key
from compare_tui.config.layers import Key, Layer
from compare_tui.domain.errors import ConfigError

_NEVER = ("api_key_env", "api_key_command", "allow_insecure")
_NOT_OF_ANOTHER = ("kind", "base_url", "headers")
_HINT = "Put it into your own config.toml if you mean it."


def check_project(project: Layer, own: Mapping[str, Any]) -> None:
    """Raise ConfigError if the project's layer does what it may not; `own` is the user's table over the defaults."""
    for key in _redirections(project.table, own):
        raise ConfigError(f"{project.name}: A project may not set {shown_key(key)}.", hint=_HINT)
    _check_limits(project.name, _table(project.table, "limits"), _table(own, "limits"), ("limits",))


def _check_limits(project: str, limits: Mapping[str, Any], own: Mapping[str, Any], at: Key) -> None:
    for name, value in limits.items():
        key, allowed = (*at, name), own.get(name)
        if isinstance(value, dict):
            _check_limits(project, value, allowed if isinstance(allowed, dict) else {}, key)
        elif value is True and allowed is not True:
            raise ConfigError(f"{project}: A project may not set {shown_key(key)}.", hint=_HINT)
        elif _is_number(allowed) and _is_number(value) and value > allowed:
            raise ConfigError(f"{project}: A project may lower {shown_key(key)} = {allowed}, not raise it.", hint=_HINT)


def project_backends(project: Layer, own: Mapping[str, Any]) -> frozenset[str]:
    """Return the backends that only the project's file defines: they get no key."""
    return frozenset(_table(project.table, "backends")) - frozenset(_table(own, "backends"))


def _redirections(project: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[Key]:
    known = _table(own, "backends")
    for name, backend in _table(project, "backends").items():
        forbidden = (*_NEVER, *_NOT_OF_ANOTHER) if name in known else _NEVER
        for setting in forbidden:
            if isinstance(backend, dict) and setting in backend:
                yield ("backends", name, setting)


def _table(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    inner = table.get(name)
    return inner if isinstance(inner, dict) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)
