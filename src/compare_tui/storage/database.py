"""The database: opened when it is first needed, opened again when its file was replaced, and closed in bounded time."""

from __future__ import annotations

import os
import platform
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from compare_tui.domain.errors import StorageError
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.ports import Clock
from compare_tui.storage.connections import connect, in_words, is_corrupt, transaction
from compare_tui.storage.locks import FileLock
from compare_tui.storage.opening import OpenDatabase, Opener
from compare_tui.storage.owners import OwnerMark, is_alive, owners_directory, remove_mark
from compare_tui.storage.recovery import retire

_CLOSE_LOCK_S: Final = 0.5


class Database:
    """One SQLite file, shared with other processes; any thread may use it.

    Every fault is a StorageError: the caller keeps what it has and comes again. `on_notice` takes one safe line about
    the state of the file; it is called from whichever thread uses the database, with the database locked, so it must
    not wait for another thread.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        on_notice: Callable[[str], None],
        opener: Callable[..., Opener] = Opener,
    ) -> None:
        self._path = path.absolute()
        self._clock = clock
        self._new_id = new_id
        self._lock = FileLock(self._path.with_name(self._path.name + ".lock"))
        self._opener = opener(self._path, self._lock, clock.wall, on_notice)
        self._using = threading.RLock()
        self._opened: OpenDatabase | None = None
        self._mark: OwnerMark | None = None
        self._owner: int | None = None
        self._is_suspect = False
        self.generation = 0
        """Grows each time a file is opened: what was written before may be in another file."""

    @property
    def owner(self) -> int:
        """The row of this process among the owners. To be read inside `write` only."""
        if self._owner is None:
            raise StorageError("Nobody has begun to write.")
        return self._owner

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """Run the body in one transaction, alone among all processes; `durable` waits until the disk has it.

        Raises StorageError. Waits as long as another process writes.
        """
        with self._using, self._faults_told():
            opened = self._lock_current()
            try:
                self._claim(opened)
                if not opened.always_synced:
                    opened.connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                with transaction(opened.connection):
                    yield opened.connection
            finally:
                if opened.lock is not None:
                    opened.lock.__exit__(None, None, None)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Read in the body. Raises StorageError. Does not wait for writers, but for the first opening."""
        opened = self._opened
        if opened is None or self._is_suspect or not opened.is_current():
            with self._using, self._faults_told():
                opened = self._current()
        if opened.read_from is None:
            with self._using, self._faults_told():
                yield opened.connection
            return
        with self._faults_told():
            writable = opened.lock is not None
            connection = connect(opened.read_from, mode="rw" if writable else "ro", immutable=opened.immutable)
            try:
                connection.execute("PRAGMA query_only = ON")
                yield connection
            finally:
                connection.close()

    def is_alive(self, token: str) -> bool:
        """Whether another owner's process is running. To be called inside `write` only."""
        return is_alive(owners_directory(self._path), token)

    def forget(self, tokens: Iterable[str]) -> None:
        """Remove what dead owners left beside the file."""
        for token in tokens:
            remove_mark(owners_directory(self._path), token)

    def close(self) -> None:
        """Leave the file, within a second. A later use opens it again."""
        if not self._using.acquire(timeout=_CLOSE_LOCK_S):
            return  # another thread waits for a lock that somebody holds; the process's end frees all
        try:
            opened = self._opened
            if opened is not None:
                with suppress(OSError):
                    if opened.lock is None or opened.lock.acquire_within(_CLOSE_LOCK_S):
                        self._take_leave(opened)
                self._drop()
                self._lock.close()
        finally:
            self._using.release()

    def _take_leave(self, opened: OpenDatabase) -> None:
        if self._owner is not None and opened.is_current():
            with suppress(sqlite3.Error), transaction(opened.connection):
                retire(opened.connection, self._owner)

    def _lock_current(self) -> OpenDatabase:
        """Return the database with its file lock held; the file is the one under the name."""
        while True:
            opened = self._current()
            if opened.lock is None:
                return opened
            opened.lock.__enter__()
            if opened.is_current():
                return opened
            opened.lock.__exit__(None, None, None)

    def _current(self) -> OpenDatabase:
        if self._opened is not None and (self._is_suspect or not self._opened.is_current()):
            self._drop_alone()
        if self._opened is None:
            self._opened = self._opener.open()
            self._is_suspect = False
            self.generation += 1
        return self._opened

    def _drop_alone(self) -> None:
        """Close the file under the lock: SQLite deletes the log by its name, under which a new file may just be put."""
        with ExitStack() as locked:
            with suppress(OSError):  # the directory is gone, and every other process's file with it
                locked.enter_context(self._lock)
            self._drop()

    def _drop(self) -> None:
        opened, self._opened = self._opened, None
        mark, self._mark = self._mark, None
        self._owner = None
        if mark is not None:
            mark.release()
        if opened is not None:
            opened.close()

    def _claim(self, opened: OpenDatabase) -> None:
        """Enter this process among the owners, once per opened file."""
        if self._owner is not None:
            return
        token = self._new_id()
        row = (token, os.getpid(), make_safe_line(platform.node()), int(self._clock.wall() * 1000))
        mark = None if opened.lock is None else OwnerMark(owners_directory(self._path), token)
        try:
            with transaction(opened.connection):
                cursor = opened.connection.execute(
                    "INSERT INTO owners (token, pid, host, since_ms) VALUES (?, ?, ?, ?)", row
                )
        except BaseException:
            if mark is not None:
                mark.release()
            raise
        self._mark, self._owner = mark, cursor.lastrowid

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as fault:
            if is_corrupt(fault):
                self._is_suspect = True
            raise StorageError(
                make_safe_line(f"The database {self._path} cannot be used: {in_words(fault)}.")
            ) from fault
