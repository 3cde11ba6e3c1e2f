"""The scripted app, deaf to hangups, as under nohup: only the end of its input tells it that the terminal is gone."""

from __future__ import annotations

import signal
import sys

from tests.support.tui_app import main


def deaf_signal(number: int, handler: object) -> object:
    """Stand in for `signal.signal`: SIGHUP stays ignored."""
    return None if number == signal.SIGHUP else _install(number, handler)  # type: ignore[arg-type]


_install = signal.signal

if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal = deaf_signal  # type: ignore[assignment]
    sys.exit(main(sys.argv[1:]))
