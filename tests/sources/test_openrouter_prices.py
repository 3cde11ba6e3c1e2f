"""OpenRouter's prices and costs: the list of models, its cache, and what an answer cost that was cut."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from compare_tui.domain.errors import BackendError
from compare_tui.domain.prices import Price
from compare_tui.sources.openrouter_models import ModelList
from compare_tui.sources.openrouter_models_wire import price_of, read_models
from tests.support.answers import KEY, openrouter, settings
from tests.support.auto_clock import AutoClock
from tests.support.wire_server import Exchange, WireServer, http

MODELS = {
    "data": [
        {
            "id": "acme/large",
            "canonical_slug": "acme/large-2026",
            "name": "Acme: Large",
            "context_length": 200_000,
            "pricing": {"prompt": "0.000003", "completion": "0.000015", "request": "0", "internal_reasoning": "0"},
            "top_provider": {"max_completion_tokens": 64_000},
        },
        {
            "id": "acme/long",
            "pricing": {
                "prompt": "1e-6",
                "completion": "0.000002",
                "overrides": [{"min_prompt_tokens": 9, "prompt": "5e-6"}],
            },
            "context_length": 8192,
        },
        {"id": "acme/free:free", "pricing": {"prompt": "0", "completion": "0"}},
        {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}},
        {"id": "acme/odd", "pricing": {"prompt": None}},
        {"id": 7},
        "nonsense",
    ]
}


def test_prices_are_read_from_the_list() -> None:
    models = read_models(json.dumps(MODELS).encode())
    assert models is not None
    assert price_of(models, "acme/large") == Price(3e-6, 15e-6, most_completion_tokens=64_000)
    assert price_of(models, "acme/large-2026") == price_of(models, "acme/large:floor") == price_of(models, "acme/large")
    assert price_of(models, "acme/long") == Price(5e-6, 2e-6, most_completion_tokens=8192)
    assert price_of(models, "acme/free:free") == Price(0.0, 0.0)
    for unknown in ("openrouter/auto", "acme/odd", "acme/large:nitro", "acme/none", "acme/large:online"):
        assert price_of(models, unknown) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"data": {}}', b"[" * 5000])
def test_another_body_is_no_list(body: bytes) -> None:
    assert read_models(body) is None


async def test_the_list_is_fetched_without_a_key_and_kept_for_a_day(tmp_path: Path) -> None:
    clock = AutoClock()
    file = tmp_path / "cache" / "models-openrouter.json"
    async with WireServer(other=http("200 OK", json.dumps(MODELS))) as server:
        models = ModelList(settings(server.url), file, clock=clock)
        assert models.known() == {}
        assert models.is_due()
        await models.refresh()
        assert server.others[0].path.endswith("/models?output_modalities=all")
        assert "authorization" not in server.others[0].headers
    os.utime(file, (clock.wall(), clock.wall()))
    again = ModelList(settings("http://127.0.0.1:1"), file, clock=clock)
    assert not again.is_due()
    assert price_of(again.known(), "acme/large") is not None
    await clock.sleep(24 * 3600)
    assert again.is_due()
    assert list(file.parent.iterdir()) == [file]


async def test_a_list_that_does_not_come_is_told_and_not_asked_for_again_at_once(tmp_path: Path) -> None:
    clock = AutoClock()
    file = tmp_path / "models.json"
    file.write_text("damaged")
    async with WireServer(other=http("503 Busy", "{}")) as server:
        models = ModelList(settings(server.url), file, clock=clock)
        assert models.known() == {}
        with pytest.raises(BackendError, match="answers with status 503"):
            await models.refresh()
        assert not models.is_due()
        await clock.sleep(61)
        assert models.is_due()


async def test_the_cost_of_a_cut_answer_is_asked_for_until_it_is_found() -> None:
    tries = 0

    async def reply(exchange: Exchange) -> None:
        nonlocal tries
        tries += 1
        found = http("200 OK", '{"data": {"total_cost": 0.0125, "upstream_inference_cost": 9}}')
        await (http("404 Not Found", '{"error": {"code": 404}}') if tries < 3 else found)(exchange)

    clock = AutoClock()
    async with WireServer(other=reply) as server:
        source = openrouter(server.url)
        source._clock = clock
        began = clock.monotonic()
        assert await source.cost_of("gen-1&x") == 0.0125
        assert clock.monotonic() - began == 1 + 2 + 4
        assert server.others[0].path.endswith("/generation?id=gen-1%26x")
        assert server.others[0].headers["authorization"] == f"Bearer {KEY}"
        await source.aclose()


@pytest.mark.parametrize(
    ("status", "body", "expected", "tries"),
    [
        ("200 OK", '{"data": {"total_cost": 0.5, "is_byok": true, "upstream_inference_cost": 0.25}}', 0.75, 1),
        ("200 OK", '{"data": {}}', None, 1),
        ("200 OK", "<html>", None, 1),
        ("401 Unauthorized", "{}", None, 1),
        ("404 Not Found", "{}", None, 4),
    ],
)
async def test_a_cost_that_is_not_told_is_unknown(status: str, body: str, expected: float | None, tries: int) -> None:
    async with WireServer(other=http(status, body)) as server:
        source = openrouter(server.url)
        source._clock = AutoClock()
        assert await source.cost_of("gen-1") == expected
        assert len(server.others) == tries
        await source.aclose()
