"""Kill -9 in the middle of eight streams, and what is left of them at the next start.

`python -m tests.support.kills DATABASE LOG` is the program that is killed: the whole engine on sources that say a
number every 10 ms; some lanes end early. What each lane has received is noted in LOG with its time, as it comes.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.events import (
    AnswerEvent,
    FinishReported,
    RequestSent,
    StreamEnded,
    StreamEvent,
    TextReceived,
)
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.limits import Limits
from compare_tui.domain.messages import AnswerRequest
from compare_tui.engine.clock import SystemClock
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn
from compare_tui.engine.engine import Engine
from compare_tui.engine.fan_out import FanOut
from compare_tui.engine.policy import Policy
from compare_tui.storage.database import Database
from compare_tui.storage.history import SqliteHistory
from compare_tui.storage.ledger import SqliteLedger
from compare_tui.storage.recorder import SqliteRecorder

LANES = 8
MAY_BE_LOST_S = 0.25
_ROOT = Path(__file__).parents[2]
_EVERY_S = 0.01
_ENDING_LANES = 3
_PIECES_OF_LANE = 15
"""Lane 0 ends after so many pieces, lane 1 after twice as many, and so on up to the ending lanes."""


def _new_id() -> str:
    return secrets.token_hex(8)


class CountingSource:
    """A LaneSource that counts."""

    async def stream(self, request: AnswerRequest) -> AsyncGenerator[StreamEvent, None]:
        yield RequestSent()
        for number in itertools.count(1):
            await asyncio.sleep(_EVERY_S)
            yield TextReceived(f"{number} ")
            if request.lane.id < _ENDING_LANES and number == _PIECES_OF_LANE * (request.lane.id + 1):
                break
        yield FinishReported("stop")
        yield StreamEnded(done=True)

    async def warm_up(self) -> None:
        return None

    async def aclose(self) -> None:
        return None


class _Log:
    """Notes what came, before anything else is done."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        return None

    def answer_changed(self, comparison: Comparison, feed: AnswerFeed, event: AnswerEvent) -> None:
        what = event.text.strip() if isinstance(event, TextReceived) else "end" if feed.state.status.is_final else ""
        if what:
            os.write(self._fd, f"{feed.lane.id} {what} {time.monotonic()}\n".encode())


async def _stream(path: str, log: str) -> None:
    clock = SystemClock()
    database = Database(Path(path), clock=clock, new_id=_new_id, on_notice=print)
    engine = Engine(
        sources={"a": FanOut(CountingSource())},
        recorder=SqliteRecorder(database, clock=clock, on_notice=print),
        ledger=SqliteLedger(database, Limits(answers_per_day=1_000_000), clock=clock, new_id=_new_id, on_notice=print),
        clock=clock,
        new_id=_new_id,
        random=lambda: 0.5,
        policy=Policy(),
        observer=_Log(log),
    )
    comparison = engine.open_comparison([LaneSpec("m", "a")] * LANES)
    engine.start_turn(comparison, "Count.")
    await engine.wait(comparison)


@dataclass
class Left:
    """What a killed program had received, and what the file has of it."""

    faults: list[str] = field(default_factory=list)
    lost_s: float = 0.0
    """The age, at the kill, of the oldest piece that is not in the file."""
    n_pieces: int = 0
    n_ended: int = 0


def kill_once(directory: Path, after_s: float) -> Left:
    """Let eight lanes stream, kill the program this long after its first piece, start again and look."""
    path, log = directory / "compare-tui.db", directory / "log"
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.support.kills", str(path), str(log)]
    with subprocess.Popen(command, cwd=_ROOT) as program:
        while not (log.exists() and log.stat().st_size):
            assert program.poll() is None
            time.sleep(0.002)
        time.sleep(after_s)
        killed_at = time.monotonic()
        program.kill()
    left = Left()
    clock = SystemClock()
    database = Database(path, clock=clock, new_id=_new_id, on_notice=left.faults.append)
    recorder = SqliteRecorder(database, clock=clock, on_notice=lambda _: None)
    asyncio.run(recorder.flush())
    history = SqliteHistory(database, clock=clock)
    try:
        _look(left, history, log, killed_at)
        with database.read() as db:
            if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                left.faults.append("the file is damaged")
            if db.execute("SELECT count(*) FROM chunks").fetchone()[0]:
                left.faults.append("the journal was not folded")
            turn = f"{history.last()}/1"
            places = db.execute("SELECT count(*) FROM places WHERE turn = ? AND state = 'settled'", (turn,)).fetchone()
            if history.last() is not None and places[0] != LANES:
                left.faults.append(f"{LANES - places[0]} used places were freed")
    finally:
        recorder.close()
        database.close()
    return left


def _look(left: Left, history: SqliteHistory, log: Path, killed_at: float) -> None:
    received = _received(log)
    newest = history.last()
    texts: dict[int, tuple[str, AnswerStatus]] = {}
    if newest is not None:
        [turn] = history.record(newest).comparison.turns
        texts = {int(lane): (feed.text(), feed.state.status) for lane, [feed] in turn.answers.items()}
    for lane, pieces in received.items():
        text, status = texts.get(lane, ("", AnswerStatus.CUT))
        spoken = [piece for piece in pieces if piece[0] != "end"]
        left.n_pieces += len(spoken)
        kept = len(text.split())
        if text.split() != [str(number) for number in range(1, kept + 1)]:
            left.faults.append(f"lane {lane} has another text: {text[-40:]}")
        if kept < len(spoken):
            left.lost_s = max(left.lost_s, killed_at - spoken[kept][1])
        ended_at = next((at for what, at in pieces if what == "end"), None)
        if status is AnswerStatus.COMPLETE:
            left.n_ended += 1
        elif status is not AnswerStatus.CUT:
            left.faults.append(f"lane {lane} is marked {status}")
        if status is AnswerStatus.COMPLETE and ended_at is None and kept != _PIECES_OF_LANE * (lane + 1):
            left.faults.append(f"lane {lane} is marked complete without its end")
        if status is AnswerStatus.CUT and ended_at is not None:
            left.lost_s = max(left.lost_s, killed_at - ended_at)


def _received(log: Path) -> dict[int, list[tuple[str, float]]]:
    received: dict[int, list[tuple[str, float]]] = defaultdict(list)
    for line in log.read_text().splitlines():
        lane, what, at = line.split(" ")
        received[int(lane)].append((what, float(at)))
    return received


if __name__ == "__main__":
    asyncio.run(_stream(sys.argv[1], sys.argv[2]))
