"""Brings a file to the newest schema: one transaction per migration, a copy of the file before the first."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from compare_tui.storage.connections import connect, transaction, user_version
from compare_tui.storage.files import make_private_file
from compare_tui.storage.schema import Migration


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration], backup_of: Path | None = None) -> None:
    """Run the migrations that this database does not have yet. Raises sqlite3.Error and OSError; nothing is half done.

    A database that holds something is first copied to `<backup_of>.backup-v<version>`. The caller holds the file lock.
    """
    version = user_version(connection)
    if backup_of is not None and 0 < version < len(migrations):
        _back_up(connection, backup_of.with_name(f"{backup_of.name}.backup-v{version}"))
    while version < len(migrations):
        with transaction(connection):
            version = user_version(connection)
            if version < len(migrations):
                # Statement by statement: executescript() would commit what is open.
                migrations[version](connection)
                version += 1
                connection.execute(f"PRAGMA user_version = {version}")


def _back_up(connection: sqlite3.Connection, to: Path) -> None:
    to.unlink(missing_ok=True)
    make_private_file(to)
    with closing(connect(to)) as copy:
        connection.backup(copy)
