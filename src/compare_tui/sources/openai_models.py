"""The models that an OpenAI-compatible server lists: `GET {base_url}/models`."""

from __future__ import annotations

import json
from collections.abc import Mapping

import httpx

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.errors import BackendError
from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.listed_model import ListedModel
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.secret import MissingKey, Secret
from compare_tui.sources.byte_stream import read_bounded
from compare_tui.sources.endpoint import key_fault, shown_url
from compare_tui.sources.http_client import build_client
from compare_tui.sources.http_request import build_request, url_under
from compare_tui.sources.lenient import as_int, as_list, as_object, as_text
from compare_tui.sources.settings import OpenAISettings
from compare_tui.sources.transport_faults import TRANSPORT_ERRORS, fault_before_answer

_LIMIT_S = 10.0
_MAX_BYTES = 16 * 1024 * 1024
_ADDRESS_HINT = "Is it the address up to and with /v1?"


async def list_models(settings: OpenAISettings) -> list[ListedModel]:
    """Return the models, in the server's order; a key is sent where there is one. Raises BackendError."""
    models = _models(await fetch_models(settings, key=_key(settings)))
    if models is None:
        shown = shown_url(f"{settings.base_url.rstrip('/')}/models")
        raise BackendError(f"{shown} does not list models.", hint=_ADDRESS_HINT)
    return models


async def fetch_models(
    settings: OpenAISettings, *, query: Mapping[str, str] | None = None, key: Secret | None = None
) -> bytes:
    """Return the body of the list. Raises BackendError with one clear line."""
    client = build_client(settings)
    if isinstance(client, AnswerError):
        raise BackendError(client.message, hint=client.hint)
    url = url_under(settings.base_url, "/models")
    shown = shown_url(str(url))
    try:
        async with client:
            request = build_request(client, settings, "GET", url.copy_merge_params(query or {}), key=key)
            request.extensions["timeout"] = {**request.extensions["timeout"], "read": _LIMIT_S}
            response = await client.send(request, stream=True)
            body = await read_bounded(response, max_bytes=_MAX_BYTES, within_s=_LIMIT_S)
            await response.aclose()
    except (*TRANSPORT_ERRORS, ValueError) as exc:
        fault = fault_before_answer(exc, settings)
        raise BackendError(fault.message, hint=fault.hint) from None
    if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise BackendError(f"{shown} wants a key, or another one.", hint=f"Check the key of backend {settings.name}.")
    if response.status_code != httpx.codes.OK:
        raise BackendError(f"{shown} answers with status {response.status_code}.", hint=_ADDRESS_HINT)
    return body


def _key(settings: OpenAISettings) -> Secret | None:
    """Return the key; a missing one does not hinder, for many servers list their models to everybody."""
    found = settings.key()
    if found is None or isinstance(found, MissingKey):
        return None
    fault = key_fault(found, settings)
    if fault is not None and fault.kind is ErrorKind.KEY:
        raise BackendError(fault.message, hint=fault.hint)
    return found


def _models(body: bytes) -> list[ListedModel] | None:
    try:
        decoded: Json = json.loads(body)
    except (ValueError, RecursionError):
        return None
    data = as_object(decoded).get("data")
    if not isinstance(data, list):
        return None
    return [_model(entry) for entry in map(as_object, as_list(data)) if as_text(entry.get("id"))]


def _model(entry: JsonObject) -> ListedModel:
    return ListedModel(
        id=make_safe_line(as_text(entry.get("id"))),
        name=make_safe_line(as_text(entry.get("name")), 120),
        provider=make_safe_line(as_text(entry.get("owned_by")), 60),
        # OpenRouter says context_length, vLLM max_model_len.
        input_tokens=as_int(entry.get("context_length")) or as_int(entry.get("max_model_len")),
        output_tokens=as_int(as_object(entry.get("top_provider")).get("max_completion_tokens")),
    )
