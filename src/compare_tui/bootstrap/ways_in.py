"""The ways in where no lane is named: a key, the names of models, a server, or the embedded model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from compare_tui.config.keys import key_finder
from compare_tui.config.keys_file import write_key
from compare_tui.config.load import Loaded
from compare_tui.config.schema import NetworkBackend
from compare_tui.config.toml_file import shown_path
from compare_tui.domain.errors import CompareTuiError
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.secret import Secret
from compare_tui.tui.services import Start, WayIn, WayInResult

FIRST_LANES = ("anthropic/claude-sonnet-4.5", "openai/gpt-5", "google/gemini-2.5-pro")
"""Suggested with a key of OpenRouter's; each can be changed at once."""
_OPENROUTER = "openrouter"
_SERVER_ADDRESS = "http://localhost:11434/v1"

Say = Callable[[str], None]


def find_start(
    loaded: Loaded,
    lanes: Sequence[LaneSpec],
    environ: Mapping[str, str],
    *,
    add_server: Callable[[str], Sequence[LaneSpec]],
    add_embedded: Callable[[Say], Sequence[LaneSpec]],
) -> Start | None:
    """Return what is missing and the ways in, or None if there are lanes."""
    if lanes:
        return None
    if _has_key(loaded, environ):
        missing = "No lane is named yet: a call names them with -m, and default_lineup in config.toml for every call."
        first = _names_way(loaded)
    else:
        missing = "There is no key yet, and no lane is named. One of these is enough to begin."
        first = _key_way(loaded)
    return Start(missing, (first, _server_way(add_server), _embedded_way(add_embedded)))


def _has_key(loaded: Loaded, environ: Mapping[str, str]) -> bool:
    backend = loaded.settings.backends.get(_OPENROUTER)
    if isinstance(backend, NetworkBackend) and backend.api_key_command:
        return True  # running it may ask a person for a password: not before it is needed
    return isinstance(key_finder(_OPENROUTER, loaded, environ)(), Secret)


def _key_way(loaded: Loaded) -> WayIn:
    def go(typed: str, _say: Say) -> WayInResult:
        def keep() -> WayInResult:
            write_key(loaded.paths.keys_file, _OPENROUTER, typed)
            kept = f"The key is kept in {shown_path(loaded.paths.keys_file)}."
            return WayInResult(_parse(loaded, FIRST_LANES), notice=f"{kept} m changes the lanes.")

        return _told(keep)

    text = "Any model that openrouter.ai serves. The key is kept in keys.toml, which only you can read."
    return WayIn("k", "Paste an OpenRouter key", text, go, asks="OpenRouter key", is_secret=True)


def _names_way(loaded: Loaded) -> WayIn:
    def go(typed: str, _say: Say) -> WayInResult:
        return _told(lambda: WayInResult(_parse(loaded, typed.split())))

    text = "Their names at your default backend, separated by spaces; name@backend for another one."
    return WayIn("l", "Name the models", text, go, asks="models", suggestion=" ".join(FIRST_LANES))


def _server_way(add_server: Callable[[str], Sequence[LaneSpec]]) -> WayIn:
    def go(typed: str, _say: Say) -> WayInResult:
        return _told(lambda: WayInResult(tuple(add_server(typed)), notice="m changes the lanes."))

    text = "Ollama, llama.cpp, LM Studio, vLLM: any address that speaks the OpenAI API."
    return WayIn("s", "Use a server of yours", text, go, asks="address", suggestion=_SERVER_ADDRESS)


def _embedded_way(add_embedded: Callable[[Say], Sequence[LaneSpec]]) -> WayIn:
    def go(_typed: str, say: Say) -> WayInResult:
        return _told(lambda: WayInResult(tuple(add_embedded(say))))

    text = "SmolLM2, 135 million parameters: no key, no network, fluent and often wrong. 127 MB to fetch once."
    return WayIn("e", "Run the embedded model", text, go)


def _parse(loaded: Loaded, spellings: Sequence[str]) -> tuple[LaneSpec, ...]:
    return tuple(lane for spelling in spellings for lane in loaded.parse_lanes(spelling))


def _told(go: Callable[[], WayInResult]) -> WayInResult:
    try:
        return go()
    except CompareTuiError as fault:
        return WayInResult(error=str(fault))
