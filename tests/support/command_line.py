"""The command line in this process: real engine, scripted models, a clock of its own, no screen."""

from __future__ import annotations

import io
import itertools
import os
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass, field

from compare_tui.bootstrap.backend_tools import backend_tools
from compare_tui.cli.diagnostics import Diagnostics
from compare_tui.cli.main import call
from compare_tui.cli.output import Output
from compare_tui.cli.services import AppOrder, BackendTools
from compare_tui.cli.surroundings import Surroundings
from compare_tui.config.load import Loaded
from compare_tui.domain.messages import AnswerRequest
from compare_tui.domain.usage import Today, UsageReport
from compare_tui.domain.usage_by import UsageBy
from compare_tui.engine.engine import Engine
from compare_tui.engine.fan_out import FanOut
from compare_tui.engine.history import History
from compare_tui.engine.ports import Observer, UsageReader
from compare_tui.sources.scripted import Script, ScriptedSource
from tests.support.auto_clock import AutoClock
from tests.support.fakes import MemoryRecorder, OpenLedger


@dataclass
class Stage:
    """Services whose every backend plays `script_for`; keeps what was asked of it."""

    script_for: Callable[[AnswerRequest], Script]
    clock: AutoClock = field(default_factory=AutoClock)
    ledger: OpenLedger = field(default_factory=OpenLedger)
    requests: list[AnswerRequest] = field(default_factory=list)
    app_orders: list[AppOrder] = field(default_factory=list)
    demo_orders: list[AppOrder] = field(default_factory=list)
    saved: list[bool] = field(default_factory=list)
    notice: str = ""
    history: History | None = None
    used: UsageReport | None = None
    usage_asked: list[tuple[UsageBy, float | None]] = field(default_factory=list)

    def open_engine(
        self, loaded: Loaded, *, observer: Observer, save: bool, on_notice: Callable[[str], None]
    ) -> AbstractAsyncContextManager[Engine]:
        self.saved.append(save)
        if self.notice:
            on_notice(self.notice)
        return self._engine(loaded, observer)

    @asynccontextmanager
    async def _engine(self, loaded: Loaded, observer: Observer) -> AsyncGenerator[Engine, None]:
        ids = itertools.count(1)
        engine = Engine(
            sources={
                name: FanOut(ScriptedSource(clock=self.clock, script_for=self._script))
                for name in loaded.settings.backends
            },
            recorder=MemoryRecorder(),
            ledger=self.ledger,
            clock=self.clock,
            new_id=lambda: f"id-{next(ids)}",
            random=lambda: 0.5,
            policy=loaded.settings.policy(),
            observer=observer,
        )
        try:
            yield engine
        finally:
            await engine.aclose()

    def _script(self, request: AnswerRequest) -> Script:
        self.requests.append(request)
        return self.script_for(request)

    def open_usage(self, loaded: Loaded, *, on_notice: Callable[[str], None]) -> AbstractContextManager[UsageReader]:
        return self._usage()

    @contextmanager
    def _usage(self) -> Iterator[UsageReader]:
        yield self

    def today(self, now: float) -> Today | None:
        return None

    def report(self, *, by: UsageBy, since: float | None = None) -> UsageReport:
        self.usage_asked.append((by, since))
        assert self.used is not None
        return self.used

    def open_history(self, loaded: Loaded, *, on_notice: Callable[[str], None]) -> AbstractContextManager[History]:
        assert self.history is not None
        return nullcontext(self.history)

    def backend_tools(self, loaded: Loaded, name: str) -> BackendTools:
        return backend_tools(loaded, name)

    def run_app(self, order: AppOrder) -> int:
        self.app_orders.append(order)
        return 0

    def run_demo(self, order: AppOrder, diagnostics: Diagnostics) -> int:
        self.demo_orders.append(order)
        return 0


@dataclass(frozen=True)
class Done:
    """How a call ended."""

    status: int
    out: str
    err: str


def run_command(
    stage: Stage,
    *args: str,
    piped: bytes | None = None,
    terminal: bool = False,
    colours: bool = False,
    encoding: str = "utf-8",
    environ: dict[str, str] | None = None,
) -> Done:
    """Run one call to its end."""
    errors = io.StringIO()
    with tempfile.TemporaryFile() as file:
        output = Output(file.fileno(), encoding=encoding, is_terminal=terminal, colours=colours)
        surroundings = Surroundings(
            services=stage,
            environ=environ or {},
            output=output,
            diagnostics=Diagnostics(errors),
            piped=None if piped is None else io.BytesIO(piped),
            clock=stage.clock,
        )
        status = call(args, surroundings)
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        return Done(status, file.read().decode(encoding), errors.getvalue())
