"""What really reaches a terminal, and what a terminal may do to the app."""

from __future__ import annotations

import os
import re
import signal
import sys
import time

import pytest

from compare_tui.domain.errors import UsageError
from compare_tui.tui.run import run_app
from tests.support.pty_app import PtyApp, pty_app, pty_command
from tests.support.tui_app import scripted_stage

_APP = "tests.support.tui_app"
_CSI = re.compile(rb"\x1b\[[0-9;:?<>=]*\$?[A-Za-z]")
_HALF = re.compile(rb"\x1b(?:\[[0-9;:?<>=]*)?\Z")
"""A sequence of which only the beginning was read yet."""
_POINTER = b"\x1b]22;default\x07"
"""Textual's own: the shape of the mouse pointer."""
_RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l")


def _ready(app: PtyApp) -> None:
    app.until_shown("Write to")


def test_no_hostile_text_reaches_the_terminal_raw_and_none_acts() -> None:
    with pty_app("tests.support.hostile_app", size=(50, 200)) as app:
        app.until_shown("r ask again")
        app.write("\x1b")
        for key in "t", "l", "t", "z", "m":
            app.read(0.15)
            app.write(key)
        app.until_shown("a add")
        app.write("\x1b")
        app.read(0.3)
        app.write(":")
        app.until_shown("type to search")
        raw = app.written.replace(_POINTER, b"")
        assert app.process.isalive()
        for attack in (
            b"\x1b]",
            b"\x1b[2J",
            b"\x1b[777",
            b"\x1b[38;5;201m",
            b"\x1bc",
            "\x9b".encode(),
            "\x9d".encode(),
        ):
            assert attack not in raw, attack
        left = _HALF.sub(b"", _CSI.sub(b"", raw))
        assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", left)
        text = left.decode()
        assert not re.search("[\x80-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\U000e0000-\U000e007f]", text)
        assert "[/red]" in text
        assert "[@click=app.quit]press" in text


def test_the_bytes_of_a_still_screen_are_none() -> None:
    with pty_app(_APP, ["fast", "fast"], environ={"PROMPT": "go"}) as app:
        app.until(lambda: app.display.count("✓ done") == 2)
        app.read(0.6)
        assert app.read(1.2) == b""


def test_enter_sends_and_enter_inside_a_burst_is_a_new_line() -> None:
    with pty_app(_APP, ["echo"]) as app:
        _ready(app)
        app.write("one\rtwo\r")
        app.until_shown("two")
        app.read(0.3)
        assert "✓" not in app.display
        app.write("\x03")
        _ready(app)
        app.write("three\r")
        app.until_shown("✓ done")
        assert "› three" in app.display


def test_a_bracketed_paste_does_not_send() -> None:
    with pty_app(_APP, ["echo"]) as app:
        _ready(app)
        app.write("\x1b[200~one\rtwo\r\x1b[201~")
        app.until_shown("two")
        app.read(0.3)
        assert "✓" not in app.display


def test_alt_enter_and_its_kin_make_a_new_line() -> None:
    with pty_app(_APP, ["echo"]) as app:
        _ready(app)
        for keys in ("\x1b\r", "\x1b\n", "\n", "\\\r"):
            for part in ("one", keys, "two"):
                app.write(part)
                app.read(0.1)
            app.until_shown("two")
            lines = [line.strip() for line in app.display.splitlines()]
            place = next(number for number, line in enumerate(lines) if line.endswith("› one"))
            assert lines[place + 1] == "two", repr(keys)
            app.write("\x03")
            _ready(app)


