"""What an answer has cost, asked for afterwards: `GET {base_url}/generation?id=...`.

It is not found for some seconds after the stream, and longer after one that was cut.
https://openrouter.ai/docs/api-reference/get-a-generation
"""

from __future__ import annotations

import json

import httpx

from compare_tui.domain.json_types import Json
from compare_tui.domain.secret import Secret
from compare_tui.engine.ports import Clock
from compare_tui.sources.byte_stream import read_bounded
from compare_tui.sources.http_request import url_under
from compare_tui.sources.lenient import as_float, as_object
from compare_tui.sources.settings import OpenAISettings
from compare_tui.sources.transport_faults import TRANSPORT_ERRORS

_PAUSES_S = (1.0, 2.0, 4.0, 8.0)
_LIMIT_S = 10.0
_MAX_BYTES = 256 * 1024
_TRY_AGAIN = frozenset({404, 408, 429, 500, 502, 503, 504})


async def find_cost(
    client: httpx.AsyncClient, settings: OpenAISettings, key: Secret | None, generation_id: str, clock: Clock
) -> float | None:
    """Return the cost in USD, or None if it was not told within four tries."""
    url = url_under(settings.base_url, "/generation").copy_with(params={"id": generation_id})
    headers = {**settings.headers, **({} if key is None else {"Authorization": f"Bearer {key.reveal()}"})}
    for pause_s in _PAUSES_S:
        await clock.sleep(pause_s)
        try:
            async with client.stream("GET", url, headers=headers, timeout=_LIMIT_S) as response:
                body = await read_bounded(response, max_bytes=_MAX_BYTES, within_s=_LIMIT_S)
        except (*TRANSPORT_ERRORS, ValueError):
            continue
        if response.status_code == httpx.codes.OK:
            return _cost(body)
        if response.status_code not in _TRY_AGAIN:
            return None
    return None


def _cost(body: bytes) -> float | None:
    try:
        decoded: Json = json.loads(body)
    except (ValueError, RecursionError):
        return None
    data = as_object(as_object(decoded).get("data"))
    cost = as_float(data.get("total_cost"))
    if cost is None or cost < 0:
        return None
    # With a key of one's own at the provider, the provider bills beside OpenRouter.
    upstream = as_float(data.get("upstream_inference_cost")) if data.get("is_byok") is True else None
    return cost + max(0.0, upstream or 0.0)
