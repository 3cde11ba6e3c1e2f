"""Connections to SQLite, and what its faults mean."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from compare_tui.domain.safe_text import make_safe_line

BUSY_TIMEOUT_S: Final = 5.0
"""How long SQLite waits for a lock that somebody holds who does not know our lock file."""

_WORDS: Final = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_BUSY: "another program has locked it",
    sqlite3.SQLITE_LOCKED: "another program has locked it",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_PERM: "access is denied",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is not a database",
}

_UNWRITABLE: Final = frozenset(
    {
        errno.EACCES,
        errno.EEXIST,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EPERM,
        errno.EROFS,
    }
)


def connect(path: Path, *, mode: Literal["rw", "ro"] = "rw", immutable: bool = False) -> sqlite3.Connection:
    """Open an existing file; transactions are begun and ended by hand. Raises sqlite3.Error."""
    uri = f"{path.as_uri()}?mode={mode}{'&immutable=1' if immutable else ''}"
    return _prepared(
        sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_S)
    )


def connect_memory() -> sqlite3.Connection:
    """Open a database that lives as long as its connection."""
    return _prepared(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.text_factory = _decode
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        # The file may have been changed by others: no function of a schema is run for them.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def user_version(connection: sqlite3.Connection) -> int:
    """Return the number of migrations that made this schema."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the body in one IMMEDIATE transaction: all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_corrupt(fault: BaseException) -> bool:
    """Whether the file itself is damaged, as against not being reachable."""
    return _code(fault) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_unwritable(fault: BaseException) -> bool:
    """Whether this place can never be written by us, as against not at the moment."""
    if isinstance(fault, OSError):
        return fault.errno in _UNWRITABLE
    return _code(fault) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)


def in_words(fault: BaseException) -> str:
    """Return the reason of a fault as a part of a sentence, in safe text."""
    if isinstance(fault, OSError):
        return make_safe_line(os.strerror(fault.errno) if fault.errno else str(fault))
    return _WORDS.get(_code(fault)) or make_safe_line(str(fault))


def _code(fault: BaseException) -> int:
    code = getattr(fault, "sqlite_errorcode", 0)
    return code & 0xFF if isinstance(code, int) else 0
