"""The pager inside tmux."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.pty_app import pty_command

_APP = "tests.support.tui_app"


def test_in_tmux_the_screen_comes_back_whole_after_the_pager(tmp_path: Path) -> None:
    script = tmp_path / "page"
    script.write_text("#!/bin/sh\ncat > /dev/null; echo IN THE PAGER; read line < /dev/tty\n")
    script.chmod(0o755)
    server = ["tmux", "-L", f"test-{tmp_path.name}", "-f", "/dev/null"]
    command = f"PROMPT='words to be read' PAGER={script} TERM=tmux-256color {sys.executable} -m {_APP} echo fast"
    with pty_command([*server, "new-session", "-x", "120", "-y", "30", command]) as app:
        try:
            app.until(lambda: app.display.count("✓ done") == 2)
            app.write("\x1b")
            app.until_shown("y copy")
            before = app.display
            app.write("o")
            app.until_shown("IN THE PAGER")
            app.write("\r")
            app.until(lambda: app.display.splitlines()[1:-2] == before.splitlines()[1:-2])
        finally:
            subprocess.run([*server, "kill-server"], check=False, timeout=10)
