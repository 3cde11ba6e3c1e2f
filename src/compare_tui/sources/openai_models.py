"""The models that an OpenAI-compatible server lists: `GET {base_url}/models`."""

from __future__ import annotations

import json

import httpx

from compare_tui.domain.answers import AnswerError
from compare_tui.domain.errors import BackendError
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.byte_stream import read_bounded
from compare_tui.sources.endpoint import shown_url
from compare_tui.sources.http_client import build_client
from compare_tui.sources.http_request import url_under
from compare_tui.sources.settings import OpenAISettings
from compare_tui.sources.transport_faults import TRANSPORT_ERRORS, fault_before_answer

_LIMIT_S = 10.0
_MAX_BYTES = 16 * 1024 * 1024


async def list_models(settings: OpenAISettings) -> list[str]:
    """Return the models' names, in the server's order, without a key. Raises BackendError with one clear line."""
    client = build_client(settings)
    if isinstance(client, AnswerError):
        raise BackendError(client.message, hint=client.hint)
    url = url_under(settings.base_url, "/models")
    shown = shown_url(str(url))
    try:
        async with client, client.stream("GET", url, timeout=_LIMIT_S) as response:
            body = await read_bounded(response, max_bytes=_MAX_BYTES, within_s=_LIMIT_S)
            status = response.status_code
    except TRANSPORT_ERRORS as exc:
        fault = fault_before_answer(exc, settings)
        raise BackendError(fault.message, hint=fault.hint) from None
    if status != httpx.codes.OK:
        raise BackendError(f"{shown} answers with status {status}.", hint="Is it the address up to and with /v1?")
    names = _names(body)
    if names is None:
        raise BackendError(f"{shown} does not list models.", hint="Is it the address up to and with /v1?")
    return names


def _names(body: bytes) -> list[str] | None:
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError):
        return None
    data = decoded.get("data") if isinstance(decoded, dict) else None
    if not isinstance(data, list):
        return None
    return [
        make_safe_line(entry["id"]) for entry in data if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    ]
