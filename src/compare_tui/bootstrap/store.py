"""The store as the engine and the faces need it: one database, its recorder, its ledger, its sums."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from compare_tui.config.load import Loaded
from compare_tui.config.schema import OpenRouterBackend
from compare_tui.domain.server_limits import Pace
from compare_tui.domain.usage import Today
from compare_tui.engine.ports import Clock, Ledger, Pacing, Recorder, UsageReader
from compare_tui.storage.database import Database
from compare_tui.storage.history import SqliteHistory
from compare_tui.storage.ledger import SqliteLedger
from compare_tui.storage.null_recorder import NullRecorder
from compare_tui.storage.pacing import SqlitePacing
from compare_tui.storage.recorder import SqliteRecorder
from compare_tui.storage.usage import SqliteUsage


def new_id() -> str:
    """Return a name that no other comparison, answer or place has: 64 random bits."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Store:
    """What stands on one database file."""

    recorder: Recorder
    ledger: Ledger
    today: Callable[[], Today | None]
    history: SqliteHistory
    pacing: Pacing
    usage: UsageReader


@contextmanager
def open_database(loaded: Loaded, clock: Clock, on_notice: Callable[[str], None]) -> Iterator[Database]:
    """Give the database; it is opened at its first use and left at the end."""
    database = Database(loaded.paths.database, clock=clock, new_id=new_id, on_notice=on_notice)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def open_store(loaded: Loaded, *, save: bool, clock: Clock, on_notice: Callable[[str], None]) -> Iterator[Store]:
    """Give the store and close it, in bounded time. Without `save` the recorder keeps nothing; limits count."""
    with open_database(loaded, clock, on_notice) as database:
        limits = loaded.settings.domain_limits()
        recorder = SqliteRecorder(database, clock=clock, on_notice=on_notice) if save else None
        ledger = SqliteLedger(database, limits, clock=clock, new_id=new_id, on_notice=on_notice)
        usage = SqliteUsage(database, limits)
        history = SqliteHistory(database, clock=clock)
        pacing = SqlitePacing(database, _paces(loaded), clock=clock)
        try:
            yield Store(recorder or NullRecorder(), ledger, lambda: usage.today(clock.wall()), history, pacing, usage)
        finally:
            if recorder is not None:
                recorder.close()
            ledger.close()
            pacing.close()


def _paces(loaded: Loaded) -> dict[str, Pace]:
    """Return the paces that backends keep to without naming them: https://openrouter.ai/docs/api-reference/limits."""
    backends = loaded.settings.backends.items()
    return {name: Pace(":free", 20, 60.0) for name, backend in backends if isinstance(backend, OpenRouterBackend)}
