"""`python -m compare_tui`, and the console command."""

from __future__ import annotations

import sys

_INTERRUPTED = 130


def main() -> int:
    """Do what the command line says; return the exit status."""
    try:
        # Here, so that Ctrl+C is heard while they load.
        from compare_tui.bootstrap.program import Program
        from compare_tui.cli.main import run

        return run(sys.argv[1:], Program())
    except KeyboardInterrupt:
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
