"""What a lane's parameters and tier become in a request to a compare server. Sans-I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compare_tui.domain.json_types import Json
from compare_tui.domain.messages import AnswerRequest
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.tiers import TIER_LIMITS, Tier
from compare_tui.sources.compare_shape import BASE_FIELDS, ServerShape
from compare_tui.sources.lenient import as_object
from compare_tui.sources.openai_request_wire import merged_params

_OURS = frozenset({"system", "n"})
_FIXED = frozenset({"input_data", "models", "conversation_history", "tier", "messages", "model", "stream"})
_OTHER_NAMES = {"web_search": "enable_web_search", "max_completion_tokens": "max_tokens"}
_RANGES: Mapping[str, tuple[float, float]] = {
    "temperature": (0.0, 2.0),
    "top_p": (0.0, 1.0),
    "max_tokens": (256, 65_536),
}
"""The servers' own limits; a request beyond them is answered with status 400."""


@dataclass(frozen=True, slots=True)
class LaneFields:
    """The fields of a request that a lane asks for, what to warn of, and why it cannot be sent."""

    fields: Mapping[str, Json]
    warnings: tuple[str, ...] = ()
    fault: str = ""


def lane_fields(request: AnswerRequest, defaults: Mapping[str, Json], shape: ServerShape) -> LaneFields:
    """Return what `request` asks of a server of this shape."""
    params = merged_params(defaults, request.lane.params)
    named = {_OTHER_NAMES.get(name, name): value for name, value in params.items()}
    wanted = {name: value for name, value in named.items() if name not in _OURS and value is not None}
    warnings = [f"{name} was not sent: it is not a parameter of a lane." for name in sorted(_FIXED & wanted.keys())]
    unknown = sorted(wanted.keys() - shape.fields - _FIXED)
    if unknown:
        warnings.append(f"Left out, for this server does not know it: {', '.join(map(_shown, unknown))}.")
    fields = {name: value for name, value in wanted.items() if name in shape.fields - _FIXED - BASE_FIELDS}
    fault = _first_fault(fields)
    tier_fields, tier_warning = _tier_fields(request.tier or Tier.STANDARD, shape)
    if tier_warning:
        warnings.append(tier_warning)
    return LaneFields({**tier_fields, **fields}, tuple(warnings), fault)


def _tier_fields(tier: Tier, shape: ServerShape) -> tuple[dict[str, Json], str]:
    """Return how the tier is told: by its name, or by its limit of answer tokens."""
    if tier in shape.tiers:
        return {"tier": tier.value}, ""
    tokens = TIER_LIMITS[tier].answer_tokens
    if "max_tokens" in shape.fields:
        return {"max_tokens": tokens}, ""
    if not shape.tiers:
        return {}, f"This server takes no limit of answer tokens: the {tokens:,} of the tier {tier} are not in force."
    larger = shape.tiers[0]
    words = f"This server has no tier {tier}: sent as {larger}, so an answer may have "
    return {"tier": larger.value}, f"{words}{TIER_LIMITS[larger].answer_tokens:,} tokens."


def _first_fault(fields: Mapping[str, Json]) -> str:
    for name, (least, most) in _RANGES.items():
        value = fields.get(name)
        if value is None:
            continue
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not least <= value <= most:  # type: ignore[operator]
            return f"{name} = {_shown(value)}: this server takes a number from {least:g} to {most:,g}."
    searches = fields.get("enable_web_search")
    if searches is not None and not isinstance(searches, bool):
        return f"enable_web_search = {_shown(searches)}: this server takes true or false."
    images = fields.get("attached_images")
    if images is not None and not _are_images(images):
        return "attached_images must be a list of tables with mime_type and base64_data."
    return ""


def _are_images(images: Json) -> bool:
    if not isinstance(images, list):
        return False
    wanted = ("mime_type", "base64_data")
    return all(isinstance(as_object(image).get(name), str) for image in images for name in wanted)


def _shown(value: Json) -> str:
    return make_safe_line(str(value), 40)
