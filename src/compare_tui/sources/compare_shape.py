"""What a compare server is like: its prefix, its generation, the fields that its requests may have. Sans-I/O.

Three generations are in use. OCT (October 2025) has no prefix and streams one model after the other; CA (November 2025)
lives under `/api` and streams all at once, but says `done` before a model's last text; CI (2026) has no tiers, but
parameters, images, reasoning and a history that is tagged by model. Versions between them are told by their fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.tiers import Tier
from compare_tui.sources.lenient import as_object, as_text

PREFIXES = ("/api", "/api/v1", "")
"""In the order in which they are looked for."""
STREAM_PATH = "/compare-stream"
WHOLE_PATH = "/compare"
"""The same without a stream; the older servers have both."""

BASE_FIELDS = frozenset({"input_data", "models", "conversation_history", "browser_fingerprint"})
_CI_FIELDS = BASE_FIELDS | {
    "attached_images",
    "client_source",
    "conversation_id",
    "enable_web_search",
    "estimated_input_tokens",
    "image_config",
    "location",
    "max_tokens",
    "temperature",
    "timezone",
    "top_p",
}


class Generation(StrEnum):
    """The three generations that were met."""

    OCT = "OCT"
    CA = "CA"
    CI = "CI"


_TITLES = {Generation.OCT: "October 2025", Generation.CA: "November 2025", Generation.CI: "2026"}
_FIELDS = {
    Generation.OCT: BASE_FIELDS | {"tier"},
    Generation.CA: BASE_FIELDS | {"tier", "conversation_id"},
    Generation.CI: _CI_FIELDS,
}


@dataclass(frozen=True, slots=True)
class ServerShape:
    """What is known of one server."""

    prefix: str
    generation: Generation | None
    fields: frozenset[str]
    """What a request may hold; the servers ignore other fields without a word."""
    tags_history: bool
    """Each message of the history may name its model; else every model is given the same history."""
    guessed_from: str
    streams: bool = True
    """False where there are only whole answers, from `/compare`."""

    @property
    def title(self) -> str:
        """The generation in words."""
        return f"{self.generation} ({_TITLES[self.generation]})" if self.generation else "unknown"

    @property
    def is_sequential(self) -> bool:
        """One model after the other."""
        return self.generation is Generation.OCT

    @property
    def done_is_last(self) -> bool:
        """No text of a model follows its `done`."""
        return self.generation in (Generation.OCT, Generation.CI)

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers that the server knows by name."""
        if "tier" not in self.fields:
            return ()
        return tuple(Tier) if self.generation is Generation.OCT else (Tier.STANDARD, Tier.EXTENDED)


def unknown_shape(prefix: str) -> ServerShape:
    """Return the shape of a server that tells nothing: every field is sent, nothing is relied upon."""
    return ServerShape(prefix, None, _CI_FIELDS | {"tier"}, tags_history=False, guessed_from="nothing that it says")


def shape_from_openapi(document: Json) -> ServerShape | None:
    """Return the shape that a server's own `/openapi.json` tells, or None if it has no `/compare-stream`."""
    paths = as_object(as_object(document).get("paths"))
    tried = [(prefix, path) for path in (STREAM_PATH, WHOLE_PATH) for prefix in PREFIXES]
    prefix, path = next(((prefix, path) for prefix, path in tried if f"{prefix}{path}" in paths), (None, ""))
    if prefix is None:
        return None
    operation = as_object(as_object(paths[f"{prefix}{path}"]).get("post"))
    content = as_object(as_object(operation.get("requestBody")).get("content"))
    schema = _resolved(as_object(content.get("application/json")).get("schema"), document)
    fields = frozenset(as_object(schema.get("properties")))
    if not fields:
        return None
    tags = "model_id" in _fields_of_message(schema, document)
    generation = _generation_of(fields, prefix)
    return ServerShape(prefix, generation, fields, tags, "/openapi.json", streams=path == STREAM_PATH)


def shape_from_status(status: Json, prefix: str) -> ServerShape | None:
    """Return the shape that `/rate-limit-status` under `prefix` hints at, or None if it is something else."""
    names = as_object(status).keys()
    if "subscription_tier" not in names:
        return None
    if "credits_allocated" not in names:
        generation = Generation.OCT if not prefix else Generation.CA
    else:
        generation = Generation.CA if "daily_extended_limit" in names else Generation.CI
    tags = generation is Generation.CI
    return ServerShape(prefix, generation, _FIELDS[generation], tags, "/rate-limit-status")


def _generation_of(fields: frozenset[str], prefix: str) -> Generation | None:
    if "tier" in fields:
        return Generation.CA if prefix else Generation.OCT
    return Generation.CI if "temperature" in fields else None


def _fields_of_message(schema: JsonObject, document: Json) -> set[str]:
    history = as_object(as_object(schema.get("properties")).get("conversation_history"))
    return {
        name for items in _item_schemas(history) for name in as_object(_resolved(items, document).get("properties"))
    }


def _item_schemas(schema: JsonObject) -> Iterator[Json]:
    """Yield what the items of a list may be; `anyOf` stands around a list that may be null."""
    if "items" in schema:
        yield schema["items"]
    options = schema.get("anyOf")
    for option in options if isinstance(options, list) else []:
        yield from _item_schemas(as_object(option))


def _resolved(schema: Json, document: Json) -> JsonObject:
    """Follow one `$ref` within the document."""
    reference = as_text(as_object(schema).get("$ref"))
    if not reference.startswith("#/"):
        return as_object(schema)
    found = as_object(document)
    for step in reference.removeprefix("#/").split("/"):
        found = as_object(found.get(step))
    return found
