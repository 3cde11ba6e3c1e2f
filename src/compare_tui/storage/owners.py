"""Owners: who is alive, told by a lock on a file that the system frees when its process ends, however it ends.

Process ids come back and differ between containers; a held lock does neither.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from compare_tui.storage.locks import try_lock

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def owners_directory(database: Path) -> Path:
    """Return the directory of the lock files of a database's owners."""
    return database.with_name(database.name + ".owners")


class OwnerMark:
    """The lock file of this process, held until `release` or the process's end.

    Make and test marks only under the database's file lock: a mark that is not locked yet looks dead.
    Raises OSError.
    """

    def __init__(self, directory: Path, token: str) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = directory / token
        self._fd: int | None = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try_lock(self._fd)

    def release(self) -> None:
        """Give the lock back and remove the file."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)
            remove_mark(self._path.parent, self._path.name)


def is_alive(directory: Path, token: str) -> bool:
    """Whether the process that made this mark is running. Where locks do not exist it counts as running."""
    if not _TOKEN.fullmatch(token):
        return False
    try:
        fd = os.open(directory / token, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        return try_lock(fd, shared=True) is not True
    finally:
        os.close(fd)


def remove_mark(directory: Path, token: str) -> None:
    """Remove the file of a dead process."""
    if _TOKEN.fullmatch(token):
        with suppress(OSError):
            (directory / token).unlink()
