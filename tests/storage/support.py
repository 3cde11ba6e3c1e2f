"""What the tests of the store share: databases on a given clock, comparisons that grow by hand, raw looks at files."""

from __future__ import annotations

import itertools
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from compare_tui.domain.events import AnswerEvent, AttemptStarted, ReasoningReceived, RequestSent, TextReceived
from compare_tui.domain.fold import fold
from compare_tui.domain.json_types import Json
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.engine.comparison import AnswerFeed, Chunk, Comparison, Turn
from compare_tui.engine.ports import Clock, Recorder
from compare_tui.storage.database import Database
from compare_tui.storage.file_systems import MOUNTINFO
from compare_tui.storage.opening import Opener
from compare_tui.storage.schema import MIGRATIONS, Migration
from tests.support.manual_clock import ManualClock

_IDS = itertools.count(1)
_ROOT = Path(__file__).parents[2]


def new_id() -> str:
    """Return an id that this process has not used."""
    return f"id-{next(_IDS)}"


class Notices:
    """Takes notices from any thread."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._came = threading.Condition()

    def __call__(self, line: str) -> None:
        with self._came:
            self.lines.append(line)
            self._came.notify_all()

    def wait_for(self, part: str, timeout_s: float = 10) -> str:
        """Return the first notice that holds `part`, waiting for it."""
        with self._came:
            assert self._came.wait_for(lambda: any(part in line for line in self.lines), timeout_s), self.lines
            return next(line for line in self.lines if part in line)


def open_database(
    path: Path,
    notices: Notices | None = None,
    *,
    clock: Clock | None = None,
    ids: Callable[[], str] | None = None,
    migrations: Sequence[Migration] = MIGRATIONS,
    mountinfo: Path = MOUNTINFO,
) -> Database:
    """Return a database on the file that the tests expect."""
    return Database(
        path,
        clock=clock or ManualClock(),
        new_id=ids or new_id,
        on_notice=notices or Notices(),
        opener=partial(Opener, migrations=migrations, mountinfo=mountinfo),
    )


def rows(path: Path, query: str, *values: object) -> list[tuple[object, ...]]:
    """Read the file as any other program would."""
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        return connection.execute(query, values).fetchall()


class Scene:
    """A comparison that a test writes by hand, as the engine would."""

    def __init__(self, recorder: Recorder, clock: ManualClock, *models: str, system: str | None = None) -> None:
        self.recorder = recorder
        self.clock = clock
        lanes = tuple(Lane(LaneId(i), LaneSpec(model, "openrouter", {"seed": i})) for i, model in enumerate(models))
        self.comparison = Comparison(new_id(), clock.wall(), lanes, system=system, next_lane_id=len(lanes))
        recorder.comparison_opened(self.comparison)

    def ask(self, prompt: str, lanes: Sequence[Lane] | None = None) -> list[AnswerFeed]:
        """Send a prompt; the answers are under way."""
        turn = Turn(len(self.comparison.turns) + 1, prompt, self.clock.wall())
        self.comparison.turns.append(turn)
        self.recorder.turn_started(self.comparison, turn)
        return [self.ask_again(lane, turn) for lane in (self.comparison.lanes if lanes is None else lanes)]

    def ask_again(self, lane: Lane, turn: Turn) -> AnswerFeed:
        """Ask one lane in a turn."""
        feed = AnswerFeed(new_id(), lane, turn.number)
        turn.answers.setdefault(lane.id, []).append(feed)
        self.recorder.answer_started(self.comparison, feed)
        self.happen(feed, AttemptStarted(1), RequestSent())
        return feed

    def happen(self, feed: AnswerFeed, *events: AnswerEvent) -> None:
        """Let the answer take in events; the last may end it."""
        for event in events:
            now = self.clock.monotonic()
            feed.state = fold(feed.state, event, now)
            if isinstance(event, TextReceived | ReasoningReceived):
                at_ms = int((now - (feed.state.started_at or 0)) * 1000)
                feed.chunks.append(Chunk(at_ms, isinstance(event, ReasoningReceived), event.text))
        if feed.state.status.is_final:
            self.recorder.answer_ended(self.comparison, feed)

    def say(self, feed: AnswerFeed, *texts: str) -> None:
        """Let the answer grow."""
        self.happen(feed, *(TextReceived(text) for text in texts))


def lane(model: str, number: int = 0, **params: Json) -> Lane:
    """Return a lane outside of any comparison."""
    return Lane(LaneId(number), LaneSpec(model, "openrouter", params))


def start_program(name: str, *arguments: object, stdout: int | None = subprocess.PIPE) -> subprocess.Popen[str]:
    """Start a program of programs.py in a process of its own."""
    command = [sys.executable, "-m", "tests.storage.programs", name, *map(str, arguments)]
    return subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=stdout, text=True)


def start_together(programs: Sequence[subprocess.Popen[str]]) -> None:
    """Let programs that wait to be told begin at once, when all of them wait."""
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == '"waiting"\n'
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()


def finish(program: subprocess.Popen[str]) -> str:
    """Let the program end and return what it printed."""
    output, _ = program.communicate(timeout=30)
    assert program.returncode == 0
    return output
