"""The app on a real store in a folder, with scripted models: for the screens of the past."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from compare_tui.bootstrap.engine_room import EngineRoom
from compare_tui.bootstrap.panes import pane_services
from compare_tui.cli.services import AppOrder
from compare_tui.config.load import load
from compare_tui.config.paths import find_paths
from compare_tui.domain.lanes import LaneSpec
from compare_tui.engine.comparison import Comparison
from compare_tui.tui.app import CompareApp
from compare_tui.tui.services import EnginePort
from tests.support.fakes import EventLog, HandSource
from tests.support.pilot import Stand
from tests.support.tui_app import Stage

CONFIG = """default_backend = "s"
[backends.s]
kind = "scripted"
"""
_LIMIT_S = 20.0


def order_in(folder: Path, *models: str, config: str = CONFIG) -> AppOrder:
    """Return an order for the app on the store in `folder`, with these lanes."""
    file = folder / "config.toml"
    file.write_text(config)
    loaded = load(find_paths({}, cwd=folder, config=file, data_dir=folder / "data"))
    return AppOrder(loaded=loaded, lanes=tuple(LaneSpec(model, "s") for model in models or ("echo",)))


@dataclass
class Program:
    """Another running copy of the program, without a screen."""

    room: EngineRoom
    engine: EnginePort

    def open(self, comparison: str) -> Comparison:
        """Open a comparison of the past."""
        self.room.wait_until_built()
        assert self.room.store is not None
        return self.room.store.history.open(comparison).comparison

    async def flush(self) -> None:
        """Wait until all that has come is kept."""
        assert self.room.store is not None
        await self.room.store.recorder.flush()

    def ask(self, prompt: str, *models: str, wait: bool = True) -> Comparison:
        """Open a comparison with one turn; by default wait for its answers."""
        lanes = [LaneSpec(model, "s") for model in models or ("echo",)]
        comparison = self.engine.call(lambda engine: engine.open_comparison(lanes)).result(_LIMIT_S)
        self.engine.call(lambda engine: engine.start_turn(comparison, prompt)).result(_LIMIT_S)
        if wait:
            self.engine.run(lambda engine: engine.wait(comparison)).result(_LIMIT_S)
        return comparison


@contextmanager
def program(order: AppOrder) -> Iterator[Program]:
    """Run another copy of the program on the same store."""
    with ExitStack() as until_closed:
        room = EngineRoom(order, until_closed, replays=False)
        engine = room.start(EventLog())
        try:
            yield Program(room, engine)
        finally:
            engine.close()


def keep(order: AppOrder, *prompts: str, models: tuple[str, ...] = ("echo",)) -> list[str]:
    """Ask each prompt in a comparison of its own and return their ids, in this order."""
    with program(order) as running:
        return [running.ask(prompt, *models).id for prompt in prompts]


def interrupt(folder: Path, prompt: str) -> None:
    """Let a copy of the program die in the middle of an answer."""
    code = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from tests.support.past_app import order_in, program\n"
        "with program(order_in(Path(sys.argv[1]))) as running:\n"
        "    comparison = running.ask(sys.argv[2], 'slow', wait=False)\n"
        "    while not comparison.turns[0].answers[0][0].text():\n"
        "        time.sleep(0.01)\n"
        "    time.sleep(0.4)\n"
        "    os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder), prompt], timeout=60, env=dict(os.environ))
    assert done.returncode == 9


@asynccontextmanager
async def past_app(order: AppOrder, *, size: tuple[int, int] = (120, 30), **changes: object) -> AsyncIterator[Stand]:
    """Run the app on the store of `order`; `changes` are fields of Services."""
    with ExitStack() as until_closed:
        services = replace(pane_services(order, until_closed), **changes)  # type: ignore[arg-type]
        app = CompareApp(services)
        try:
            async with app.run_test(size=size) as pilot:
                source = HandSource()
                running = Stand(app, pilot, source, Stage(source))
                await running.until(lambda: running.screen.engine is not None)
                await pilot.pause()
                yield running
        finally:
            app.close_engine()
