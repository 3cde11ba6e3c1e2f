"""What the headless commands end with, in one place."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """The contract with scripts. The first that applies, in the order of `turn_status.status_of`."""

    OK = 0
    """All answered: complete, truncated or tool_calls."""
    NONE_ANSWERED = 1
    USAGE = 2
    """Wrong words on the command line or in the configuration; nothing was sent."""
    SOME_ANSWERED = 3
    CHECKS_FAILED = 4
    """Kept for commands that check answers."""
    REFUSED = 5
    """By a limit or budget of ours."""
    KEY = 6
    """None answered: a key is missing or was rejected."""
    RATE_LIMITED = 7
    """None answered: the server limits the rate."""
    TIMED_OUT = 124
    """None answered in time."""
    HUNG_UP = 129
    """The terminal has gone: 128 + SIGHUP."""
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    """Whoever read the output has gone: 128 + SIGPIPE, as of a program that does not catch it."""
    TERMINATED = 143
