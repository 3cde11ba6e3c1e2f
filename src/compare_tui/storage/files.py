"""The database's files: private from their first moment, and set aside when they are damaged."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

_COMPANIONS = ("", "-wal", "-shm", "-journal")


def make_private_file(path: Path) -> None:
    """Make `path` an existing file that only its owner can read, in a directory of the same kind.

    SQLite gives its companions (`-wal`, `-shm`) the mode of the file, so it must be there before SQLite is.
    A directory that exists keeps its mode; a file that exists is not opened, for closing it again would take away the
    locks that SQLite holds on it in this process. Raises OSError, also if the file cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as fault:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path.parent)) from fault
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path)) from None
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path)) from None
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            with suppress(OSError):
                path.chmod(0o600)


def set_aside(path: Path, now: float) -> Path:
    """Rename the file and its companions to `*.corrupt-<UTC time>` and return the new name. Raises OSError."""
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.name}.corrupt-{stamp}")
    number = 2
    while aside.exists():
        aside = path.with_name(f"{path.name}.corrupt-{stamp}-{number}")
        number += 1
    for companion in _COMPANIONS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + companion).rename(aside.with_name(aside.name + companion))
    return aside
