"""The app on a real engine thread with scripted models: for pilots, snapshots and ptys."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from compare_tui.domain.lane_spelling import parse_lanes, spell_lane
from compare_tui.engine.clock import SystemClock
from compare_tui.engine.engine import Engine
from compare_tui.engine.fan_out import FanOut
from compare_tui.engine.policy import Policy
from compare_tui.engine.ports import Clock, ComparisonSource, LaneSource, Ledger, Observer
from compare_tui.engine.thread import EngineThread
from compare_tui.sources.scripted import ScriptedSource
from compare_tui.sources.scripts import built_in_script
from compare_tui.tui.services import EnginePort, Services, Today
from tests.support.fakes import MemoryRecorder, OpenLedger

BACKENDS = ("scripted", "other")


@dataclass
class Stage:
    """An engine thread on sources of a test's choice, and the services that an app needs to stand on it."""

    source: LaneSource
    other: LaneSource | None = None
    ledger: Ledger | None = None
    policy: Policy = field(default_factory=Policy)
    clock: Clock = field(default_factory=SystemClock)
    engine: EngineThread | None = None

    def start(self, observer: Observer) -> EnginePort:
        ids = itertools.count(1)
        sources: dict[str, ComparisonSource] = {"scripted": FanOut(self.source)}
        sources["other"] = FanOut(self.other or self.source)

        def build() -> Engine:
            return Engine(
                sources=sources,
                recorder=MemoryRecorder(),
                ledger=self.ledger or OpenLedger(),
                clock=self.clock,
                new_id=lambda: f"id-{next(ids)}",
                random=lambda: 0.5,
                policy=self.policy,
                observer=observer,
            )

        self.engine = EngineThread(build)
        self.engine.start()
        return self.engine

    def services(self, *spellings: str, **changes: object) -> Services:
        """Return services with these lanes; `changes` are fields of Services."""
        read = partial(parse_lanes, backends=BACKENDS, default_backend="scripted")
        lanes = [lane for spelling in spellings for lane in read(spelling)]
        services = Services(
            start_engine=self.start,
            parse_lanes=read,
            spell_lane=partial(spell_lane, default_backend="scripted"),
            default_backend="scripted",
            lanes=lanes,
            monotonic=self.clock.monotonic,
        )
        return replace(services, **changes)  # type: ignore[arg-type]


def scripted_stage() -> Stage:
    """A stage of the built-in scripts, at their own pace."""
    return Stage(ScriptedSource(clock=SystemClock(), script_for=built_in_script))


def main(arguments: Sequence[str], run: Callable[[Services], int] | None = None) -> int:
    """Run the app on a terminal: `python -m tests.support.tui_app fast slow thinker`; PROMPT is sent at once."""
    from compare_tui.tui.run import run_app

    services = scripted_stage().services(
        *arguments,
        prompt=os.environ.get("PROMPT", ""),
        theme=os.environ.get("THEME", "dark"),
        lineup="everyday",
        slow=True if os.environ.get("SLOW") else None,
        today=lambda: Today(41, 0.0412, 5.0, (17, 20)),
    )
    return (run or run_app)(services)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
