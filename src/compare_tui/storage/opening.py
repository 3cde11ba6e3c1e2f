"""Opens the file, whatever state it and its place are in.

    nothing or empty   made, migrated
    older              copied, migrated
    newer              read as it is; what is new stays in memory
    damaged            set aside, what can be read is carried over
    not writable       read if it is there; what is new stays in memory
    on the network     a rollback journal in place of WAL

Everything but the first is told in one line.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from compare_tui.domain.safe_text import make_safe_line
from compare_tui.storage.connections import connect, connect_memory, in_words, is_corrupt, is_unwritable, user_version
from compare_tui.storage.file_systems import MOUNTINFO, network_file_system
from compare_tui.storage.files import make_private_file, set_aside
from compare_tui.storage.locks import FileLock
from compare_tui.storage.migrate import migrate
from compare_tui.storage.owners import is_alive, owners_directory
from compare_tui.storage.salvage import salvage
from compare_tui.storage.schema import MIGRATIONS, Migration

_ALWAYS_CHECKED_BYTES: Final = 1_048_576
"""A file up to this size is checked at each opening: that takes about 2 ms."""
_WAL_LIMIT_BYTES: Final = 4_194_304
_MAGIC: Final = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """An open database: one connection that writes, and where to read."""

    connection: sqlite3.Connection
    """Writes. In memory it is the only one."""
    lock: FileLock | None
    """To be held while writing; None in memory, which nobody shares."""
    fd: int | None
    """The open file, to see whether it is still there and still a database; None in memory."""
    path: Path
    read_from: Path | None
    """The file to read, None: read from `connection`."""
    immutable: bool = False
    """The file to read can get no companions, so it is read as one that never changes."""
    always_synced: bool = False
    """The journal is no WAL: each transaction must reach the disk in full."""

    def is_current(self) -> bool:
        """Whether the file under the name is still the one that is open, and still begins as a database."""
        if self.fd is None:
            return True
        try:
            return _is_under(self.path, self.fd) and _is_database(self.fd)
        except OSError:
            return False

    def close(self) -> None:
        """Close the connection that writes, and the file. To be called once."""
        self.connection.close()
        if self.fd is not None:
            os.close(self.fd)


@dataclass(frozen=True, slots=True)
class Opener:
    """How to open: `path` is absolute, `wall` tells Unix seconds, `on_notice` takes one safe line."""

    path: Path
    lock: FileLock
    wall: Callable[[], float]
    on_notice: Callable[[str], None]
    migrations: Sequence[Migration] = MIGRATIONS
    mountinfo: Path = field(default=MOUNTINFO)

    def open(self) -> OpenDatabase:
        """Open the database, in memory if its place cannot be written.

        Raises sqlite3.Error or OSError if it cannot be opened at the moment: a full disk, a foreign lock.
        """
        try:
            return self._open_file()
        except (OSError, sqlite3.Error) as fault:
            if not is_unwritable(fault):
                raise
            return self._open_beside(f"cannot be written ({in_words(fault)})")

    def _open_file(self) -> OpenDatabase:
        make_private_file(self.path)
        try:
            return self._open_as_it_is()
        except sqlite3.DatabaseError as fault:
            if not is_corrupt(fault):
                raise
        with self.lock:
            return self._replace_damaged()

    def _open_as_it_is(self) -> OpenDatabase:
        """Open the file, and migrate it if it is an older one.

        Connecting and closing are done under the lock: SQLite finds and deletes the write-ahead log by its name, under
        which another process may just be putting a new file.
        """
        with self.lock:
            opened = self._connect()
            try:
                version = user_version(opened.connection)
                if version <= len(self.migrations) and not self._is_ready(opened):
                    self._prepare(opened.connection)
            except BaseException:
                opened.close()
                raise
        try:
            if version <= len(self.migrations):
                self._check(opened.connection)
                return self._with_journal(opened)
        except BaseException:
            with self.lock:
                opened.close()
            raise
        opened.close()
        return self._open_beside(
            f"was made by a newer version (schema {version}, this one knows {len(self.migrations)})"
        )

    def _connect(self) -> OpenDatabase:
        """Connect to the file under the name, also if it is replaced meanwhile."""
        while True:
            fd = os.open(self.path, os.O_RDONLY)
            try:
                opened = OpenDatabase(connect(self.path), self.lock, fd, self.path, self.path)
            except BaseException:
                os.close(fd)
                raise
            if _is_under(self.path, fd):
                return opened
            opened.close()

    def _is_ready(self, opened: OpenDatabase) -> bool:
        journal = opened.connection.execute("PRAGMA journal_mode").fetchone()[0]
        return user_version(opened.connection) == len(self.migrations) and (journal == "wal") is (
            self._network() is None
        )

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA journal_mode = {'TRUNCATE' if self._network() else 'WAL'}")
        migrate(connection, self.migrations, self.path)

    def _with_journal(self, opened: OpenDatabase) -> OpenDatabase:
        connection = opened.connection
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
        if network := self._network():
            self._notice(f"is on a network file system ({network}): it is kept without WAL, which is slower")
        if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            return opened
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA synchronous = FULL")
        return replace(opened, always_synced=True)

    def _network(self) -> str | None:
        return network_file_system(self.path, self.mountinfo)

    def _check(self, connection: sqlite3.Connection) -> None:
        """Raise sqlite3.DatabaseError if the file is damaged; a large one is trusted after a clean end."""
        tokens = [token for (token,) in connection.execute("SELECT token FROM owners")]
        marks = owners_directory(self.path)
        if self.path.stat().st_size <= _ALWAYS_CHECKED_BYTES or not all(is_alive(marks, token) for token in tokens):
            check_pages(connection)

    def _replace_damaged(self) -> OpenDatabase:
        """Set the damaged file aside and make a sound one, unless another process has just done so."""
        try:
            return self._with_journal(self._connect_to_sound())
        except sqlite3.DatabaseError as fault:
            if not is_corrupt(fault):
                raise
        return self._with_journal(self._start_anew())

    def _connect_to_sound(self) -> OpenDatabase:
        opened = self._connect()
        try:
            check_pages(opened.connection)
            self._prepare(opened.connection)
        except BaseException:
            opened.close()
            raise
        return opened

    def _start_anew(self) -> OpenDatabase:
        aside = set_aside(self.path, self.wall())
        make_private_file(self.path)
        opened = self._connect()
        try:
            self._prepare(opened.connection)
            saved = salvage(aside, opened.connection)
        except BaseException:
            opened.close()
            raise
        self._notice(
            f"was damaged: it is kept as {aside.name}, and {saved.comparisons} comparisons with "
            f"{saved.answers} answers were carried over"
        )
        return opened

    def _open_beside(self, why: str) -> OpenDatabase:
        """Write to memory; read from the file if that is possible."""
        memory = connect_memory()
        migrate(memory, self.migrations)
        readable = self._readable()
        self._notice(why, "This session is kept in memory only, and limits count this copy of the program alone: ")
        read_from = None if readable is None else self.path
        return OpenDatabase(memory, None, None, self.path, read_from, immutable=readable == "immutable")

    def _readable(self) -> str | None:
        """Return how the file can be read: `shared`, `immutable` (no companions can be made), or None."""
        for kind in ("shared", "immutable"):
            try:
                with closing(connect(self.path, mode="ro", immutable=kind == "immutable")) as connection:
                    connection.execute("SELECT count(*) FROM answers")
                    return kind
            except sqlite3.Error:
                continue
        return None

    def _notice(self, what: str, consequence: str = "") -> None:
        """Tell what the database is; what follows from it stands before, where a short line still shows it."""
        article = "the" if consequence else "The"
        self.on_notice(make_safe_line(f"{consequence}{article} database {self.path} {what}."))


def check_pages(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError with SQLITE_CORRUPT if a page is damaged."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        fault = sqlite3.DatabaseError(found)
        fault.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise fault


def _is_under(path: Path, fd: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(fd))
    except FileNotFoundError:
        return False


if sys.platform == "win32":

    def _is_database(fd: int) -> bool:
        return True  # an open file cannot be written over there

else:

    def _is_database(fd: int) -> bool:
        return os.pread(fd, len(_MAGIC), 0) == _MAGIC
