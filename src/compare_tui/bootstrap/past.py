"""Comparisons of the past, usage and exports, as the panes take them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from compare_tui.bootstrap.engine_room import EngineRoom
from compare_tui.domain.errors import UsageError
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.tui.services import NameTakenError, Past

if TYPE_CHECKING:
    from compare_tui.bootstrap.store import Store
    from compare_tui.domain.server_limits import SeenLimit
    from compare_tui.engine.history import ComparisonRecord, History
    from compare_tui.engine.ports import UsageReader

FORMATS: Mapping[str, str] = {
    "md": "Markdown, for a pull request or a note",
    "html": "one web page, panes side by side",
    "json": "everything, for programs",
    "csv": "figures, for a spreadsheet",
}


def past_of(room: EngineRoom) -> Past:
    """Return what the panes need of the past."""
    return Past(
        history=lambda: _history(room),
        usage=lambda: _usage(room),
        server_limits=lambda: _server_limits(room),
        write_file=write_file,
        read_time=lambda text: _read_time(text, room.clock.wall()),
        wall=room.clock.wall,
        formats=FORMATS,
    )


def write_file(record: ComparisonRecord, form: str, name: str, replace: bool) -> str:
    """Write the comparison; return the file's whole path. Raises UsageError."""
    from compare_tui.cli.export import EXPORTS

    path = Path(name).expanduser().absolute()
    shown = make_safe_line(str(path), 300)
    text = EXPORTS[form](record)
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if replace else os.O_EXCL)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise NameTakenError(f"{shown} exists already.") from None
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "a NUL in its name"
        raise UsageError(f"{shown} cannot be written: {reason}.") from None
    return shown


def _store(room: EngineRoom) -> Store:
    room.wait_until_built()
    assert room.store is not None
    return room.store


def _history(room: EngineRoom) -> History:
    history = _store(room).history
    history.look_after_the_dead()  # else what they left would be listed as under way until the recorder has done it
    return history


def _usage(room: EngineRoom) -> UsageReader:
    return _store(room).usage


def _server_limits(room: EngineRoom) -> Sequence[SeenLimit]:
    return _store(room).pacing.known()


def _read_time(text: str, now: float) -> float:
    from compare_tui.cli.usage import parse_since

    return parse_since(text, datetime.fromtimestamp(now).astimezone(), "since: or until:")
