"""A server named in the app: its models become lanes, and it is remembered in choices.toml."""

from __future__ import annotations

import asyncio

from compare_tui.config.choices import write_choices
from compare_tui.config.load import Loaded, load
from compare_tui.domain.errors import BackendError
from compare_tui.domain.lane_spelling import spell_lane
from compare_tui.domain.lanes import LaneSpec

SERVER = "server"
_FIRST_LANES = 3


def adopt_server(loaded: Loaded, address: str) -> tuple[Loaded, tuple[LaneSpec, ...]]:
    """Return the configuration with the server at `address` in it, and lanes of its first models.

    It is kept as backend `server` and as the default line-up. Raises CompareTuiError.
    """
    from compare_tui.sources.openai_models import list_models
    from compare_tui.sources.settings import OpenAISettings

    base_url = address if "://" in address else f"http://{address}"
    models = asyncio.run(list_models(OpenAISettings(SERVER, base_url, lambda: None)))
    if not models:
        raise BackendError(f"The server at {base_url} has no model yet.", hint="Load one there first.")
    lanes = tuple(LaneSpec(model.id, SERVER) for model in models[:_FIRST_LANES])
    choices = {
        "backends": {SERVER: {"kind": "openai", "base_url": base_url}},
        "lineups": {SERVER: {"lanes": [spell_lane(lane, "") for lane in lanes]}},
        "default_lineup": SERVER,
    }
    write_choices(loaded.paths.choices_file, choices)
    return load(loaded.paths), lanes
