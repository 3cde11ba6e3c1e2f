"""The words of an error, found in whatever a server wrote. Sans-I/O."""

from __future__ import annotations

import html
import json
import re

from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.lenient import as_list, as_object, as_text

_MAX_CHARS = 1_000
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_GENERIC = frozenset(
    {"", "provider returned error", "error", "unknown error", "internal server error", "bad request", "upstream error"}
)


def error_object(decoded: Json) -> JsonObject:
    """Return the object that holds message and code: `error`, the first of `errors`, or the whole."""
    if isinstance(decoded, str):
        return {"message": decoded}
    envelope = as_object(decoded)
    inner = envelope.get("error") or next(iter(as_list(envelope.get("errors"))), None)
    if isinstance(inner, str):
        outer = as_text(envelope.get("message"))
        return {**envelope, "message": f"{inner}: {outer}" if outer and outer != inner else inner}
    if isinstance(inner, dict):
        return inner if message_of(inner) else {**inner, "message": message_of(envelope)}
    return envelope


def message_of(error: JsonObject) -> str:
    """Return the error's own words, or an empty text."""
    for name in ("message", "detail", "error", "msg"):
        value = error.get(name)
        if isinstance(value, str):
            return make_safe_line(value, _MAX_CHARS)
        if isinstance(value, dict):
            return message_of(value)
        if isinstance(value, list):
            return make_safe_line("; ".join(filter(None, map(_validation_text, value))), _MAX_CHARS)
    return ""


def upstream_of(metadata: JsonObject) -> str:
    """Return what the provider behind a router said: `raw` is text, JSON in text, or an object."""
    raw = metadata.get("raw")
    if isinstance(raw, str):
        try:
            decoded: Json = json.loads(raw)
        except (ValueError, RecursionError):
            decoded = None
        inner = message_of(error_object(decoded)) if isinstance(decoded, dict) else ""
        return inner or make_safe_line(raw, _MAX_CHARS)
    if isinstance(raw, dict):
        return message_of(error_object(raw)) or make_safe_line(json.dumps(raw), _MAX_CHARS)
    return ""


def is_generic(message: str) -> bool:
    """Whether the words say no more than that something failed."""
    return message.strip(" .").lower() in _GENERIC


def page_title(page: str) -> str:
    """Return the title of a web page, or the first of its words."""
    found = _TITLE.search(page)
    words = found.group(1) if found else _TAG.sub(" ", page)
    return make_safe_line(html.unescape(words), 120)


def _validation_text(item: Json) -> str:
    """FastAPI's list of what is wrong: where and what."""
    if isinstance(item, str):
        return item
    where = ".".join(str(part) for part in as_list(as_object(item).get("loc")))
    what = message_of(as_object(item))
    return f"{where}: {what}" if where and what else what
