"""The body of a chat completion request. Sans-I/O."""

from __future__ import annotations

from collections.abc import Mapping

from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.messages import AnswerRequest, Message, Role
from compare_tui.sources.lenient import as_int, as_object, as_text
from compare_tui.sources.reasoning_details import whole_blocks
from compare_tui.sources.settings import Dialect

_OURS = frozenset({"system", "n"})
"""Read when lanes are made and messages built; never sent."""
_FIXED = frozenset({"messages", "model", "stream"})
_TOKEN_LIMITS = ("max_tokens", "max_completion_tokens")
_REASONING_SHARE = {
    "max": 0.95, "xhigh": 0.95, "high": 0.8, "medium": 0.5, "low": 0.2, "minimal": 0.1, "none": 0.0,
}  # fmt: skip
"""The part of max_tokens that an effort may take: https://openrouter.ai/docs/use-cases/reasoning-tokens"""
_MAX_REASONING_TOKENS = 32_768
"""More would shut out most providers: only those that allow the whole length are asked."""
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
    limit = _token_limit(request, params)
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


def _token_limit(request: AnswerRequest, params: JsonObject) -> int | None:
    """Return the tier's limit of answer tokens with the reasoning's on top, unless the lane names a limit."""
    answer_tokens = request.answer_tokens
    if answer_tokens is None or any(name in params for name in _TOKEN_LIMITS):
        return None
    return answer_tokens + _reasoning_tokens(answer_tokens, params)


def _reasoning_tokens(answer_tokens: int, params: JsonObject) -> int:
    reasoning = as_object(params.get("reasoning"))
    asked = as_int(reasoning.get("max_tokens"))
    if asked is not None:
        return max(asked, 0)
    effort = as_text(reasoning.get("effort")) or as_text(params.get("reasoning_effort"))
    if not effort and (reasoning.get("enabled") is True or params.get("include_reasoning") is True):
        effort = "medium"
    share = _REASONING_SHARE.get(effort, 0.0)
    return min(round(answer_tokens * share / (1 - share)), _MAX_REASONING_TOKENS)
