"""Nine models at two hundred chunks a second each: no character in a foreign lane, and none late."""

from __future__ import annotations

import random

import pytest

from compare_tui.domain.answers import AnswerStatus
from tests.support.compare_server import CompareServer, Item, Wait, chunk, complete, done, start
from tests.support.comparisons import RunningTurn, ask_lanes, compare_source

MODELS = tuple(f"vendor/model-{letter}" for letter in "abcdefghi")
ROUNDS = 200
"""One second of it."""


def _storm(seed: int) -> list[Item]:
    order = random.Random(seed)
    items: list[Item] = [start(model) for model in MODELS]
    for number in range(ROUNDS):
        models = order.sample(MODELS, len(MODELS))
        items += [chunk(model, f"{model[-1]}{number} ") for model in models]
        items.append(Wait(1 / ROUNDS - 0.0015))
    items += [done(model) for model in MODELS]
    return [*items, complete(MODELS)]


@pytest.mark.parametrize("generation", ["CA", "CI"])
async def test_nine_fast_models_stay_apart_and_are_not_late(generation: str) -> None:
    async with CompareServer(generation, lambda _: _storm(7)) as server:
        source = compare_source(server.url)
        turn = RunningTurn(source, ask_lanes(*MODELS))
        answers = await turn.end()
        for model, answer in zip(MODELS, answers, strict=True):
            assert answer.text == "".join(f"{model[-1]}{number} " for number in range(ROUNDS))
            assert answer.status is AnswerStatus.COMPLETE
        assert turn.heard_at[-1] - server.sent_at[-1] < 0.1
        await source.aclose()