def test_escape_followed_at_once_by_a_key_is_both() -> None:
    with pty_app(_APP, ["fast", "slow"]) as app:
        _ready(app)
        app.write("\x1bl")
        app.read(0.3)
        app.write("z")
        app.until(lambda: "╭ 1 fast" not in app.display and "╭ 2 slow" in app.display)


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)],
    ids=lambda value: str(value),
)
def test_a_signal_ends_the_app_and_restores_the_terminal(number: signal.Signals, status: int) -> None:
    with pty_app(_APP, ["slow"], environ={"PROMPT": "go"}) as app:
        app.until_shown("●")
        began = time.monotonic()
        os.kill(app.pid, number)
        assert app.until_ended(within_s=5) == status
        assert time.monotonic() - began < 3
        assert all(sequence in app.written[-400:] for sequence in _RESTORED)


def test_a_terminal_that_reads_no_more_does_not_keep_the_app_from_ending() -> None:
    with pty_app(_APP, ["fast,n=8"], environ={"PROMPT": "go"}, size=(60, 240)) as app:
        app.until_shown("●")
        for _ in range(40):  # redraws that nobody reads fill every buffer on the way
            app.process.setwinsize(60, 239)
            time.sleep(0.01)
            app.process.setwinsize(60, 240)
            time.sleep(0.01)
        os.kill(app.pid, signal.SIGTERM)
        end = time.monotonic() + 6
        while os.waitpid(app.pid, os.WNOHANG) == (0, 0):
            assert time.monotonic() < end, "still running"
            time.sleep(0.05)


def test_a_closed_terminal_ends_the_app_even_where_hangups_are_ignored() -> None:
    with pty_app("tests.support.deaf_app", ["slow"], environ={"PROMPT": "go"}) as app:
        app.until_shown("●")
        os.close(app.process.fd)
        end = time.monotonic() + 6
        while os.waitpid(app.pid, os.WNOHANG) == (0, 0):
            assert time.monotonic() < end, "still running"
            time.sleep(0.05)


def test_the_linux_console_is_drawn_in_ascii() -> None:
    with pty_app(_APP, ["thinker"], environ={"PROMPT": "go", "TERM": "linux", "COLORTERM": ""}) as app:
        app.until_shown("+ 1 thinker")
        app.until_shown("thought for")
        drawn = _CSI.sub(b"", app.written).decode()
        assert not re.search("[─│╭╮╰╯●✓▸›·…]", drawn)


def test_no_color_writes_no_colour() -> None:
    with pty_app(_APP, ["fast"], environ={"PROMPT": "go", "NO_COLOR": "1"}) as app:
        app.until_shown("✓ done")
        styles = {code for codes in re.findall(rb"\x1b\[([0-9;]+)m", app.written) for code in codes.split(b";")}
        assert styles <= {b"0", b"1", b"2", b"3", b"4", b"7", b"9", b"39", b"49"}


def test_suspending_is_refused_where_no_shell_could_wake_the_app() -> None:
    with pty_app(_APP, ["fast"]) as app:
        _ready(app)
        app.write("\x1a")
        app.until_shown("Not suspended")


def test_under_a_shell_the_app_sleeps_and_wakes_with_a_whole_screen() -> None:
    with pty_command(["bash", "--norc", "--noprofile", "-i"], environ={"PS1": "shell> ", "PROMPT": "go"}) as app:
        app.until_shown("shell>")
        app.write(f"{sys.executable} -m {_APP} fast\n")
        app.until_shown("✓ done")
        app.write("\x1a")
        app.until_shown("Stopped")
        app.screen.reset()
        app.write("fg\n")
        app.until(lambda: "compare-tui" in app.display and "✓ done" in app.display and "Enter send" in app.display)


def test_redraw_writes_the_whole_screen_again() -> None:
    with pty_app(_APP, ["fast"], environ={"PROMPT": "go"}) as app:
        app.until_shown("✓ done")
        app.read(0.5)
        app.screen.reset()
        app.write("\x0c")
        app.until(lambda: "compare-tui" in app.display and "✓ done" in app.display and "Enter send" in app.display)


def test_a_dumb_terminal_is_refused_with_a_word_about_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(UsageError, match="compare-tui ask"):
        run_app(scripted_stage().services("fast"))
