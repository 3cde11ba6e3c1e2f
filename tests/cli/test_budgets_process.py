"""Budgets as a person meets them: prices from a list, a refusal in words, the exit status for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from compare_tui.domain.json_types import Json
from tests.cli.test_process import KEY
from tests.support.answers import DONE, chunk, said
from tests.support.process import run
from tests.support.wire_server import Reply, WireServer, http, sse

USAGE: Mapping[str, Json] = {"prompt_tokens": 10, "completion_tokens": 20, "cost": 0.75}
ANSWER = sse(said("Hi.") + chunk(finish="stop", usage=USAGE) + DONE)
MODELS = http(
    "200 OK",
    '{"data": [{"id": "acme/dear", "pricing": {"prompt": "0.001", "completion": "0.01"}, "context_length": 9}]}',
)


def configure(server: WireServer, home: Path, limits: str) -> None:
    file = home / "config" / "compare-tui" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'[limits]\n{limits}\n[backends.openrouter]\nkind = "openrouter"\nbase_url = "{server.url}"\n')


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)


async def test_a_budget_is_spent_by_what_answers_cost_and_then_refuses(home: Path) -> None:
    async with WireServer(ANSWER, other=MODELS) as server:
        configure(server, home, "budget_usd_per_day = 1.5")
        first = await run("ask", "Hi", "-m", "acme/dear,max_tokens=80", "--json")
        assert (first.status, first.err) == (0, "")
        assert json.loads(first.out)["answers"][0]["cost_usd"] == 0.75
        again = await run("ask", "Hi", "-m", "acme/dear,max_tokens=80", "--json")
        assert again.status == 5
        [answer] = json.loads(again.out)["answers"]
        assert answer["status"] == "refused"
        assert answer["error"]["message"].startswith(
            "Refused by the limit budget_usd_per_day = $1.50: $0.75 used, $0.82 wanted at worst. Allowed again "
        )
        small = await run("ask", "Hi", "-m", "acme/dear,max_tokens=60", "--json")
        assert small.status == 0
        assert len(server.exchanges) == 2
        assert sum("/models" in other.path for other in server.others) == 1


@pytest.mark.parametrize(("allow", "status"), [("", 5), ("\nallow_unknown_prices = true", 0)])
async def test_an_unknown_price_under_a_budget_is_refused_unless_allowed(home: Path, allow: str, status: int) -> None:
    async with WireServer(ANSWER, other=MODELS) as server:
        configure(server, home, f"max_usd_per_turn = 9.0{allow}")
        done = await run("ask", "Hi", "-m", "acme/unheard", "--no-stdin")
        assert done.status == status
        assert ("the price of acme/unheard @openrouter is not known" in done.out) is (status == 5)


@pytest.mark.parametrize("models", [http("503 Busy", "{}"), http("200 OK", "<html>")])
async def test_a_list_of_prices_that_does_not_come_is_said(home: Path, models: Reply) -> None:
    async with WireServer(ANSWER, other=models) as server:
        configure(server, home, "budget_usd_per_month = 9.0")
        done = await run("ask", "Hi", "-m", "acme/dear", "--no-stdin")
        assert done.status == 5
        assert "Prices are not known: " in done.err
        assert KEY not in done.err


async def test_without_a_budget_no_prices_are_fetched(home: Path) -> None:
    async with WireServer(ANSWER, other=MODELS) as server:
        configure(server, home, "answers_per_day = 1")
        assert (await run("ask", "Hi", "-m", "acme/dear", "--no-stdin")).status == 0
        done = await run("ask", "Hi", "-m", "acme/dear", "--no-stdin")
        assert done.status == 5
        assert "Refused by the limit answers_per_day = 1: 1 used, 1 wanted. Allowed again " in done.out
        assert server.others == []
