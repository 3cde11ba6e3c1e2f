"""A terminal behind a slow link: keys are answered, and what is under way stays little."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.pty_app import pty_command
from tests.support.slow_terminal import SlowTerminal

_SIZE = (50, 160)
_SYNC, _CURSOR = b"\x1b[?2026$p", b"\x1b[6n"
_MOST_UNDER_WAY = 64 * 1024
_KEY_S = 4.0
"""Far above what is measured (0.2 s at 40 kB/s); unpaced it is 9 s and rising."""


@contextmanager
def _streaming(
    rate: int, answers: tuple[bytes, ...], *, keeps_all: bool = True, slow: str = ""
) -> Iterator[SlowTerminal]:
    command = [sys.executable, "-m", "tests.support.tui_app", "fast,n=8", "fast,n=8"]
    with pty_command(command, size=_SIZE, environ={"PROMPT": "go", "SLOW": slow}) as app:
        terminal = SlowTerminal(app.process, _SIZE, rate=rate, answers=answers, keeps_all=keeps_all)
        try:
            terminal.until_shown("●", 10)
            yield terminal
        finally:
            os.kill(app.pid, 9)
            terminal.close()


def _type(terminal: SlowTerminal) -> None:
    for n in range(1, 7):
        terminal.type("q")
        terminal.until_shown("› " + "q" * n, _KEY_S)


@pytest.mark.parametrize("answers", [(_SYNC,), (_CURSOR,)], ids=["DECRQM", "CPR"])
def test_keys_are_answered_behind_a_slow_link_that_buffers_everything(answers: tuple[bytes, ...]) -> None:
    with _streaming(20_000, answers) as terminal:
        _type(terminal)
        assert terminal.backlog_peak < _MOST_UNDER_WAY


def test_keys_are_answered_by_a_slow_reader_that_answers_nothing() -> None:
    with _streaming(20_000, (), keeps_all=False) as terminal:
        terminal.until_shown("The link is slow", 15)
        _type(terminal)


def test_low_bandwidth_by_wish_draws_in_the_terminals_own_colours() -> None:
    with _streaming(1_000_000, (), slow="1") as terminal:
        _type(terminal)
        assert b"38;2;" not in terminal.seen
        assert b"48;2;" not in terminal.seen
        terminal.type("\x1b")
        terminal.until_shown("j k scroll", 10)
        terminal.type("B")
        terminal.until(lambda: b"38;2;" in terminal.seen, 10)
