"""`python -m compare_tui`, and the console command."""

from __future__ import annotations

import sys

from compare_tui.bootstrap.program import Program
from compare_tui.cli.main import run


def main() -> int:
    """Do what the command line says; return the exit status."""
    return run(sys.argv[1:], Program())


if __name__ == "__main__":
    sys.exit(main())
