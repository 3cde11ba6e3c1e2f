"""OpenRouter's list of models: JSON in, prices out. Sans-I/O.

Prices are decimal texts in USD per token: https://openrouter.ai/docs/api-reference/list-available-models
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.prices import Price
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.lenient import as_float, as_int, as_list, as_object, as_text

_SUFFIXES = (":nitro", ":exacto", ":extended")
"""Variants that the list may not have, at the price of the model itself or above: their price is not known."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model of the list."""

    id: str
    name: str
    context_length: int | None
    price: Price | None
    """None: it has none that one could reckon with, as a router's."""


def read_models(body: bytes) -> dict[str, ModelInfo] | None:
    """Return the models by their ids, aliases included, or None if the body is no such list."""
    try:
        decoded: Json = json.loads(body)
    except (ValueError, RecursionError):
        return None
    data = as_object(decoded).get("data")
    if not isinstance(data, list):
        return None
    models: dict[str, ModelInfo] = {}
    for entry in map(as_object, as_list(data)):
        model = _model(entry)
        if model is None:
            continue
        models[model.id] = model
        slug = make_safe_line(as_text(entry.get("canonical_slug")), 200)
        if slug:
            models.setdefault(slug, model)
    return models


def price_of(models: Mapping[str, ModelInfo], model: str) -> Price | None:
    """Return the price of a model as a lane spells it, or None if it is not known."""
    if model.endswith(":floor"):  # the cheapest host: never above the price that is listed
        model = model.removesuffix(":floor")
    elif model.endswith(_SUFFIXES) and model not in models:
        return None
    known = models.get(model)
    return None if known is None else known.price


def _model(entry: JsonObject) -> ModelInfo | None:
    identity = make_safe_line(as_text(entry.get("id")), 200)
    if not identity:
        return None
    top = as_object(entry.get("top_provider"))
    context = as_int(entry.get("context_length"))
    most = as_int(top.get("max_completion_tokens")) or context
    name = make_safe_line(as_text(entry.get("name")), 200) or identity
    return ModelInfo(identity, name, context, _price(as_object(entry.get("pricing")), most))


def _price(pricing: JsonObject, most_tokens: int | None) -> Price | None:
    prompt, completion = as_float(pricing.get("prompt")), as_float(pricing.get("completion"))
    if prompt is None or completion is None or prompt < 0 or completion < 0:
        return None  # routers say -1: it depends
    overrides = [as_object(one) for one in as_list(pricing.get("overrides"))]
    return Price(
        max([prompt, *_all(overrides, "prompt")]),
        max([completion, *_all(overrides, "completion")]),
        reasoning_usd=max(0.0, as_float(pricing.get("internal_reasoning")) or 0.0),
        request_usd=max(0.0, as_float(pricing.get("request")) or 0.0),
        most_completion_tokens=most_tokens,
    )


def _all(overrides: list[JsonObject], name: str) -> list[float]:
    """Return what long prompts or busy hours cost: at worst all of it applies."""
    return [price for override in overrides if (price := as_float(override.get(name))) is not None]
