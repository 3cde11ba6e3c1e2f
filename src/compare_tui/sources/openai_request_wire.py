"""The body of a chat completion request. Sans-I/O."""

from __future__ import annotations

from collections.abc import Mapping

from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.messages import AnswerRequest, Message, Role
from compare_tui.domain.token_limits import tier_token_limit
from compare_tui.sources.lenient import as_object
from compare_tui.sources.reasoning_details import whole_blocks
from compare_tui.sources.settings import Dialect

_OURS = frozenset({"system", "n"})
"""Read when lanes are made and messages built; never sent."""
_FIXED = frozenset({"messages", "model", "stream"})
_MAX_SESSION_CHARS = 256


def request_body(
    request: AnswerRequest, defaults: Mapping[str, Json], dialect: Dialect
) -> tuple[dict[str, Json], list[str]]:
    """Return the body and what to warn of.

    The backend's `defaults` come first, the lane's own parameters win; tables merge, lists replace. A parameter of
    null takes away what would be sent otherwise.
    """
    params = merged_params(defaults, request.lane.params)
    warnings = [f"{name} was not sent: it is not a parameter of a lane." for name in sorted(_FIXED & params.keys())]
    if unknown := sorted(dialect.unknown_fields & params.keys()):
        warnings.append(f"Left out, for only OpenRouter knows it: {', '.join(unknown)}.")
    body: dict[str, Json] = {
        "model": request.lane.model,
        "messages": [_message(message) for message in request.messages],
        "stream": True,
    }
    if dialect.asks_for_usage:
        body["stream_options"] = {"include_usage": True}
    if dialect.names_session and request.comparison:
        body["session_id"] = f"{request.comparison}-{request.lane.id}"[-_MAX_SESSION_CHARS:]
    limit = tier_token_limit(request, params)
    if limit is not None:
        body[dialect.token_limit] = limit
    left_out = _OURS | _FIXED | dialect.unknown_fields
    body.update({name: value for name, value in params.items() if name not in left_out})
    return {name: value for name, value in body.items() if value is not None}, warnings


def _message(message: Message) -> JsonObject:
    plain: dict[str, Json] = {"role": message.role.value, "content": _sendable(message.content)}
    if message.role is Role.ASSISTANT and message.reasoning_details:
        plain["reasoning_details"] = whole_blocks(message.reasoning_details)
    return plain


def _sendable(text: str) -> str:
    """Half a surrogate pair, as a file or a terminal may give it, is refused by many servers."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def merged_params(defaults: JsonObject, own: JsonObject) -> dict[str, Json]:
    """Return a backend's parameters under a lane's own: tables merge, everything else is replaced."""
    merged = dict(defaults)
    for name, value in own.items():
        known = merged.get(name)
        both = isinstance(known, Mapping) and isinstance(value, Mapping)
        merged[name] = merged_params(as_object(known), as_object(value)) if both else value
    return merged
