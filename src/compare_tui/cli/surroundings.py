"""What a command has around it: arguments are its own, everything else comes in here."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from compare_tui.cli.diagnostics import Diagnostics
from compare_tui.cli.output import Output
from compare_tui.cli.services import Services
from compare_tui.domain.errors import UsageError
from compare_tui.engine.clock import SystemClock
from compare_tui.engine.ports import Clock

_DUMB = "dumb"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Streams, environment and services of one run."""

    services: Services
    environ: Mapping[str, str]
    output: Output
    diagnostics: Diagnostics
    piped: BinaryIO | None
    """Standard input where it is no terminal."""
    clock: Clock

    @property
    def terminal_fault(self) -> str | None:
        """Why the panes cannot be drawn here, or None."""
        if not self.output.is_terminal:
            return "Standard output is no terminal"
        if self.environ.get("TERM") == _DUMB:
            return f"This terminal cannot move its cursor (TERM={_DUMB})"
        return None


def find_surroundings(services: Services) -> Surroundings:
    """Return the process's own surroundings."""
    environ = dict(os.environ)
    is_dumb = environ.get("TERM") == _DUMB
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    output = Output(
        # A closed descriptor 1 may since belong to another file.
        1 if sys.stdout is not None else -1,
        encoding=(sys.stdout.encoding if sys.stdout is not None else None) or "utf-8",
        is_terminal=is_terminal,
        colours=is_terminal and not is_dumb and not environ.get("NO_COLOR"),
    )
    shows_progress = sys.stderr is not None and sys.stderr.isatty() and not is_dumb
    piped = None if sys.stdin is None or sys.stdin.isatty() else sys.stdin.buffer
    return Surroundings(
        services, environ, output, Diagnostics(sys.stderr, is_terminal=shows_progress), piped, SystemClock()
    )


def take_keys_from_terminal() -> None:
    """Put the terminal in the place of a pipe that was read. Raises UsageError where there is none."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise UsageError("There is no terminal to read keys from.", hint="Use compare-tui ask.") from None
    os.dup2(terminal, 0)
    os.close(terminal)
