"""Pager, editor and commands: the screen sleeps, the streams do not."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from compare_tui.tui.outside import OutsideError, editor, pager
from compare_tui.tui.piping import LIMIT_BYTES, pipe
from tests.support.pilot import Stand, stand
from tests.support.pty_app import PtyApp, pty_app

_APP = "tests.support.tui_app"
_TOOK = re.compile(r"took (\d+\.\d) s")


def _script(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@contextmanager
def _panes(*lanes: str, environ: Mapping[str, str], prompt: str = "") -> Iterator[PtyApp]:
    with pty_app(_APP, lanes, environ={"PROMPT": prompt, **environ}) as app:
        app.until_shown("Write to")
        yield app


def test_the_pager_gets_the_answer_and_the_answer_goes_on_meanwhile(tmp_path: Path) -> None:
    got, go = tmp_path / "got", tmp_path / "go"
    script = _script(tmp_path, "page", f"cat > {got}; echo IN THE PAGER; while [ ! -e {go} ]; do sleep 0.05; done")
    with _panes("fast", environ={"PAGER": script}, prompt="go") as app:
        app.until_shown("tok/s")
        app.write("\x1b")
        app.until_shown("y copy")
        app.write("o")
        app.until_shown("IN THE PAGER")
        assert got.read_text()
        # The answer lasts some seconds; the pager lasts longer.
        end = time.monotonic() + 4.5
        while time.monotonic() < end:
            app.read(0.2)
            assert "✓" not in app.display
        go.touch()
        app.until_shown("✓ done")
        took = _TOOK.search(app.display)
        assert took is not None
        assert float(took[1]) < 4.5
        app.write("g")
        app.until_shown("› go")


def test_ctrl_c_in_the_pager_is_the_pagers_alone(tmp_path: Path) -> None:
    script = _script(tmp_path, "page", "trap 'echo CAUGHT; exit 0' INT; echo IN THE PAGER; sleep 20 & wait")
    with _panes("echo", environ={"PAGER": script}, prompt="words to be read") as app:
        app.until_shown("✓ done")
        app.write("\x1b")
        app.until_shown("y copy")
        app.write("o")
        app.until_shown("IN THE PAGER")
        app.write("\x03")
        app.until_shown("words to be read")
        app.read(1.5)
        assert app.process.isalive()
        app.write("i")
        app.until_shown("Enter send")


def test_the_editor_changes_the_prompt(tmp_path: Path) -> None:
    script = _script(tmp_path, "edit", r'cat "$1"; printf "more\nlines\033[31m\n" >> "$1"')
    with _panes("echo", environ={"VISUAL": "", "EDITOR": f"{script}"}) as app:
        app.write("some ")
        app.until_shown("some")
        app.write("\x07")
        app.until_shown("lines␛[31m")
        assert "some more" in app.display
        app.write("\r")
        app.until_shown("✓ done")


def test_an_editor_that_fails_leaves_the_prompt_as_it_was(tmp_path: Path) -> None:
    script = _script(tmp_path, "edit", 'echo lost > "$1"; exit 3')
    with _panes("echo", environ={"VISUAL": script}) as app:
        app.write("my prompt")
        app.until_shown("my prompt")
        app.write("\x07")
        app.until_shown("edit ended with status 3; the prompt stays as it was.")
        app.until_shown("my prompt")
        assert "lost" not in app.display


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(OutsideError, match="There is no program no-such-editor: EDITOR names it"):
        editor({"EDITOR": "no-such-editor -w"})
    with pytest.raises(OutsideError, match="PAGER cannot be read"):
        pager({"PAGER": "less '"})
    assert pager({"PAGER": "cat -A"}) == ["cat", "-A"]
    assert editor({"VISUAL": "cat", "EDITOR": "true"}) == ["cat"]


async def test_a_command_gets_the_text_and_its_output_is_made_safe() -> None:
    piped = await pipe(r"cat; printf '\033]0;x\007' >&2; exit 3", "déjà\n")
    assert (piped.output, piped.status, piped.is_cut) == ("déjà\n␛]0;x␇", 3, False)


async def test_a_command_that_says_too_much_is_ended_and_one_that_reads_nothing_is_none_the_worse() -> None:
    flood = await pipe("yes", "")
    assert flood.is_cut
    assert len(flood.output) == LIMIT_BYTES
    assert (await pipe("echo done", "x" * 3_000_000)).output == "done\n"


async def _pipe_through(running: Stand, command: str) -> None:
    await running.send("go")
    await running.say(0, "b\na\n[red]c[/red]\n")
    await running.end(0)
    await running.press("escape", "exclamation_mark")
    await running.type(command)
    await running.press("enter")
    await running.until(lambda: len(running.app.screen_stack) == 2)


def _shown(running: Stand) -> str:
    strips = running.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def test_the_output_of_a_command_is_shown_in_a_dialog() -> None:
    async with stand("one") as running:
        await _pipe_through(running, "sort -r; exit 4")
        await running.until(lambda: "ended with status 4" in _shown(running))
        lines = [line.strip("│ ") for line in _shown(running).splitlines()]
        start = lines.index("! sort -r; exit 4")
        assert lines[start + 1 : start + 4] == ["b", "a", "[red]c[/red]"]
        await running.press("q")
        await running.until(lambda: len(running.app.screen_stack) == 1)


def _runs(pid_file: Path) -> bool:
    try:
        os.kill(int(pid_file.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


async def test_leaving_the_dialog_ends_the_command(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    async with stand("one") as running:
        await _pipe_through(running, f"echo $$ > {pid}; sleep 60")
        await running.until(lambda: pid.exists() and pid.read_text().strip())
        assert _runs(pid)
        await running.press("escape")
        await running.until(lambda: not _runs(pid))


async def test_without_a_terminal_of_its_own_the_app_says_that_it_cannot_make_room() -> None:
    async with stand("one") as running:
        await running.send("go")
        await running.say(0, "text")
        await running.end(0)
        await running.press("escape", "o")
        await running.until(lambda: "This terminal cannot be given" in running.screen.header.text)
