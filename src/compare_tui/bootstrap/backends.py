"""The registry: which source serves which kind of backend. A further backend is one builder and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from compare_tui.config.keys import key_finder
from compare_tui.config.load import Loaded
from compare_tui.config.schema import (
    Backend,
    CompareServerBackend,
    LocalBackend,
    NetworkBackend,
    OpenAIBackend,
    OpenRouterBackend,
    ScriptedBackend,
    Settings,
)
from compare_tui.config.tokens import token_store
from compare_tui.domain.tiers import Tier
from compare_tui.engine.fan_out import FanOut
from compare_tui.engine.ports import Clock, ComparisonSource
from compare_tui.sources.compare_server import CompareServerSource
from compare_tui.sources.local import LocalSource
from compare_tui.sources.local_or_recorded import LocalOrRecorded
from compare_tui.sources.local_parts import MODEL_FILE_VARIABLE, LocalParts, environment_shelf
from compare_tui.sources.local_process import LocalProcess
from compare_tui.sources.openai import OpenAISource
from compare_tui.sources.openrouter import OpenRouterSource
from compare_tui.sources.recorded import load_recording, recorded_source
from compare_tui.sources.scripted import ScriptedSource
from compare_tui.sources.scripts import built_in_script
from compare_tui.sources.settings import OpenAISettings


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What builders need beside the backend's own settings."""

    loaded: Loaded
    environ: Mapping[str, str]
    clock: Clock
    replays: bool
    """The embedded model may be replaced by a recording where it cannot run: in the demonstration alone."""


def build_sources(surroundings: Surroundings) -> dict[str, ComparisonSource]:
    """Return a source for every configured backend. Nothing is connected and no key is looked for yet."""
    backends = surroundings.loaded.settings.backends
    return {name: _BUILDERS[type(backend)](name, backend, surroundings) for name, backend in backends.items()}


def tiers_in_force(settings: Settings) -> dict[str, Tier]:
    """Return the tier of backends that know no turn without one."""
    backends = settings.backends.items()
    return {name: Tier.STANDARD for name, backend in backends if isinstance(backend, CompareServerBackend)}


def local_parts(loaded: Loaded, environ: Mapping[str, str]) -> LocalParts:
    """Return where the embedded model's parts are looked for."""
    model_file = environ.get(MODEL_FILE_VARIABLE)
    return LocalParts(
        models_dir=loaded.paths.models_dir,
        model_file=Path(model_file).expanduser() if model_file else None,
        shelves=(environment_shelf(),),
    )


def _openrouter(name: str, backend: Backend, surroundings: Surroundings) -> ComparisonSource:
    return FanOut(OpenRouterSource(network_settings(name, backend, surroundings), clock=surroundings.clock))


def _openai(name: str, backend: Backend, surroundings: Surroundings) -> ComparisonSource:
    return FanOut(OpenAISource(network_settings(name, backend, surroundings), clock=surroundings.clock))


def _local(name: str, _backend: Backend, surroundings: Surroundings) -> ComparisonSource:
    parts = local_parts(surroundings.loaded, surroundings.environ)

    local = LocalSource(LocalProcess(parts.plan), clock=surroundings.clock, name=name)
    if not surroundings.replays:
        return FanOut(local)
    return FanOut(LocalOrRecorded(local, recorded_source(load_recording(), clock=surroundings.clock)))


def _scripted(_name: str, _backend: Backend, surroundings: Surroundings) -> ComparisonSource:
    return FanOut(ScriptedSource(clock=surroundings.clock, script_for=built_in_script))


def _compare_server(name: str, backend: Backend, surroundings: Surroundings) -> ComparisonSource:
    tokens = token_store(name, surroundings.loaded, surroundings.environ)
    return CompareServerSource(network_settings(name, backend, surroundings), tokens, clock=surroundings.clock)


def network_settings(name: str, backend: Backend, surroundings: Surroundings) -> OpenAISettings:
    """Return what a source with a network address is built from."""
    assert isinstance(backend, NetworkBackend)
    return OpenAISettings(
        name=name,
        base_url=backend.base_url,
        key=key_finder(name, surroundings.loaded, surroundings.environ),
        headers=backend.headers,
        params=backend.params,
        connect_timeout_s=surroundings.loaded.settings.timeouts.connect_s,
        allow_insecure=backend.allow_insecure,
        trust_env=backend.trust_env,
    )


_Builder: TypeAlias = Callable[[str, Backend, Surroundings], ComparisonSource]
_BUILDERS: Mapping[type[Backend], _Builder] = {
    OpenRouterBackend: _openrouter,
    OpenAIBackend: _openai,
    LocalBackend: _local,
    ScriptedBackend: _scripted,
    CompareServerBackend: _compare_server,
}
