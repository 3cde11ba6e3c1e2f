"""The app under a pilot, on a real engine thread, with a source that the test speaks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual import events
from textual.geometry import Region
from textual.pilot import Pilot

from compare_tui.domain.answers import Usage
from compare_tui.domain.events import FinishReported, StreamEnded, StreamEvent, TextReceived, UsageReported
from compare_tui.domain.lanes import LaneId
from compare_tui.engine.comparison import AnswerFeed
from compare_tui.engine.ports import Ledger
from compare_tui.tui.app import CompareApp
from compare_tui.tui.commands import Mode
from compare_tui.tui.panes.pane import Pane
from compare_tui.tui.screens.comparison import ComparisonScreen
from tests.support.fakes import HandSource
from tests.support.tui_app import Stage

LIMIT_S = 10.0
_CHARACTERS = {"space": " ", "backslash": "\\"}


@dataclass
class Stand:
    """A running app, and the models' side of it."""

    app: CompareApp
    pilot: Pilot[None]
    source: HandSource
    stage: Stage

    @property
    def screen(self) -> ComparisonScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ComparisonScreen)
        return screen

    @property
    def panes(self) -> list[Pane]:
        return self.screen.area.panes

    def mode(self) -> Mode:
        return self.screen.mode

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until `condition` holds."""
        async with asyncio.timeout(LIMIT_S):
            while not condition():
                await self.pilot.pause(0.005)

    async def press(self, *keys: str) -> None:
        """Let keys arrive one behind the other, and everything that follows from them happen."""
        for key in keys:
            self.app.post_message(events.Key(key, _CHARACTERS.get(key)))
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Press a key for every character."""
        await self.press(*({" ": "space", "\n": "ctrl+j"}.get(character, character) for character in text))

    async def send(self, prompt: str) -> None:
        """Write `prompt`, send it, and wait until every lane asked has its request."""
        before = len(self.source.streams)
        self.screen.composer.area.insert(prompt)
        await self.press("enter")
        await self.until(lambda: len(self.source.streams) > before and self.screen.session.is_live)
        await self.pilot.pause()

    async def asked(self, count: int) -> None:
        """Wait until `count` requests have gone out."""
        await self.until(lambda: len(self.source.streams) >= count)

    async def say(self, lane: int, *events: StreamEvent | str) -> None:
        """Let the model of `lane` say events, or text; wait until the pane has taken them."""
        spoken = [TextReceived(event) if isinstance(event, str) else event for event in events]
        assert self.stage.engine is not None
        await self.until(lambda: any(stream.request.lane.id == lane for stream in self.source.streams))
        await asyncio.wrap_future(self.stage.engine.call(lambda _: self.source.of(lane).say(*spoken)))
        await self.until(lambda: self.source.of(lane).events.empty())
        await asyncio.wrap_future(self.stage.engine.call(lambda _: None))
        self.screen.pull()
        await self.pilot.pause()

    async def end(self, lane: int, reason: str = "stop", tokens: int = 12) -> None:
        """Let the model of `lane` end its answer."""
        await self.say(lane, FinishReported(reason), UsageReported(Usage(5, tokens), 0.0012), StreamEnded(done=True))
        await self.until(lambda: self.feed(lane).state.status.is_final)
        self.screen.pull()
        await self.pilot.pause()

    def feed(self, lane: int) -> AnswerFeed:
        """Return the lane's last answer as it is shown."""
        feeds = [feed for turn in self.screen.session.turns if (feed := turn.answer(LaneId(lane))) is not None]
        return feeds[-1]

    def shown(self, place: int) -> str:
        """Return what the pane at `place` shows, its frame included."""
        pane = self.panes[place]
        strips = pane.render_lines(Region(0, 0, pane.size.width, pane.size.height))
        return "\n".join(strip.text.rstrip() for strip in strips)

    def body(self, place: int) -> str:
        """Return the text that the pane at `place` shows, without its frame, in one line."""
        lines = self.shown(place).splitlines()[1:-1]
        return " ".join(" ".join(line.strip("│ ") for line in lines).split())

    def status(self, place: int) -> str:
        """Return the lower border of the pane at `place`, without its line."""
        return self.shown(place).splitlines()[-1].strip("╰╯─ ")


@asynccontextmanager
async def stand(
    *lanes: str, size: tuple[int, int] = (120, 30), ledger: Ledger | None = None, **changes: object
) -> AsyncIterator[Stand]:
    """Run the app with `lanes`; `changes` are fields of Services."""
    source = HandSource()
    stage = Stage(source, ledger=ledger)
    app = CompareApp(stage.services(*lanes, **changes))
    try:
        async with app.run_test(size=size) as pilot:
            running = Stand(app, pilot, source, stage)
            await running.until(lambda: stage.engine is not None)
            await pilot.pause()
            yield running
    finally:
        app.close_engine()
