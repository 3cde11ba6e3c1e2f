"""The engine of the panes: built in its own thread after the first paint, on a store that outlives it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from compare_tui.bootstrap.notices import Notices
from compare_tui.cli.services import AppOrder
from compare_tui.domain.lanes import LaneSpec
from compare_tui.engine.clock import SystemClock
from compare_tui.engine.ports import ComparisonSource, Observer
from compare_tui.tui.services import EnginePort, Today

if TYPE_CHECKING:
    from compare_tui.bootstrap.backends import Surroundings
    from compare_tui.bootstrap.store import Store
    from compare_tui.engine.engine import Engine
    from compare_tui.engine.thread import EngineThread


class EngineRoom:
    """What the panes need of engine and store. `until_closed` closes the store, after the engine.

    Heavy imports stand in the methods: they run in the engine's thread, not before the first paint.
    """

    def __init__(self, order: AppOrder, until_closed: ExitStack, *, replays: bool) -> None:
        self.clock = SystemClock()
        self.notices = Notices()
        self._order = order
        self._loaded = order.loaded
        self._until_closed = until_closed
        self._replays = replays
        self._sources: dict[str, ComparisonSource] = {}
        self._thread: EngineThread | None = None
        self._read_today: Callable[[], Today | None] | None = None
        self.store: Store | None = None
        """History, usage and the limits of servers; None until the engine is built."""

    def start(self, observer: Observer) -> EnginePort:
        """Start the engine's thread."""
        from compare_tui.engine.thread import EngineThread

        self._thread = EngineThread(lambda: self._build(observer))
        self._thread.start()
        return self._thread

    def wait_until_built(self) -> None:
        """Wait until engine and store stand. Raises what hindered them."""
        assert self._thread is not None  # nobody asks before the engine is started
        self._thread.call(lambda _engine: None).result()

    def parse_lanes(self, spelling: str) -> Sequence[LaneSpec]:
        """Return the lanes of one spelling. Raises UsageError."""
        return self._loaded.parse_lanes(spelling)

    def today(self) -> Today:
        """Return today's sums; zero until the store is open."""
        return (self._read_today() if self._read_today else None) or Today(0, 0.0)

    def add_server(self, address: str) -> Sequence[LaneSpec]:
        """Make a server's models askable and return lanes of the first ones. Raises CompareTuiError."""
        from compare_tui.bootstrap.backends import build_sources
        from compare_tui.bootstrap.servers import SERVER, adopt_server

        self._loaded, lanes = adopt_server(self._loaded, address)
        assert self._thread is not None  # the start screen comes after the first paint

        def add(_engine: Engine) -> None:
            self._sources[SERVER] = build_sources(self._surroundings())[SERVER]

        self._thread.call(add).result()
        return lanes

    def add_embedded(self, say: Callable[[str], None]) -> Sequence[LaneSpec]:
        """Fetch what the embedded model lacks and return its demonstration's lanes. Raises CompareTuiError."""
        from compare_tui.bootstrap.embedded import fetch_parts, in_words
        from compare_tui.sources.local_demo import DEMO_LANES

        fetch_parts(self._loaded, lambda progress: say(in_words(progress)))
        return DEMO_LANES

    def _build(self, observer: Observer) -> Engine:
        from compare_tui.bootstrap.backends import build_sources, tiers_in_force
        from compare_tui.bootstrap.prices import build_prices
        from compare_tui.bootstrap.store import new_id, open_store
        from compare_tui.engine.engine import Engine

        settings = self._loaded.settings
        store = self._until_closed.enter_context(
            open_store(self._loaded, save=self._order.save, clock=self.clock, on_notice=self.notices)
        )
        allowed = settings.limits.answers_per_minute

        def read_today() -> Today | None:
            sums = store.today()
            if sums is None:
                return None
            minute = None if allowed is None else (sums.places_this_minute, allowed)
            budget = settings.limits.budget_usd_per_day
            return Today(sums.answers, sums.cost_usd, budget, minute, sums.standings, self._quotas())

        self._read_today = read_today
        self.store = store
        self._sources = build_sources(self._surroundings())
        return Engine(
            sources=self._sources,
            recorder=store.recorder,
            history=store.history,
            pacing=store.pacing,
            prices=build_prices(self._surroundings(), self.notices),
            ledger=store.ledger,
            clock=self.clock,
            new_id=new_id,
            random=random.random,
            policy=settings.policy(),
            observer=observer,
            tiers=tiers_in_force(settings),
        )

    def _quotas(self) -> tuple[str, ...]:
        from compare_tui.engine.ports import TellsQuota

        known = [source.quota() for source in tuple(self._sources.values()) if isinstance(source, TellsQuota)]
        return tuple(quota.in_short() for quota in known if quota is not None and quota.remaining is not None)

    def _surroundings(self) -> Surroundings:
        from compare_tui.bootstrap.backends import Surroundings

        return Surroundings(self._loaded, os.environ, self.clock, replays=self._replays)
