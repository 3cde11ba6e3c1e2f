"""Keeps what happens, in a thread of its own: the engine never waits for the disk.

While answers are under way their feeds are looked at every 50 ms. What is new goes to the file, all answers in one
transaction, every 150 ms, or as soon as it is 4 kB; an answer's end is written at the next look and synced. A fault
leaves everything in memory, is told once, and is tried again.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Final

from compare_tui.domain.errors import StorageError
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn
from compare_tui.engine.history import UNDO_S
from compare_tui.engine.ports import Clock
from compare_tui.storage.database import Database
from compare_tui.storage.journal import Journal
from compare_tui.storage.recovery import purge, recover
from compare_tui.storage.values import ms_value

_LOOK_S: Final = 0.05
_WRITE_EVERY_S: Final = 0.15
_WRITE_AT_CHARS: Final = 4096
_RETRY_S: Final = 1.0
_FLUSH_LIMIT_S: Final = 1.5
_CLOSE_LIMIT_S: Final = 1.5


class SqliteRecorder:
    """Implements the `Recorder` port on a `Database`. Its thread starts at once and first looks after the dead.

    `on_notice` takes one safe line, is called from that thread and must not wait for another.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        on_notice: Callable[[str], None],
        write_every_s: float = _WRITE_EVERY_S,
        retry_s: float = _RETRY_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_notice = on_notice
        self._write_every_s = write_every_s
        self._retry_s = retry_s
        self._journal = Journal(on_notice)
        self._told: deque[Callable[[], None]] = deque()
        self._flushes: deque[Future[None]] = deque()
        self._woken = threading.Event()
        self._hurried = threading.Event()
        self._is_closing = False
        self._has_recovered = False
        self._generation = 0
        self._fault = ""
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    # The port

    def comparison_opened(self, comparison: Comparison) -> None:
        """A comparison of the past goes on; a new one is kept from its first turn on."""
        if comparison.turns and not comparison.is_read_only:
            self._tell(partial(self._journal.comparison_opened, comparison))

    def comparison_left(self, comparison: Comparison) -> None:
        """Another program may go on with it."""
        self._tell(partial(self._journal.comparison_left, comparison))

    def lanes_changed(self, comparison: Comparison) -> None:
        """Lanes were added, removed, moved or edited."""
        self._tell(partial(self._journal.lanes_changed, comparison))

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        """A prompt goes out."""
        self._tell(partial(self._journal.turn_started, comparison, turn))

    def alternative_shown(self, comparison: Comparison, turn: Turn) -> None:
        """Another alternative counts as said."""
        self._tell(partial(self._journal.turn_started, comparison, turn))

    def answer_started(self, comparison: Comparison, feed: AnswerFeed) -> None:
        """An answer begins; its feed is read from now on."""
        self._tell(partial(self._journal.answer_started, comparison, feed, ms_value(self._clock.wall())))

    def answer_ended(self, comparison: Comparison, feed: AnswerFeed) -> None:
        """An answer is final."""
        self._tell(partial(self._journal.answer_ended, comparison, feed, ms_value(self._clock.wall())))

    def cost_found(self, comparison: Comparison, feed: AnswerFeed) -> None:
        """A cost was found out afterwards."""
        self._tell(partial(self._journal.cost_found, feed))

    async def flush(self) -> None:
        """Wait until everything told so far is kept, or could not be, at most 1.5 s."""
        done: Future[None] = Future()
        self._flushes.append(done)
        self._hurry()
        if not self._thread.is_alive():
            return
        try:
            await asyncio.wait_for(asyncio.wrap_future(done), _FLUSH_LIMIT_S)
        except TimeoutError:
            self._on_notice("The database does not answer: the last answers may not be saved.")

    def close(self) -> None:
        """Write what is left and end the thread, within 1.5 s. The database stays open."""
        self._is_closing = True
        self._hurry()
        self._thread.join(_CLOSE_LIMIT_S)

    def _tell(self, what: Callable[[], None]) -> None:
        self._told.append(what)
        self._woken.set()

    def _hurry(self) -> None:
        self._hurried.set()
        self._woken.set()

    # The thread

    def _run(self) -> None:
        self._attempt(self._write)
        last_s = time.monotonic()
        while not self._is_closing:
            self._wait()
            flushes = self._take_flushes()
            was_told = self._take_told()
            if flushes or was_told or self._is_due(time.monotonic() - last_s):
                last_s = time.monotonic()
                self._attempt(self._write)
            _answer(flushes)
        self._take_told()
        self._attempt(self._write)
        _answer(self._take_flushes())

    def _wait(self) -> None:
        if self._journal.is_idle and not self._told:
            self._woken.wait()
        self._woken.clear()
        # The request of a turn that was just told goes out first; what comes meanwhile is written together.
        self._hurried.wait(self._retry_s if self._fault else _LOOK_S)

    def _take_flushes(self) -> list[Future[None]]:
        self._hurried.clear()
        return [self._flushes.popleft() for _ in range(len(self._flushes))]

    def _take_told(self) -> bool:
        """Take in what was told, and return whether it is worth writing at once."""
        n_told = len(self._told)
        for _ in range(n_told):
            self._told.popleft()()
        return n_told > 0

    def _is_due(self, since_s: float) -> bool:
        is_time = since_s >= self._write_every_s - _LOOK_S / 2
        return is_time or bool(self._fault) or self._journal.n_unwritten_chars() >= _WRITE_AT_CHARS

    def _write(self) -> None:
        if not self._has_recovered:
            self._recover()
        if not self._journal.has_news():
            return
        with self._database.write(durable=self._journal.has_ended_answers) as db:
            if self._database.generation != self._generation:
                if self._generation:
                    self._journal.start_over()
                self._generation = self._database.generation
            self._journal.write(db, self._database.owner)
        self._journal.written()

    def _recover(self) -> None:
        with self._database.write(durable=True) as db:
            n_cut, tokens = recover(db, own=self._database.owner, is_alive=self._database.is_alive)
            purge(db, int((self._clock.wall() - UNDO_S) * 1000))
        self._has_recovered = True
        self._database.forget(tokens)
        if n_cut:
            answers = "1 answer" if n_cut == 1 else f"{n_cut} answers"
            self._on_notice(f"{answers} cut short when the program last ended: what had arrived is kept.")

    def _attempt(self, what: Callable[[], None]) -> None:
        """Do it; a fault of storage is told when it is another one than before, and when it is over."""
        try:
            what()
        except StorageError as fault:
            message = make_safe_line(f"Answers are kept in memory, and saving is tried again. {fault}")
        except Exception as fault:  # the thread must outlive whatever is wrong with one row
            message = make_safe_line(
                f"Answers cannot be saved: {type(fault).__name__}: {fault}. They are kept in memory."
            )
        else:
            if self._fault:
                self._on_notice("Answers are saved again.")
            self._fault = ""
            return
        if message != self._fault:
            self._on_notice(message)
        self._fault = message


def _answer(flushes: list[Future[None]]) -> None:
    for flush in flushes:
        if flush.set_running_or_notify_cancel():
            flush.set_result(None)
