"""Carries over what can still be read of a damaged file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, TypeAlias

from compare_tui.storage.connections import connect, transaction
from compare_tui.storage.index import index_everything

_KEYS: Final = {
    "owners": ("id",),
    "comparisons": ("id",),
    "tags": ("comparison", "tag"),
    "lanes": ("comparison", "lane"),
    "turns": ("id",),
    "answers": ("id",),
    "chunks": ("answer", "seq"),
    "places": ("id",),
    "server_limits": ("backend", "scope", "name"),
    "slots": ("rowid",),
}
"""The tables, parents first, and the keys in whose order they are read."""

_Row: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Salvage:
    """What was carried over."""

    comparisons: int
    answers: int


def salvage(damaged: Path, into: sqlite3.Connection) -> Salvage:
    """Copy every row that can be read, in one transaction; a damaged page costs its own rows. Raises sqlite3.Error.

    An answer or turn whose comparison is lost gets one without a title.
    """
    into.execute("PRAGMA foreign_keys = OFF")
    try:
        with transaction(into), suppress(sqlite3.DatabaseError):
            source = connect(damaged)
            try:
                for table, key in _KEYS.items():
                    _copy(source, into, table, key)
            finally:
                source.close()
        with transaction(into):
            _mend(into)
    finally:
        into.execute("PRAGMA foreign_keys = ON")
    return Salvage(_count(into, "comparisons"), _count(into, "answers"))


def _copy(source: sqlite3.Connection, into: sqlite3.Connection, table: str, key: tuple[str, ...]) -> None:
    columns = [name for name in _columns(source, table) if name in _columns(into, table)]
    if not columns:
        return
    insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    # Forwards to the damage, then backwards to it: rows that come twice are ignored.
    for row in chain(_rows(source, table, columns, key, "ASC"), _rows(source, table, columns, key, "DESC")):
        with suppress(sqlite3.IntegrityError):
            into.execute(insert, row)


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    try:
        return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    except sqlite3.DatabaseError:
        return []


def _rows(source: sqlite3.Connection, table: str, columns: list[str], key: tuple[str, ...], way: str) -> Iterator[_Row]:
    order = ", ".join(f"{column} {way}" for column in key)
    try:
        yield from source.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}")
    except sqlite3.DatabaseError:
        return


def _mend(into: sqlite3.Connection) -> None:
    into.execute("DELETE FROM chunks WHERE answer NOT IN (SELECT id FROM answers)")
    for table in ("turns", "answers"):
        into.execute(
            f"""INSERT INTO comparisons (id, created_ms) SELECT comparison, min(started_ms) FROM {table}
            WHERE comparison NOT IN (SELECT id FROM comparisons) GROUP BY comparison"""
        )
    for table in ("lanes", "tags"):
        into.execute(f"DELETE FROM {table} WHERE comparison NOT IN (SELECT id FROM comparisons)")
    into.execute("UPDATE comparisons SET number = NULL")
    into.execute("UPDATE comparisons SET number = rowid")
    index_everything(into)


def _count(connection: sqlite3.Connection, table: str) -> int:
    count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return count
