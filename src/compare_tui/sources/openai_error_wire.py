"""Errors of OpenAI-compatible servers and of what stands before them: any shape in, one AnswerError out.

Sans-I/O. Shapes: OpenRouter (`error.metadata`, `error.availability`), OpenAI, llama.cpp, vLLM, Ollama, LM Studio,
FastAPI's `detail`, plain text, and the web page of a proxy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.error_text import error_object, is_generic, message_of, page_title, upstream_of
from compare_tui.sources.lenient import as_int, as_list, as_object, as_text
from compare_tui.sources.retry_after import retry_after_s

_RETRYABLE = frozenset({408, 429, 500, 502, 503, 504, 524, 529})
_TIMEOUTS = frozenset({408, 504, 524})
_ABOUT_THE_KEY = re.compile(r"\bkeys?\b|permission|credential|unauthori[sz]ed|not authori[sz]ed", re.IGNORECASE)
_CODE_OF_WORD = {
    "authentication_error": 401,
    "content_policy_violation": 403,
    "context_length_exceeded": 400,
    "insufficient_quota": 429,
    "invalid_api_key": 401,
    "invalid_request_error": 400,
    "overloaded_error": 529,
    "payment_required": 402,
    "permission_denied": 403,
    "provider_overloaded": 503,
    "provider_unavailable": 502,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "refusal": 403,
    "server": 500,
    "server_error": 500,
    "timeout": 504,
    "unavailable_error": 503,
}
"""What a server's own word means where it gives no number; other words count as a fault of the server."""


@dataclass(frozen=True, slots=True)
class ErrorContext:
    """What the place of an error tells about it."""

    backend: str
    now: float = 0.0
    """Wall clock, Unix seconds: a Retry-After may be a date."""
    status: int = 200
    """The HTTP status; 200 for an error in mid-stream."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the response, names in lower case."""
    payment_url: str = ""
    address_hint: str = "it often ends in /v1"
    """What is often wrong with the backend's base_url."""


def error_from_response(body: bytes, media_type: str, context: ErrorContext) -> AnswerError:
    """Return the error that a whole response tells of, one that is neither a stream nor an answer."""
    text = body.decode("utf-8", "replace").strip()
    if media_type == "text/html" or text[:15].lower().startswith(("<!doctype html", "<html")):
        return _error_from_words(
            f"A proxy answered with a web page{_shown_status(context)}: {page_title(text)}", context
        )
    text = _without_frame(text)
    try:
        decoded: Json = json.loads(text)
    except (ValueError, RecursionError):
        decoded = None
    if isinstance(decoded, dict | list):
        return error_from_json(decoded, context)
    said = make_safe_line(text) or "no reason given"
    return _error_from_words(f"The server answered{_shown_status(context)}: {said}", context)


def error_from_json(decoded: Json, context: ErrorContext) -> AnswerError:
    """Return the error that a decoded body or frame tells of: an object with `error`, or the error itself."""
    if isinstance(decoded, list):
        decoded = decoded[0] if decoded else None
    envelope = as_object(decoded)
    error = error_object(decoded)
    metadata = as_object(error.get("metadata"))
    availability = as_object(error.get("availability") or envelope.get("availability"))
    word = _word(error, metadata, availability)
    code = _code(error, context)
    meaning = code or _CODE_OF_WORD.get(word)
    provider = make_safe_line(as_text(metadata.get("provider_name")) or as_text(envelope.get("provider")), 100)
    message, upstream = _words(error, metadata, provider)
    hints = (*_advice(meaning, word, metadata, availability, context), upstream)
    return AnswerError(
        kind=_kind(meaning, message, metadata),
        message=message or f"The server answered{_shown_status(context)} without a reason.",
        code=code,
        type=make_safe_line(word, 100) or None,
        provider=provider or None,
        retry_after_s=retry_after_s(
            context.headers, {**error, "availability": availability}, now=context.now, limited=meaning == 429
        ),
        hint=" ".join(filter(None, hints)),
        retryable=meaning in _RETRYABLE and availability.get("retryable") is not False and word != "insufficient_quota",
    )


