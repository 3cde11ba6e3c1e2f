"""The walk along the way of a request: each step, and the cause that it names where it ends."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import HTMLResponse, JSONResponse

from compare_tui.domain.check_steps import CheckStep, Finding
from compare_tui.engine.clock import SystemClock
from compare_tui.sources.compare_doctor import check_server
from compare_tui.sources.openai_doctor import check_openai
from compare_tui.sources.settings import OpenAISettings
from tests.support.answers import settings as openai_settings
from tests.support.compare_server import (
    Break,
    CompareServer,
    Item,
    Wait,
    chunk,
    complete,
    done,
    event,
    start,
    top_error,
)
from tests.support.comparisons import MemoryTokens, signed_in
from tests.support.wire_server import WireServer

MODELS: list[dict[str, Any]] = [
    {"id": "paid/one", "name": "One", "provider": "P", "tier_access": "paid"},
    {"id": "open/two", "name": "Two", "provider": "P", "tier_access": "free", "is_thinking_model": True},
    {"id": "open/three", "name": "Three", "provider": "Q", "tier_access": "unregistered"},
]


async def walk(
    url: str, tokens: MemoryTokens | None = None, *, live: bool = False, model: str | None = None
) -> dict[str, CheckStep]:
    """Return the steps by name; of several with one name the last."""
    settings = OpenAISettings("team", url, lambda: None, connect_timeout_s=2.0)
    steps = check_server(settings, tokens or MemoryTokens(), SystemClock(), live=live, model=model)
    return {step.name.strip(): step async for step in steps}


@pytest.mark.parametrize(
    ("generation", "prefix", "title"),
    [("OCT", "none", "OCT (October 2025)"), ("CA", "/api", "CA (November 2025)"), ("CI", "/api", "CI (2026)")],
)
async def test_a_healthy_server_is_walked_to_the_end(generation: str, prefix: str, title: str) -> None:
    async with CompareServer(generation, models=MODELS) as server:
        steps = await walk(server.url, live=True)
        assert "health: healthy" in steps["reachable"].text
        assert f"Prefix {prefix}" in steps["prefix"].text
        assert f"{title}, guessed from /openapi.json" in steps["generation"].text
        assert "Nobody is signed in" in steps["signed in"].text
        assert "are left at @team" in steps["quota"].text
        assert "chunk 2" in steps["events"].text
        assert steps["end"].text.startswith("Clean")
        assert not [step for step in steps.values() if step.finding in (Finding.FAILED, Finding.ODD)]
        assert server.bodies[0]["input_data"] == "Say hi."


async def test_without_live_nothing_is_sent() -> None:
    async with CompareServer("CI", models=MODELS) as server:
        steps = await walk(server.url)
        assert steps["stream"].finding is Finding.NOTE
        assert server.bodies == []


async def test_the_first_model_that_is_open_is_asked() -> None:
    async with CompareServer("CI", models=MODELS) as server:
        await walk(server.url, live=True)
        await walk(server.url, live=True, model="my/own")
        assert [body["models"] for body in server.bodies] == [["open/three"], ["my/own"]]


async def test_signed_in_and_signed_out_are_told_apart() -> None:
    async with CompareServer("CI") as server:
        accepted = (await walk(server.url, signed_in()))["signed in"]
        assert (accepted.finding, accepted.text) == (Finding.OK, "The token is accepted (free).")
        lost = (await walk(server.url, signed_in("old", "old")))["signed in"]
        assert lost.finding is Finding.FAILED
        assert "compare-tui login team" in lost.hint


async def test_a_server_that_is_not_there_ends_the_walk() -> None:
    steps = await walk("http://127.0.0.1:9", live=True)
    assert list(steps) == ["reachable"]
    assert "Cannot reach http://127.0.0.1:9" in steps["reachable"].text


async def test_another_server_has_no_prefix() -> None:
    async with WireServer() as server:
        steps = await walk(f"http://127.0.0.1:{server.port}")
        assert steps["prefix"].finding is Finding.FAILED
        assert "is no compare server" in steps["prefix"].text


async def test_no_stream_path_is_said() -> None:
    async with CompareServer("OCT", has_stream=False, whole={}) as server:
        steps = await walk(server.url)
        assert steps["prefix"].finding is Finding.ODD


_ENDS: dict[str, tuple[list[Item], str, str]] = {
    "no key on the server": (
        [start("open/three"), chunk("open/three", "Error: Authentication failed"), done("open/three", error=True)],
        "answer",
        "the server's own key",
    ),
    "cut in the middle": ([start("open/three"), chunk("open/three", "Hi"), Break()], "end", "proxy_read_timeout"),
    "never begun": ([Wait(0.01), Break()], "first event", "silent"),
    "an end without its last word": ([start("open/three"), chunk("open/three", "Hi")], "end", "proxy_read_timeout"),
    "an error of the server's": ([start("open/three"), top_error("Error: no database")], "answer", "no database"),
}


@pytest.mark.parametrize("name", _ENDS)
async def test_a_bad_end_names_its_cause(name: str) -> None:
    items, step_name, words = _ENDS[name]
    async with CompareServer("CI", lambda _: items, models=MODELS) as server:
        step = (await walk(server.url, live=True))[step_name]
        assert step.finding is Finding.FAILED
        assert words in f"{step.text} {step.hint}"


async def test_a_stream_that_comes_at_once_is_told_as_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare_tui.sources.compare_live._SLOW_S", 0.1)
    items = [start("m"), *(chunk("m", f"{number} ") for number in range(5)), done("m"), complete(["m"])]
    async with CompareServer("CI", lambda _: [Wait(0.15), *items]) as server:
        step = (await walk(server.url, live=True, model="m"))["pace"]
        assert "proxy_buffering" in step.hint
    paced: list[Item] = [item for piece in items for item in (piece, Wait(0.03))]
    async with CompareServer("CI", lambda _: paced) as server:
        assert "pace" not in await walk(server.url, live=True, model="m")


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (HTMLResponse("<title>504 Gateway Time-out</title>", 504), "proxy_read_timeout"),
        (HTMLResponse("<title>Sign in</title>"), "text/html"),
        (JSONResponse({"detail": "Not enough credits for this comparison."}, 402), "Not enough credits"),
    ],
)
async def test_an_answer_that_is_no_stream_is_told(refusal: HTMLResponse | JSONResponse, words: str) -> None:
    async with CompareServer("CI", refuses=refusal) as server:
        step = (await walk(server.url, live=True, model="m"))["answer"]
        assert step.finding is Finding.FAILED
        assert words in f"{step.text} {step.hint}"


async def test_events_are_shown_as_they_come_and_hold_no_control_character() -> None:
    items: list[Item] = [event("m", "chunk", content="\x1b[2J"), done("m"), complete()]
    async with CompareServer("CI", lambda _: items) as server:
        steps = await walk(server.url, live=True, model="m")
        assert all(step.text.isprintable() for step in steps.values())


async def test_an_openai_server_is_walked_to_its_models() -> None:
    async with WireServer() as server:
        steps = {step.name: step async for step in check_openai(openai_settings(server.url), SystemClock())}
        assert steps["key"].finding is Finding.OK
        assert "status 404" in steps["reachable"].text
