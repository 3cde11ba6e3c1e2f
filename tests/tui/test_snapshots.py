"""What the screens look like. A picture that changed is judged by eye; `--snapshot-update` accepts it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest
from textual.pilot import Pilot

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import (
    KeepAliveReceived,
    ModelServed,
    ReasoningReceived,
    StreamCut,
    StreamEnded,
    StreamFailed,
    TextReceived,
)
from compare_tui.tui.app import CompareApp
from compare_tui.tui.services import Start, Today, WayIn, WayInResult
from tests.support.fakes import HandSource
from tests.support.manual_clock import ManualClock
from tests.support.pilot import Stand
from tests.support.tui_app import Stage

_LANES = ("anthropic/claude-sonnet-4.5", "openai/gpt-5,temperature=0.3", "qwen3:8b@other", "google/gemini-2.5-pro")
_ANSWER = """A **CRDT** is a data type whose replicas may be changed apart and merged in any order:

1. *commutative* merge
2. associative merge
3. `idempotent` merge

```python
def merge(a, b):
    return {key: max(a[key], b[key]) for key in a}
```
"""


_STAGES: list[Stage] = []


class SnapCompare(Protocol):
    def __call__(
        self, app: CompareApp, *, terminal_size: tuple[int, int], run_before: Callable[[Pilot[None]], object]
    ) -> bool: ...


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield
    while _STAGES:
        engine = _STAGES.pop().engine
        if engine is not None:
            engine.close()


class _Scene:
    """An app whose clock stands still until the scene moves it."""

    def __init__(self, *lanes: str, **changes: object) -> None:
        self.clock = ManualClock()
        self.source = HandSource()
        self.stage = Stage(self.source, clock=self.clock)
        _STAGES.append(self.stage)
        settings = {"lineup": "everyday", "today": lambda: Today(41, 0.0412, 5.0, (17, 20)), **changes}
        self.app = CompareApp(self.stage.services(*lanes, **settings))

    async def open(self, pilot: Pilot[None]) -> Stand:
        stand = Stand(self.app, pilot, self.source, self.stage)
        await stand.until(lambda: self.stage.engine is not None)
        return stand

    async def later(self, stand: Stand, seconds: float) -> None:
        """Let time pass for the engine."""
        assert self.stage.engine is not None
        await asyncio.wrap_future(self.stage.engine.run(lambda _: self.clock.advance(seconds)))
        stand.screen.pull()

    async def play(self, stand: Stand) -> None:
        """Let four models answer, each in another way."""
        await stand.send("Explain CRDTs in two paragraphs.")
        await stand.asked(len(stand.panes))
        await stand.say(
            1, ModelServed("openai/gpt-5-2025-08-07", "Azure"), ReasoningReceived("The user wants two. " * 9)
        )
        await self.later(stand, 0.4)
        await stand.say(0, TextReceived(_ANSWER))
        await self.later(stand, 2.7)
        await stand.say(0, TextReceived("Nobody asks a server first."))
        await stand.end(0, tokens=312)
        await stand.say(1, TextReceived("A conflict-free replicated data type lets every replica "))
        await stand.say(2, KeepAliveReceived())
        if len(stand.panes) > 3:
            error = AnswerError(ErrorKind.RATE_LIMIT, "All providers are at capacity.", code=429, provider="Vertex")
            await stand.say(3, StreamFailed(error), StreamEnded(done=True))
        await self.later(stand, 1.1)
        await stand.say(1, TextReceived("accept writes at once"))
        await stand.until(lambda: stand.screen.header.today is not None)


@pytest.mark.parametrize(
    ("theme", "size", "n_lanes"),
    [("dark", (120, 30), 3), ("light", (120, 30), 4), ("dark", (80, 24), 3), ("light", (200, 50), 4)],
)
def test_answers_of_every_kind(snap_compare: SnapCompare, theme: str, size: tuple[int, int], n_lanes: int) -> None:
    scene = _Scene(*_LANES[:n_lanes], theme=theme)

    async def act(pilot: Pilot[None]) -> None:
        stand = await scene.open(pilot)
        await scene.play(stand)
        stand.screen.header.clear_notice()
        await pilot.pause()

    assert snap_compare(scene.app, terminal_size=size, run_before=act)


@pytest.mark.parametrize("key", ["m", "colon", "question_mark"])
def test_what_opens_above_the_panes(snap_compare: SnapCompare, key: str) -> None:
    scene = _Scene(*_LANES[:3])

    async def act(pilot: Pilot[None]) -> None:
        stand = await scene.open(pilot)
        await scene.play(stand)
        await stand.press("escape", "l", "t")
        await stand.press(key)
        await pilot.pause(0.2)

    assert snap_compare(scene.app, terminal_size=(120, 30), run_before=act)


def test_the_start_screen(snap_compare: SnapCompare) -> None:
    def go(typed: str, say: object) -> WayInResult:
        return WayInResult()

    start = Start(
        "There is no key yet, and no lane is named. One of these is enough to begin.",
        (
            WayIn("k", "Paste an OpenRouter key", "Any model that openrouter.ai serves.", go, asks="OpenRouter key"),
            WayIn("s", "Use a server of yours", "Ollama, llama.cpp, LM Studio, vLLM.", go, asks="address"),
            WayIn("d", "Run the embedded model", "A real, very small model on this machine.", go),
        ),
    )
    scene = _Scene(start=start)

    async def act(pilot: Pilot[None]) -> None:
        stand = await scene.open(pilot)
        await stand.press("s")
        await pilot.pause(0.2)

    assert snap_compare(scene.app, terminal_size=(80, 24), run_before=act)


def test_a_cut_answer_zoomed_in_the_terminals_own_colours(snap_compare: SnapCompare) -> None:
    scene = _Scene(*_LANES[:3], theme="terminal")

    async def act(pilot: Pilot[None]) -> None:
        stand = await scene.open(pilot)
        await stand.send("go")
        await stand.say(0, TextReceived(_ANSWER), StreamCut("the server closed it in the middle"))
        await stand.press("escape", "z")
        await stand.until(lambda: stand.screen.header.today is not None)
        stand.screen.header.clear_notice()
        await pilot.pause()

    assert snap_compare(scene.app, terminal_size=(80, 24), run_before=act)
