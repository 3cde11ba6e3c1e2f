"""How a lane is spelled: `MODEL[@BACKEND][,key=value...]`, and the table that says the same in the config.

Commas outside double quotes and brackets separate. Values are JSON, else strings; dotted keys nest; a model or a key
with signs of the spelling in it stands in double quotes. `n=k` makes k lanes, with seed, seed+1, ... if a seed is set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence

from compare_tui.domain.errors import UsageError
from compare_tui.domain.json_types import Json
from compare_tui.domain.lane_pairs import check_sendable, parse_key, parse_value, put, shown, spell_pairs, split_outside
from compare_tui.domain.lanes import MAX_LANES, LaneSpec
from compare_tui.domain.nearest import hint_nearest
from compare_tui.domain.safe_text import make_safe

OPENROUTER = "openrouter"
"""The backend that `@preset/...` belongs to."""

KNOWN_KEYS = frozenset(
    {
        "cache_control", "debug", "frequency_penalty", "include_reasoning", "logit_bias", "logprobs",
        "max_completion_tokens", "max_tokens", "min_p", "models", "parallel_tool_calls", "plugins", "prediction",
        "presence_penalty", "preset", "provider", "reasoning", "reasoning_effort", "repetition_penalty",
        "response_format", "seed", "service_tier", "session_id", "stop", "structured_outputs", "system",
        "temperature", "tool_choice", "tools", "top_a", "top_k", "top_logprobs", "top_p", "transforms", "user",
        "verbosity",
    }
)  # fmt: skip
"""First parts of the keys that are known to mean something: OpenRouter's, OpenAI's, and `system`, which is ours."""

_OWN_FIELDS = frozenset({"model", "messages", "stream", "stream_options"})
"""Fields of a request that are never a lane's parameter."""

_PAIR_HINT = 'Each lane has an -m of its own; a value with a comma stands in "quotes".'
_BACKEND = re.compile(r"[a-z0-9_-]+")
_MODEL_NEEDS_QUOTES = re.compile(r'[,"\[\]{}\s]|^$')


def parse_lanes(spelling: str, *, backends: Collection[str], default_backend: str) -> list[LaneSpec]:
    """Return the lanes that `spelling` stands for: one, or `n`. Raises UsageError."""
    try:
        head, *pairs = split_outside(spelling, ",")
        model, backend = _parse_head(head.strip(), default_backend)
        params: dict[str, Json] = {}
        for pair in pairs:
            key, *value = split_outside(pair, "=", at_most=1)
            if not value:
                raise UsageError(f"{shown(pair.strip())} is not key=value.", hint=_PAIR_HINT)
            put(params, parse_key(key.strip()), parse_value(value[0].strip()))
        return _make_lanes(model, backend, params, backends, default_backend)
    except UsageError as error:
        where = f"Lane {shown(spelling)}" if spelling.strip() else "An empty lane"
        raise UsageError(f"{where}: {error.message}", hint=error.hint) from None


def lanes_of_table(table: Mapping[str, Json], *, backends: Collection[str], default_backend: str) -> list[LaneSpec]:
    """Return the lanes of a table with `model`, `backend` if not the default, and parameters. Raises UsageError."""
    params = dict(table)
    model = params.pop("model", None)
    if not isinstance(model, str):
        raise UsageError('A lane\'s table needs a model: model = "...".')
    backend = params.pop("backend", None)
    if backend is None:
        backend = _backend_without_name(model, default_backend)
    if not isinstance(backend, str):
        raise UsageError(f"Lane {shown(model)}: backend is a name in quotes.")
    return _make_lanes(model, backend, params, backends, default_backend)


def spell_lane(spec: LaneSpec, default_backend: str) -> str:
    """Return the shortest spelling that `parse_lanes` reads as `spec`."""
    model = json.dumps(spec.model, ensure_ascii=False) if _MODEL_NEEDS_QUOTES.search(spec.model) else spec.model
    head = model
    if _parse_head(head, default_backend) != (spec.model, spec.backend):
        head = f"{model}@{spec.backend}"
    return ",".join((head, *(f"{key}={value}" for key, value in spell_pairs(spec.params))))


def unknown_keys(spec: LaneSpec) -> tuple[str, ...]:
    """Return the parameters that nobody is known to understand; they are sent on as they are."""
    return tuple(sorted(key for key in spec.params if key not in KNOWN_KEYS))


def check_params(params: Mapping[str, Json]) -> None:
    """Raise UsageError for parameters that cannot be sent, or that are not for a person to set."""
    check_sendable(params)
    for key in sorted(_OWN_FIELDS & params.keys()):
        raise UsageError(f"{key} is not a parameter: every request has its own.")


def check_lane_count(lanes: Sequence[LaneSpec]) -> None:
    """Raise UsageError if there are more lanes than a comparison holds."""
    if len(lanes) > MAX_LANES:
        raise UsageError(f"{len(lanes)} lanes are too many: a comparison holds at most {MAX_LANES}.")


def _make_lanes(
    model: str, backend: str, params: dict[str, Json], backends: Collection[str], default_backend: str
) -> list[LaneSpec]:
    if not model.strip():
        raise UsageError("The model is missing.")
    if make_safe(model) != model or "\n" in model or "\t" in model:
        raise UsageError("The model's name holds a control character.")
    if backend not in backends:
        hint = f"If it is part of the model's name, write {shown(f'{model}@{backend}@{default_backend}')}."
        raise UsageError(f"No backend is called {backend}.", hint=f"{hint_nearest(backend, backends)} {hint}")
    check_params(params)
    if not isinstance(params.get("system", ""), str):
        raise UsageError("system is a text.", hint='A number or a list that is meant as text stands in "quotes".')
    count = params.pop("n", 1)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MAX_LANES:
        raise UsageError(f"n={shown(json.dumps(count))} is not allowed: a whole number from 1 to {MAX_LANES}.")
    seed = params.get("seed")
    if count == 1 or seed is None:
        return [LaneSpec(model, backend, dict(params)) for _ in range(count)]
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise UsageError("With n, seed is a whole number: the lanes get seed, seed+1, ...")
    return [LaneSpec(model, backend, {**params, "seed": seed + number}) for number in range(count)]


def _parse_head(head: str, default_backend: str) -> tuple[str, str]:
    if head.startswith('"'):
        model: str
        try:
            model, end = json.JSONDecoder().raw_decode(head)
        except ValueError:
            raise UsageError("The quoted model is not a JSON string.") from None
        rest = head[end:]
        if rest and not (rest[0] == "@" and _BACKEND.fullmatch(rest[1:])):
            raise UsageError("After a quoted model comes @BACKEND or a comma.")
        return model, rest[1:] or _backend_without_name(model, default_backend)
    model, at, backend = head.rpartition("@")
    if at and _BACKEND.fullmatch(backend):
        return model, backend
    return head, _backend_without_name(head, default_backend)


def _backend_without_name(model: str, default_backend: str) -> str:
    return OPENROUTER if model.rpartition("@")[2].startswith("preset/") and "@" in model else default_backend
