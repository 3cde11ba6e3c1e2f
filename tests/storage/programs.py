"""Programs that the tests run in processes of their own: `python -m tests.storage.programs NAME ARGUMENTS`."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from compare_tui.domain.events import FinishReported, StreamEnded, TextReceived
from compare_tui.domain.limits import Limits
from compare_tui.engine.clock import SystemClock
from compare_tui.engine.comparison import AnswerFeed
from compare_tui.engine.ports import Demand
from compare_tui.storage.database import Database
from compare_tui.storage.ledger import SqliteLedger
from compare_tui.storage.opening import Opener
from compare_tui.storage.recorder import SqliteRecorder
from compare_tui.storage.schema import MIGRATIONS
from compare_tui.storage.usage import SqliteUsage
from tests.storage.support import Notices, Scene, lane
from tests.support.manual_clock import ManualClock


class LiveClock(ManualClock):
    """A manual clock in type, the machine's time in fact."""

    def wall(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _wait_to_be_told() -> None:
    _say("waiting")
    sys.stdin.readline()


def _database(path: str, notices: Notices, opener: partial[Opener] | type[Opener] = Opener) -> Database:
    return Database(Path(path), clock=SystemClock(), new_id=lambda: uuid.uuid4().hex, on_notice=notices, opener=opener)


def _add_log(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE log (line TEXT)")


def _add_line(connection: sqlite3.Connection) -> None:
    time.sleep(0.01)
    connection.execute("INSERT INTO log VALUES ('migrated')")


def open_once(path: str, n_migrations: str) -> None:
    """Open the file when told to, migrating it through `n_migrations` more steps, and write once."""
    _wait_to_be_told()
    notices = Notices()
    more = (_add_log, *(_add_line,) * (int(n_migrations) - 1)) if int(n_migrations) else ()
    database = _database(path, notices, partial(Opener, migrations=(*MIGRATIONS, *more)))
    with database.write() as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
    database.close()
    _say({"version": version, "notices": notices.lines})


def reserve(path: str, times: str, limit: str) -> None:
    """Take places one after the other, when told to."""
    _wait_to_be_told()

    async def run() -> None:
        database = _database(path, Notices())
        ledger = SqliteLedger(
            database,
            Limits(answers_per_minute=int(limit)),
            clock=SystemClock(),
            new_id=lambda: uuid.uuid4().hex,
            on_notice=_fail,
        )
        granted, longest_s = 0, 0.0
        for _ in range(int(times)):
            began = time.monotonic()
            places = await ledger.reserve([lane("m")])
            longest_s = max(longest_s, time.monotonic() - began)
            if isinstance(places, tuple):
                granted += 1
                await ledger.settle(places[0])
        ledger.close()
        database.close()
        _say({"granted": granted, "longest_s": longest_s})

    asyncio.run(run())


def spend(path: str, times: str, worst_usd: str, budget_usd: str) -> None:
    """Reserve a cost again and again, when told to, and charge it in full."""
    _wait_to_be_told()

    async def run() -> None:
        database = _database(path, Notices())
        limits = Limits(budget_usd_per_day=float(budget_usd) + 1e-9)
        ledger = SqliteLedger(database, limits, clock=SystemClock(), new_id=lambda: uuid.uuid4().hex, on_notice=_fail)
        granted = 0
        for _ in range(int(times)):
            places = await ledger.reserve([lane("m")], Demand(worst_usd=(float(worst_usd),)))
            if isinstance(places, tuple):
                granted += 1
                await ledger.settle(places[0])
                await ledger.charge(places[0], float(worst_usd))
        ledger.close()
        database.close()
        _say(granted)

    asyncio.run(run())


def _fail(notice: str) -> None:
    raise AssertionError(notice)


def reserve_and_hang(path: str, n_reserved: str, n_settled: str) -> None:
    """Take places, settle some of them, and wait to be killed."""

    async def run() -> None:
        ledger = SqliteLedger(
            _database(path, Notices()),
            Limits(answers_per_minute=100),
            clock=SystemClock(),
            new_id=lambda: uuid.uuid4().hex,
            on_notice=_fail,
        )
        places = await ledger.reserve([lane("m")] * (int(n_reserved) + int(n_settled)))
        assert isinstance(places, tuple)
        for place in places[: int(n_settled)]:
            await ledger.settle(place)
        await ledger.reserve([])  # behind what was settled
        _say("ready")
        sys.stdin.readline()

    asyncio.run(run())


def record(path: str) -> None:
    """Record four answers that grow, and print each piece with its time, until killed."""
    clock = LiveClock()
    notices = Notices()
    recorder = SqliteRecorder(_database(path, notices), clock=clock, on_notice=notices)
    scene = Scene(recorder, clock, "a", "b", "c", "d")
    feeds = scene.ask("Count.")
    number = 0
    while True:
        number += 1
        for feed in feeds:
            scene.say(feed, f"{number} ")
            os.write(1, f"{feed.lane.id} {number} {time.monotonic()}\n".encode())
        time.sleep(0.004)


def fill_the_disk(path: str) -> None:
    """Record an answer that is larger than a file may be, then let files be larger."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    clock = LiveClock()
    notices = Notices()
    database = _database(path, notices)
    recorder = SqliteRecorder(database, clock=clock, on_notice=notices, retry_s=0.05)
    scene = Scene(recorder, clock, "a")
    [feed] = scene.ask("Write a lot.")
    scene.say(feed, *["0123456789" * 100] * 600)
    _end(scene, feed)
    notices.wait_for("kept in memory")
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    notices.wait_for("saved again")
    asyncio.run(recorder.flush())
    recorder.close()
    database.close()
    _say(notices.lines)


def _end(scene: Scene, feed: AnswerFeed) -> None:
    scene.happen(feed, TextReceived("."), FinishReported("stop"), StreamEnded(done=True))


def use_without_rights(path: str) -> None:
    """Use a database whose directory cannot be written by this user."""
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    clock = LiveClock()
    notices = Notices()
    database = _database(path, notices)
    before = SqliteUsage(database).report().totals.answers
    recorder = SqliteRecorder(database, clock=clock, on_notice=notices)
    scene = Scene(recorder, clock, "a")
    [feed] = scene.ask("Hello")
    _end(scene, feed)

    async def run() -> bool:
        ledger = SqliteLedger(
            database, Limits(answers_per_minute=1), clock=clock, new_id=lambda: uuid.uuid4().hex, on_notice=_fail
        )
        first = await ledger.reserve([lane("m")])
        second = await ledger.reserve([lane("m")])
        await recorder.flush()
        ledger.close()
        return isinstance(first, tuple) and not isinstance(second, tuple)

    limit_holds = asyncio.run(run())
    recorder.close()
    database.close()
    _say({"before": before, "limit_holds": limit_holds, "notices": notices.lines})


_PROGRAMS: Mapping[str, Callable[..., None]] = {
    program.__name__: program
    for program in (open_once, reserve, spend, reserve_and_hang, record, fill_the_disk, use_without_rights)
}

if __name__ == "__main__":
    _PROGRAMS[sys.argv[1]](*sys.argv[2:])
