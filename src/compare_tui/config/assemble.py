"""From the merged layers to settings and lanes: names that refer to each other are checked here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from compare_tui.config.addresses import address_fault
from compare_tui.config.check import convert, shown_key, wrong_value
from compare_tui.config.layers import Merged
from compare_tui.config.schema import BACKEND_KINDS, Backend, Lineup, NetworkBackend, Settings
from compare_tui.domain.errors import ConfigError, UsageError
from compare_tui.domain.lane_spelling import check_lane_count, check_params, lanes_of_table, parse_lanes
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.nearest import hint_nearest

_BACKEND_NAME = re.compile(r"[a-z0-9_-]+")


def make_settings(merged: Merged) -> Settings:
    """Return the typed settings. Raises ConfigError."""
    plain = {name: value for name, value in merged.table.items() if name not in ("backends", "lineups")}
    settings = msgspec.structs.replace(
        convert(plain, Settings, merged),
        backends={name: _backend(name, table, merged) for name, table in _tables("backends", merged)},
        lineups={name: convert(table, Lineup, merged, ("lineups", name)) for name, table in _tables("lineups", merged)},
    )
    for name in settings.limits.backends:
        _check_name(name, "limits.backends", settings.backends, "backend", merged)
    _check_name(settings.default_backend, "default_backend", settings.backends, "backend", merged)
    if settings.default_lineup is not None:
        _check_name(settings.default_lineup, "default_lineup", settings.lineups, "line-up", merged)
    return settings


def _tables(section: str, merged: Merged) -> Iterable[tuple[str, Any]]:
    table = merged.table.get(section, {})
    if not isinstance(table, dict):
        raise wrong_value(merged, (section,), table, f"tables, such as [{section}.NAME]")
    return table.items()


def _backend(name: str, table: Any, merged: Merged) -> Backend:
    key = ("backends", name)
    if not _BACKEND_NAME.fullmatch(name):
        raise ConfigError(
            f"{merged.origin(key)}: {shown_key(key)} has a name that no lane can spell.", hint="Use a-z, 0-9, _ and -."
        )
    if not isinstance(table, dict):
        raise wrong_value(merged, key, table, "a table")
    kind = table.get("kind")
    if kind is None:
        raise ConfigError(f"{merged.origin(key)}: {shown_key(key)} has no kind.", hint=hint_nearest("", BACKEND_KINDS))
    if not isinstance(kind, str) or kind not in BACKEND_KINDS:
        hint = hint_nearest(str(kind), BACKEND_KINDS)
        raise ConfigError(wrong_value(merged, (*key, "kind"), kind, "a kind of backend").message, hint=hint)
    backend: Backend = convert(table, BACKEND_KINDS[kind], merged, key)
    if isinstance(backend, NetworkBackend):
        fault = address_fault(backend.base_url)
        if fault is not None:
            raise wrong_value(merged, (*key, "base_url"), backend.base_url, fault)
        with _told_as_config(f"{merged.origin(key)}: {shown_key((*key, 'params'))}"):
            check_params(backend.params)
    return backend


def _check_name(name: str, setting: str, known: Mapping[str, object], noun: str, merged: Merged) -> None:
    if name not in known:
        hint = hint_nearest(name, known) or "None is configured."
        raise ConfigError(
            f"{merged.origin((setting,))}: {setting} names an unknown {noun}: {shown_key((name,))}.", hint=hint
        )


def make_lineups(settings: Settings, merged: Merged) -> dict[str, tuple[LaneSpec, ...]]:
    """Return the lanes of every line-up. Raises ConfigError."""
    return {name: _lanes(name, lineup, settings, merged) for name, lineup in settings.lineups.items()}


def _lanes(name: str, lineup: Lineup, settings: Settings, merged: Merged) -> tuple[LaneSpec, ...]:
    lanes: list[LaneSpec] = []
    key = ("lineups", name, "lanes")
    for position, entry in enumerate(lineup.lanes):
        where = f"{merged.origin(key)}: {shown_key(key)}[{position}]"
        with _told_as_config(where):
            lanes += _lanes_of(entry, settings)
    with _told_as_config(f"{merged.origin(key)}: {shown_key(key)}"):
        check_lane_count(lanes)
    return tuple(lanes)


def _lanes_of(entry: str | dict[str, Any], settings: Settings) -> list[LaneSpec]:
    if isinstance(entry, str):
        return parse_lanes(entry, backends=settings.backends, default_backend=settings.default_backend)
    return lanes_of_table(entry, backends=settings.backends, default_backend=settings.default_backend)


@contextmanager
def _told_as_config(where: str) -> Iterator[None]:
    try:
        yield
    except UsageError as fault:
        raise ConfigError(f"{where}: {fault.message}", hint=fault.hint) from None
