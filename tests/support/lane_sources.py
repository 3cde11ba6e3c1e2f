"""Every LaneSource on a stage of its own, where a lane's model name says how it behaves.

`whole` says "Hello, " and "world.", `fails` is refused, `cut` says "half" and breaks off, `stalls` says "half" and then
nothing. A new source needs a stage here and a line in STAGES.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import RequestSent, StreamCut, StreamFailed, StreamOpened, TextReceived
from compare_tui.domain.messages import AnswerRequest
from compare_tui.engine.clock import SystemClock
from compare_tui.engine.ports import LaneSource
from compare_tui.sources.local import LocalSource
from compare_tui.sources.local_or_recorded import LocalOrRecorded
from compare_tui.sources.local_process import LocalProcess
from compare_tui.sources.openai import OpenAISource
from compare_tui.sources.scripted import Script, ScriptedSource, Step
from tests.support.answers import END, openai, openrouter, said
from tests.support.local_model import fake_runtime, serving_runtime
from tests.support.wire_server import Exchange, Reply, WireServer, http, sse, stall_after

_REPLIES: dict[str, Reply] = {
    "whole": sse(said("Hello, ") + said("world.") + END),
    "fails": http("400 Bad Request", '{"error":{"message":"No such model"}}'),
    "cut": sse(said("half"), end=False),
    "stalls": stall_after(said("half")),
}


async def by_model(exchange: Exchange) -> None:
    """Reply as the model's name says."""
    await _REPLIES.get(exchange.json()["model"], _REPLIES["whole"])(exchange)


def _over_http(open_source: Callable[[str], OpenAISource]) -> Callable[[], AbstractAsyncContextManager[LaneSource]]:
    @asynccontextmanager
    async def stage() -> AsyncIterator[LaneSource]:
        async with WireServer(by_model) as server:
            source = open_source(server.url)
            yield source
            await source.aclose()

    return stage


_HALF = [Step(0.0, RequestSent()), Step(0.0, StreamOpened()), Step(0.0, TextReceived("half"))]
_SCRIPTS: dict[str, Script] = {
    "whole": [
        Step(0.0, RequestSent()),
        Step(0.001, StreamOpened()),
        Step(0.001, TextReceived("Hello, ")),
        Step(0.001, TextReceived("world.")),
    ],
    "fails": [Step(0.001, StreamFailed(AnswerError(ErrorKind.REQUEST, "No such model")))],
    "cut": [*_HALF, Step(0.001, StreamCut("it broke off"))],
    "stalls": [*_HALF, Step(3600.0, TextReceived("never"))],
}


@asynccontextmanager
async def _scripted() -> AsyncIterator[LaneSource]:
    def script_for(request: AnswerRequest) -> Script:
        return _SCRIPTS.get(request.lane.model, _SCRIPTS["whole"])

    source = ScriptedSource(clock=SystemClock(), script_for=script_for)
    yield source
    await source.aclose()


@asynccontextmanager
async def _local() -> AsyncIterator[LaneSource]:
    with tempfile.TemporaryDirectory() as folder:
        plan = serving_runtime(Path(folder), "tests.support.lane_sources", "by_model")
        source = LocalSource(LocalProcess(lambda: plan), clock=SystemClock())
        yield source
        await source.aclose()


@asynccontextmanager
async def _recorded() -> AsyncIterator[LaneSource]:
    with tempfile.TemporaryDirectory() as folder:
        plan = fake_runtime(Path(folder), "raise ImportError('it cannot run here')")
        local = LocalSource(LocalProcess(lambda: plan), clock=SystemClock())
        async with _scripted() as scripted:
            source = LocalOrRecorded(local, scripted)
            yield source
            await source.aclose()


STAGES: dict[str, Callable[[], AbstractAsyncContextManager[LaneSource]]] = {
    "openai": _over_http(openai),
    "openrouter": _over_http(openrouter),
    "scripted": _scripted,
    "local": _local,
    "recorded": _recorded,
}