def _without_frame(text: str) -> str:
    """Return the data of the first event of a body that is framed as a stream, else the body."""
    if not text.startswith(("data:", "event:", ":")):
        return text
    lines = (line.strip() for line in text.split("\n"))
    return next((data for line in lines if line.startswith("data:") and (data := line[5:].strip())), text)


def _error_from_words(message: str, context: ErrorContext) -> AnswerError:
    """Return the error of a body without structure. A success status with such a body breaks the protocol."""
    is_error = context.status >= HTTPStatus.BAD_REQUEST
    hints = _advice(context.status, "", {}, {}, context)
    if context.status == HTTPStatus.NOT_FOUND or not is_error:
        hints = (f"Check base_url of backend {context.backend}: {context.address_hint}.",)
    return AnswerError(
        kind=_kind(context.status, message, {}) if is_error else ErrorKind.PROTOCOL,
        message=message,
        code=context.status,
        retry_after_s=retry_after_s(context.headers, {}, now=context.now, limited=context.status == 429),
        hint=" ".join(hints),
        retryable=context.status in _RETRYABLE,
    )


def _shown_status(context: ErrorContext) -> str:
    try:
        phrase = f" {HTTPStatus(context.status).phrase}"
    except ValueError:
        phrase = ""
    return f" HTTP {context.status}{phrase}" if context.status != HTTPStatus.OK else ""


def _code(error: JsonObject, context: ErrorContext) -> int | None:
    if context.status >= HTTPStatus.BAD_REQUEST:
        return context.status
    return as_int(error.get("code")) or as_int(error.get("http_status")) or as_int(error.get("status"))


def _word(error: JsonObject, metadata: JsonObject, availability: JsonObject) -> str:
    """Return the server's own word. OpenAI's `type` counts only without a number: beside one it says nothing more."""
    code = error.get("code")
    found = (
        as_text(metadata.get("error_type")),
        as_text(error.get("error_type")),
        as_text(code) if as_int(code) is None else "",
        as_text(availability.get("code")),
        as_text(error.get("type")) if as_int(code) is None else "",
    )
    return next(filter(None, found), "")


def _words(error: JsonObject, metadata: JsonObject, provider: str) -> tuple[str, str]:
    """Return the message, and what the provider said if the message does not hold it."""
    message = message_of(error)
    upstream = upstream_of(metadata)
    if not upstream or upstream in message:
        return message, ""
    said = f"[{provider}] {upstream}" if provider else upstream
    if is_generic(message):
        return f"{message.rstrip('.')}: {said}" if message else said, ""
    return message, f"The provider said: {said}"


def _kind(code: int | None, message: str, metadata: JsonObject) -> ErrorKind:
    if code == 401 or (code == 403 and not metadata.get("reasons") and _ABOUT_THE_KEY.search(message)):
        return ErrorKind.KEY
    if code == 429:
        return ErrorKind.RATE_LIMIT
    if code in _TIMEOUTS:
        return ErrorKind.TIMEOUT
    return ErrorKind.REQUEST if code is not None and 400 <= code < 500 else ErrorKind.SERVER


def _advice(
    code: int | None, word: str, metadata: JsonObject, availability: JsonObject, context: ErrorContext
) -> tuple[str, ...]:
    advice = []
    models = _names(availability.get("fallback_models"))
    if models:
        advice.append(f"Try {' or '.join(models[:3])}.")
    reasons = _names(metadata.get("reasons"))
    if reasons:
        flagged = make_safe_line(as_text(metadata.get("flagged_input")), 120)
        advice.append(f"Flagged for {', '.join(reasons)}{f': {flagged}' if flagged else ''}.")
    if code == 401:
        advice.append(f"Check the key of backend {context.backend}.")
    elif code == 402 and context.payment_url:
        advice.append(f"Add credits at {context.payment_url}.")
    elif not models and "model_not_found" in (word, availability.get("code")):
        advice.append("Check the model's name.")
    return tuple(advice)


def _names(value: Json) -> list[str]:
    return [make_safe_line(name, 100) for name in map(as_text, as_list(value)) if name]
