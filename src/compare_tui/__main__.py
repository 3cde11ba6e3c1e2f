"""`python -m compare_tui`, and the console command."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Do what the command line says; return the exit status."""
    hears_interrupts = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if hears_interrupts:
        # There is nothing to tidy up while the program loads, and a KeyboardInterrupt could come up in any import.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from compare_tui.bootstrap.program import Program
    from compare_tui.cli.main import run

    if hears_interrupts:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return run(sys.argv[1:], Program())


if __name__ == "__main__":
    sys.exit(main())
