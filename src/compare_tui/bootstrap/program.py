"""The program: what the command line needs, built from the concrete parts when it is asked for.

Imports stand where they are used: `compare-tui usage` loads no HTTP, `ask` loads no Textual.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from compare_tui.engine.clock import SystemClock

if TYPE_CHECKING:
    from compare_tui.cli.diagnostics import Diagnostics
    from compare_tui.cli.services import AppOrder, BackendTools
    from compare_tui.config.load import Loaded
    from compare_tui.engine.engine import Engine
    from compare_tui.engine.history import History
    from compare_tui.engine.ports import Observer, UsageReader


class Program:
    """Fills the `Services` of the command line."""

    def open_engine(
        self, loaded: Loaded, *, observer: Observer, save: bool, on_notice: Callable[[str], None]
    ) -> AbstractAsyncContextManager[Engine]:
        """Build an engine on the running loop; close it, and the store after it, at the end."""
        return _engine(loaded, observer, on_notice, save=save)

    def open_usage(self, loaded: Loaded, *, on_notice: Callable[[str], None]) -> AbstractContextManager[UsageReader]:
        """Open the store for reading; one that does not exist yet is empty."""
        return _usage(loaded, on_notice)

    def open_history(self, loaded: Loaded, *, on_notice: Callable[[str], None]) -> AbstractContextManager[History]:
        """Open the store for comparisons of the past."""
        return _history(loaded, on_notice)

    def backend_tools(self, loaded: Loaded, name: str) -> BackendTools:
        """Return what can be asked of one backend outside of a turn."""
        from compare_tui.bootstrap.backend_tools import backend_tools

        return backend_tools(loaded, name)

    def run_app(self, order: AppOrder) -> int:
        """Open the panes."""
        from compare_tui.bootstrap.panes import run_panes

        return run_panes(order)

    def run_demo(self, order: AppOrder, diagnostics: Diagnostics) -> int:
        """Open the panes on the embedded model."""
        from compare_tui.bootstrap.demo import run_demo

        return run_demo(order, diagnostics)


@asynccontextmanager
async def _engine(
    loaded: Loaded, observer: Observer, on_notice: Callable[[str], None], *, save: bool
) -> AsyncIterator[Engine]:
    import random

    from compare_tui.bootstrap.backends import Surroundings, build_sources, tiers_in_force
    from compare_tui.bootstrap.prices import build_prices
    from compare_tui.bootstrap.store import new_id, open_store
    from compare_tui.engine.engine import Engine

    clock = SystemClock()
    surroundings = Surroundings(loaded, os.environ, clock, replays=False)
    with open_store(loaded, save=save, clock=clock, on_notice=on_notice) as store:
        engine = Engine(
            sources=build_sources(surroundings),
            recorder=store.recorder,
            history=store.history,
            pacing=store.pacing,
            prices=build_prices(surroundings, on_notice),
            ledger=store.ledger,
            clock=clock,
            new_id=new_id,
            random=random.random,
            policy=loaded.settings.policy(),
            observer=observer,
            tiers=tiers_in_force(loaded.settings),
        )
        try:
            yield engine
        finally:
            await engine.aclose()


@contextmanager
def _usage(loaded: Loaded, on_notice: Callable[[str], None]) -> Iterator[UsageReader]:
    from compare_tui.bootstrap.store import open_database
    from compare_tui.storage.usage import SqliteUsage

    with open_database(loaded, SystemClock(), on_notice) as database:
        yield SqliteUsage(database)


@contextmanager
def _history(loaded: Loaded, on_notice: Callable[[str], None]) -> Iterator[History]:
    from compare_tui.bootstrap.store import open_database
    from compare_tui.storage.history import SqliteHistory

    clock = SystemClock()
    with open_database(loaded, clock, on_notice) as database:
        history = SqliteHistory(database, clock=clock)
        history.look_after_the_dead()
        yield history
