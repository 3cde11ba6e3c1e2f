"""The supervisor on the real embedded model: one start, one child, nothing left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from compare_tui.sources.local_demo import why_it_cannot_run
from compare_tui.sources.local_parts import ServerPlan
from compare_tui.sources.local_process import LocalEndpoint, LocalProcess
from tests.support.local_model import arguments_of, environment_of, fake_runtime, real_plan, wait_until, wait_until_gone


class CountedPlan:
    """The real plan; counts how often it was asked for."""

    def __init__(self, models_dir: Path) -> None:
        self._models_dir = models_dir
        self.asked = 0

    def __call__(self) -> ServerPlan:
        self.asked += 1
        return real_plan(self._models_dir)


@pytest.fixture
def plan(tmp_path: Path) -> CountedPlan:
    return CountedPlan(tmp_path)


@pytest.fixture
async def process(plan: CountedPlan) -> AsyncIterator[LocalProcess]:
    process = LocalProcess(plan)
    yield process
    await process.aclose()


def client(endpoint: LocalEndpoint, key: str | None = None) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key or endpoint.key.reveal()}"}
    transport = httpx.AsyncHTTPTransport(uds=str(endpoint.socket))
    return httpx.AsyncClient(transport=transport, base_url=endpoint.base_url, headers=headers, timeout=30)


async def test_concurrent_first_uses_wait_for_one_start(plan: CountedPlan, process: LocalProcess) -> None:
    first, second, third = await asyncio.gather(process.endpoint(), process.endpoint(), process.endpoint())
    assert first is second is third
    assert plan.asked == 1
    async with client(first) as http:
        assert (await http.get("../health")).json() == {"status": "ok"}


async def test_a_caller_that_gives_up_does_not_end_the_start_of_the_others(
    plan: CountedPlan, process: LocalProcess
) -> None:
    impatient = asyncio.create_task(process.endpoint())
    patient = asyncio.create_task(process.endpoint())
    await asyncio.sleep(0)
    impatient.cancel()
    endpoint = await patient
    assert impatient.cancelled()
    assert plan.asked == 1
    assert await process.endpoint() is endpoint


async def test_no_one_without_the_key_is_served(process: LocalProcess) -> None:
    endpoint = await process.endpoint()
    for path in ("models", "chat/completions"):
        async with client(endpoint, "wrong") as http:
            assert (await http.post(path, json={"messages": []})).status_code == 401
    async with client(endpoint) as http:
        assert (await http.get("models")).json()["data"][0]["id"] == "smollm2-135m"


async def test_the_key_stands_in_no_argument_and_no_variable_of_the_child(process: LocalProcess) -> None:
    endpoint = await process.endpoint()
    assert process.pid is not None
    key = endpoint.key.reveal().encode()
    assert key not in arguments_of(process.pid)
    assert key not in environment_of(process.pid)
    assert endpoint.key.reveal() not in repr(endpoint)


async def test_the_child_is_given_none_of_the_parents_keys(
    process: LocalProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-of-the-parent")
    await process.endpoint()
    assert process.pid is not None
    assert b"sk-of-the-parent" not in environment_of(process.pid)


async def test_the_socket_lies_in_a_folder_for_its_owner_only(process: LocalProcess) -> None:
    endpoint = await process.endpoint()
    assert endpoint.socket is not None
    assert stat.S_IMODE(endpoint.socket.parent.stat().st_mode) == 0o700


async def test_a_long_temporary_folder_does_not_hinder_the_socket(
    process: LocalProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("long" * 30)))
    endpoint = await process.endpoint()
    assert len(os.fsencode(str(endpoint.socket))) < 104


async def test_the_child_ends_within_a_second_and_its_socket_is_removed(process: LocalProcess) -> None:
    endpoint = await process.endpoint()
    pid = process.pid
    assert pid is not None
    assert endpoint.socket is not None
    begun = time.monotonic()
    await process.aclose()
    assert time.monotonic() - begun < 1
    assert wait_until_gone(pid) == 0
    assert not endpoint.socket.parent.exists()
    assert process.pid is None


async def test_the_child_ends_in_mid_generation_too(process: LocalProcess) -> None:
    endpoint = await process.endpoint()
    pid = process.pid
    assert pid is not None
    question = {"messages": [{"role": "user", "content": "Tell a long story."}], "max_tokens": 1500, "stream": True}
    async with client(endpoint) as http, http.stream("POST", "chat/completions", json=question) as response:
        await anext(aiter(response.aiter_raw()))
        begun = time.monotonic()
        await process.aclose()
        assert time.monotonic() - begun < 1
    assert wait_until_gone(pid) == 0


async def test_closing_during_the_start_leaves_no_child(process: LocalProcess) -> None:
    starting = asyncio.create_task(process.endpoint())
    await asyncio.to_thread(wait_until, lambda: process.pid is not None)
    pid = process.pid
    assert pid is not None
    await process.aclose()
    await asyncio.wait([starting])
    assert starting.cancelled()
    assert wait_until_gone(pid) == 0


async def test_a_child_that_crashed_is_told_of_and_started_again_on_next_use(process: LocalProcess) -> None:
    first = await process.endpoint()
    pid = process.pid
    assert pid is not None
    assert first.socket is not None
    os.kill(pid, signal.SIGKILL)
    assert await process.how_it_ended() == "was ended by SIGKILL"
    folder = first.socket.parent
    await asyncio.to_thread(wait_until, lambda: not folder.exists())
    second = await process.endpoint()
    assert second.socket != first.socket
    assert second.key != first.key
    assert await process.how_it_ended() is None
    async with client(second) as http:
        assert (await http.get("models")).status_code == 200


async def test_it_can_be_used_again_after_it_was_closed(process: LocalProcess) -> None:
    await process.endpoint()
    await process.aclose()
    async with client(await process.endpoint()) as http:
        assert (await http.get("models")).status_code == 200


async def test_a_trial_tells_whether_the_model_runs(plan: CountedPlan, tmp_path: Path) -> None:
    assert await why_it_cannot_run(plan) is None
    broken = fake_runtime(tmp_path, "raise ImportError('broken')")
    fault = await why_it_cannot_run(lambda: broken)
    assert fault is not None
    assert fault.message == "The embedded model's runtime does not load: broken."
