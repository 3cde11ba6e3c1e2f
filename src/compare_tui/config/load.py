"""Loads the configuration: flag over environment over project over user over what was chosen in the app over default.

What the environment sets are paths, so it is found in `Paths`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compare_tui.config.addresses import is_loopback
from compare_tui.config.assemble import make_lineups, make_settings
from compare_tui.config.check import shown_key
from compare_tui.config.layers import DEFAULT, FLAG, Layer, Merged, merge
from compare_tui.config.paths import PROJECT_FILE, Paths
from compare_tui.config.project import check_project, project_backends
from compare_tui.config.schema import NetworkBackend, Settings
from compare_tui.config.toml_file import read_toml, shown_path
from compare_tui.domain.errors import ConfigError, UsageError
from compare_tui.domain.lane_spelling import parse_lanes
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.nearest import hint_nearest

_DEFAULTS = Layer(DEFAULT, {"backends": {"openrouter": {"kind": "openrouter"}, "local": {"kind": "local"}}})


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration in force, and where it comes from."""

    settings: Settings
    paths: Paths
    lineups: Mapping[str, tuple[LaneSpec, ...]]
    project_backends: frozenset[str]
    """Backends that only the project's file defines: they get no key."""
    merged: Merged

    def parse_lanes(self, spelling: str) -> list[LaneSpec]:
        """Return the lanes of one spelling. Raises UsageError."""
        return parse_lanes(spelling, backends=self.settings.backends, default_backend=self.settings.default_backend)

    def lineup(self, name: str) -> tuple[LaneSpec, ...]:
        """Return the lanes of a line-up. Raises UsageError."""
        if name not in self.lineups:
            hint = hint_nearest(name, self.lineups) or "None is configured."
            raise UsageError(f"No line-up is called {shown_key((name,))}.", hint=hint)
        return self.lineups[name]

    def project_notes(self, lanes: Iterable[LaneSpec]) -> list[str]:
        """Return a note for each backend of the project's that these lanes send to on another machine."""
        notes = []
        for name in sorted({lane.backend for lane in lanes} & self.project_backends):
            backend = self.settings.backends[name]
            if isinstance(backend, NetworkBackend) and not is_loopback(backend.base_url):
                notes.append(f"{PROJECT_FILE} of this directory sends the lanes @{name} to {backend.base_url}.")
        return notes


def load(paths: Paths, *, flags: Mapping[str, Any] | None = None) -> Loaded:
    """Load all layers. Raises ConfigError."""
    user_table = read_toml(paths.config_file)
    if user_table is None and paths.is_config_named:
        raise ConfigError(f"{shown_path(paths.config_file)} does not exist.")
    chosen = Layer(shown_path(paths.choices_file), read_toml(paths.choices_file) or {})
    layers = [_DEFAULTS, chosen, Layer(shown_path(paths.config_file), user_table or {})]
    own = merge(layers).table
    project = _project_layer(paths)
    check_project(project, own)
    merged = merge([*layers, project, Layer(FLAG, flags or {})])
    settings = make_settings(merged)
    return Loaded(
        settings=settings,
        paths=paths,
        lineups=make_lineups(settings, merged),
        project_backends=project_backends(project, own),
        merged=merged,
    )


def _project_layer(paths: Paths) -> Layer:
    file = paths.project_file
    try:
        is_user_file = file.samefile(paths.config_file)
    except OSError:
        is_user_file = False
    return Layer(PROJECT_FILE, {} if is_user_file else read_toml(file, only_regular=True) or {})
