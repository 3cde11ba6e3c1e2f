"""Turns put to a comparison source without an engine, and the answers that their events fold into."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from compare_tui.domain.events import StreamEvent
from compare_tui.domain.json_types import Json
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.messages import AnswerRequest, Exchange, build_messages
from compare_tui.domain.secret import MissingKey, Secret, Tokens
from compare_tui.domain.tiers import Tier
from compare_tui.engine.clock import SystemClock
from compare_tui.engine.ports import Clock, ComparisonSource, ComparisonStream
from compare_tui.sources.compare_server import CompareServerSource
from compare_tui.sources.settings import OpenAISettings
from tests.support.answers import Answer


class MemoryTokens:
    """A place for tokens."""

    def __init__(self, tokens: Tokens | MissingKey | None = None) -> None:
        self.tokens = tokens
        self.n_read = 0

    def read(self) -> Tokens | MissingKey | None:
        self.n_read += 1
        return self.tokens

    def keep(self, tokens: Tokens) -> None:
        self.tokens = tokens


def signed_in(access: str = "good-access", refresh: str | None = "good-refresh") -> MemoryTokens:
    """Return a place with the tokens of a sign-in."""
    return MemoryTokens(Tokens(Secret(access), Secret(refresh) if refresh else None))


def compare_source(
    url: str, tokens: MemoryTokens | None = None, *, clock: Clock | None = None, **changes: object
) -> CompareServerSource:
    """Return a source on the compare server at `url`."""
    settings = replace(OpenAISettings("team", url, lambda: None, after_finish_s=0.2), **changes)  # type: ignore[arg-type]
    return CompareServerSource(settings, tokens or MemoryTokens(), clock=clock or SystemClock())


def ask_lanes(
    *models: str,
    prompt: str = "Hello?",
    history: Sequence[Sequence[Exchange]] = (),
    params: Sequence[dict[str, Json]] = (),
    tier: Tier | None = None,
    system: str | None = None,
) -> list[AnswerRequest]:
    """Return the requests of one turn; `history` and `params` go with the models by their place."""
    requests = []
    for number, model in enumerate(models):
        own = params[number] if number < len(params) else {}
        said = history[number] if number < len(history) else ()
        lane = Lane(LaneId(10 + number), LaneSpec(model, "team", own))
        requests.append(AnswerRequest(lane, build_messages(system, said, prompt), tier, "c0ffee"))
    return requests


class RunningTurn:
    """A turn under way."""

    def __init__(self, source: ComparisonSource, requests: Sequence[AnswerRequest]) -> None:
        self.answers = {request.lane.id: Answer() for request in requests}
        self.heard_at: list[float] = []
        """When each event came, in the loop's time."""
        self._heard = asyncio.Condition()
        self._changed = asyncio.Event()
        self.stream: ComparisonStream = source.start(requests, self._take)

    def _take(self, lane: LaneId, event: StreamEvent) -> None:
        self.answers[lane].take(event)
        self.heard_at.append(asyncio.get_running_loop().time())
        self._changed.set()

    def answer(self, number: int) -> Answer:
        """The answer of the lane at a place of the turn."""
        return list(self.answers.values())[number]

    async def until(self, kind: type[StreamEvent], number: int = 0) -> None:
        """Wait until the lane at `number` has had an event of this kind."""
        async with asyncio.timeout(5):
            while not any(isinstance(event, kind) for event in self.answer(number).events):
                self._changed.clear()
                await self._changed.wait()

    async def end(self) -> list[Answer]:
        """Wait for the end of all lanes."""
        await asyncio.wait_for(self.stream.wait(), 10)
        return list(self.answers.values())


async def take_turn(source: ComparisonSource, requests: Sequence[AnswerRequest]) -> list[Answer]:
    """Ask all lanes and wait for their ends."""
    return await RunningTurn(source, requests).end()
