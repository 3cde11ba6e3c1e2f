"""The panes in tmux: every size, the keys that terminals mangle, detaching, endings."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.tmux import Tmux

Open = Callable[..., Tmux]
SIZES = [(200, 50), (120, 30), (80, 24)]


@pytest.fixture
def open_panes(tmp_path: Path) -> Iterator[Open]:
    config = tmp_path / "config.toml"
    config.write_text('[backends.s]\nkind = "scripted"\n')
    opened: list[Tmux] = []

    def start(*args: str, columns: int = 120, rows: int = 30, **env: str) -> Tmux:
        surroundings = {
            "HOME": str(tmp_path),
            "PATH": os.environ["PATH"],
            "TERM": "tmux-256color",
            "LANG": "C.UTF-8",
            **env,
        }
        argv = [sys.executable, "-m", "compare_tui", "--config", str(config), *args]
        opened.append(Tmux(tmp_path / f"tmux-{len(opened)}", argv, surroundings, columns=columns, rows=rows))
        return opened[-1]

    yield start
    for tmux in opened:
        tmux.close()


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_two_answers_fill_their_panes_at_every_size(open_panes: Open, columns: int, rows: int) -> None:
    tmux = open_panes("-m", "fast@s", "-m", "echo@s", "say these words", columns=columns, rows=rows)
    screen = tmux.wait_for("done", "1 fast", "2 echo")
    assert len(max(screen.splitlines(), key=len)) <= columns


def test_enter_sends_and_the_follow_up_stands_below(open_panes: Open) -> None:
    tmux = open_panes("-m", "echo@s")
    tmux.wait_for("Enter send")
    tmux.type("first words")
    tmux.wait_for("first words")
    tmux.keys("Enter")
    tmux.wait_for("› first words", "done")
    tmux.type("second words")
    tmux.wait_for("second words")
    tmux.keys("Enter")
    tmux.wait_for("› first words", "› second words", "done")


def test_alt_enter_and_ctrl_j_make_a_new_line_and_send_nothing(open_panes: Open) -> None:
    tmux = open_panes("-m", "echo@s")
    tmux.wait_for("Enter send")
    tmux.type("one")
    tmux.keys("M-Enter")
    tmux.type("two")
    tmux.keys("C-j")
    tmux.type("three")
    screen = tmux.wait_for("one", "two", "three")
    assert "done" not in screen
    lines = screen.splitlines()
    at = {word: next(i for i, line in enumerate(lines) if word in line) for word in ("one", "two", "three")}
    assert at["one"] < at["two"] < at["three"]


def test_a_pasted_text_is_not_sent(open_panes: Open, tmp_path: Path) -> None:
    tmux = open_panes("-m", "echo@s")
    tmux.wait_for("Enter send")
    text = tmp_path / "paste.txt"
    text.write_text("line one\nline two\n")
    tmux.run("load-buffer", str(text))
    tmux.run("paste-buffer", "-p")
    screen = tmux.wait_for("line one", "line two")
    assert "done" not in screen
    assert "waiting" not in screen


def test_escape_leads_to_the_panes_where_letters_act(open_panes: Open) -> None:
    tmux = open_panes("-m", "slow@s", "-m", "slow@s", "tell me")
    tmux.wait_for("tok/s")
    tmux.keys("Escape")
    tmux.wait_for("i write")
    tmux.keys("C")
    tmux.wait_for("cancelled")
    tmux.keys("z")
    tmux.wait_gone("╭ 2 slow")
    tmux.keys("z")
    tmux.wait_for("╭ 2 slow")
    tmux.keys("?")
    tmux.wait_for("WRITE", "Enter")
    tmux.keys("Escape")
    tmux.wait_gone("WRITE: ")
    tmux.keys("q")
    tmux.wait_for("uit")


def test_another_size_is_drawn_rightly(open_panes: Open) -> None:
    tmux = open_panes("-m", "fast@s", "-m", "echo@s", "say these words", columns=160, rows=40)
    tmux.wait_for("done", "2 echo")
    tmux.run("resize-window", "-x", "80", "-y", "24")
    screen = tmux.wait_for("1 fast")
    assert len(max(screen.splitlines(), key=len)) <= 80
    tmux.run("resize-window", "-x", "160", "-y", "40")
    tmux.wait_for("1 fast", "2 echo", "these words")


def test_ctrl_q_ends_it_and_gives_the_terminal_back(open_panes: Open) -> None:
    tmux = open_panes("-m", "echo@s", "a last word")
    tmux.wait_for("done")
    tmux.keys("C-q")
    tmux.wait_gone("compare-tui")
    tmux.type("typed after it")
    tmux.wait_for("typed after it")


def test_a_dumb_terminal_is_told_of_ask(open_panes: Open) -> None:
    tmux = open_panes("-m", "echo@s", "some words", TERM="dumb")
    tmux.wait_for("compare-tui ask")


def test_a_linux_console_gets_signs_that_it_has(open_panes: Open) -> None:
    tmux = open_panes("-m", "fast@s", "some words", TERM="linux", LANG="C.UTF-8")
    screen = tmux.wait_for("done", "1 fast")
    assert "✓" not in screen
