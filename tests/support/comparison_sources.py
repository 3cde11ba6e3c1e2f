"""Every ComparisonSource on a stage of its own, where a lane's model name says how it behaves.

`whole` and `other` say "Hello, " and "world.", `fails` fails with the words "No such model", `cut` says "half" and
breaks off, `stalls` says "half" and then nothing. A new source needs a stage here and a line in COMPARISON_STAGES.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from compare_tui.engine.fan_out import FanOut
from compare_tui.engine.ports import ComparisonSource
from tests.support.compare_server import (
    Body,
    Break,
    CompareServer,
    Hang,
    Item,
    Script,
    chunk,
    complete,
    done,
    start,
)
from tests.support.comparisons import compare_source
from tests.support.lane_sources import STAGES

_WORDS = {"fails": ("Error: No such model",), "cut": ("half",), "stalls": ("half",)}
_USUAL = ("Hello, ", "world.")
_NO_END: dict[str, Item] = {"cut": Break(), "stalls": Hang()}


def _one_after_the_other(body: Body) -> Iterator[Item]:
    for model in body["models"]:
        yield start(model)
        yield from (chunk(model, word) for word in _WORDS.get(model, _USUAL))
        if model in _NO_END:
            yield _NO_END[model]
        yield done(model, error=model == "fails")
    yield complete(body["models"])


def _side_by_side(body: Body, *, done_last: bool) -> Iterator[Item]:
    models = body["models"]
    yield from map(start, models)
    for model in models:
        dones = [] if model in _NO_END else [done(model, error=model == "fails")]
        words = [chunk(model, word) for word in _WORDS.get(model, _USUAL)]
        yield from [*words, *dones] if done_last else [*dones, *words]
    yield from (_NO_END[model] for model in models if model in _NO_END)
    yield complete(models)


_SCRIPTS: dict[str, Script] = {
    "OCT": lambda body: list(_one_after_the_other(body)),
    "CA": lambda body: list(_side_by_side(body, done_last=False)),
    "CI": lambda body: list(_side_by_side(body, done_last=True)),
}


@asynccontextmanager
async def _compare_server(generation: str) -> AsyncIterator[ComparisonSource]:
    async with CompareServer(generation, _SCRIPTS[generation]) as server:
        source = compare_source(server.url)
        yield source
        await source.aclose()


@asynccontextmanager
async def _fan_out(name: str) -> AsyncIterator[ComparisonSource]:
    async with STAGES[name]() as lane_source:
        yield FanOut(lane_source)


COMPARISON_STAGES: dict[str, Callable[[], AbstractAsyncContextManager[ComparisonSource]]] = {
    "scripted": partial(_fan_out, "scripted"),
    "openai": partial(_fan_out, "openai"),
    **{f"compare-server {generation}": partial(_compare_server, generation) for generation in _SCRIPTS},
}
