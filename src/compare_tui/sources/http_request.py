"""A request to a backend: address, headers, key, body."""

from __future__ import annotations

import json
from collections.abc import Mapping

import httpx

from compare_tui import __version__
from compare_tui.domain.json_types import Json
from compare_tui.domain.secret import Secret
from compare_tui.sources.settings import OpenAISettings

USER_AGENT = f"compare-tui/{__version__}"


def url_under(base_url: str, path: str) -> httpx.URL:
    """Return `base_url` with `path` behind it. Raises httpx.InvalidURL."""
    base = httpx.URL(base_url)
    return base.copy_with(path=base.path.rstrip("/") + path)


def build_request(
    client: httpx.AsyncClient,
    settings: OpenAISettings,
    method: str,
    url: httpx.URL,
    *,
    key: Secret | None = None,
    body: Mapping[str, Json] | None = None,
    headers: Mapping[str, str] | None = None,
    accept: str = "application/json",
) -> httpx.Request:
    """Return a request; the backend's own headers win over all others. Raises ValueError."""
    sent = httpx.Headers(
        {
            "Accept": accept,
            # Compression invites proxies to buffer.
            "Accept-Encoding": "identity",
            "Cache-Control": "no-store",
            "User-Agent": USER_AGENT,
            **(headers or {}),
        }
    )
    content = None
    if body is not None:
        sent["Content-Type"] = "application/json"
        content = json.dumps(body, default=_plain).encode()
    if key is not None:
        sent["Authorization"] = f"Bearer {key.reveal()}"
    sent.update(settings.headers)
    return client.build_request(method, url, headers=sent, content=content)


def _plain(value: object) -> object:
    """Return what JSON has no form for as it can be sent: TOML has dates."""
    return dict(value) if isinstance(value, Mapping) else str(value)
