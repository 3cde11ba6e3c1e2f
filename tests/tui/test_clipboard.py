"""Copying: the ladder of ways, and that each says where the text went."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compare_tui.tui.clipboard import copy


def _tmux(folder: Path, script: str) -> None:
    command = folder / "tmux"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)


def _content_and_mode(path: Path) -> tuple[str, int]:
    return path.read_text(), path.stat().st_mode & 0o777


async def _copy(text: str, environ: dict[str, str]) -> tuple[str, list[str]]:
    written: list[str] = []
    said = await copy(text, environ, written.append)
    return said, written


async def test_a_plain_terminal_is_sent_osc_52() -> None:
    said, written = await _copy("déjà", {"TERM": "xterm"})
    assert written == ["\x1b]52;c;ZMOpasOg\x07"]
    assert said == "Sent 4 characters to the terminal's clipboard (OSC 52)."


async def test_tmux_takes_the_text_and_only_a_client_with_a_clipboard_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    taken = tmp_path / "taken"
    load = f'[ "$1" = load-buffer ] && [ "$2" = -w ] && exec cat > {taken}'
    _tmux(tmp_path, f'{load}; echo "256,clipboard,title"')
    said, written = await _copy("text", {"TMUX": "/tmp/x,1,0"})
    assert (written, taken.read_text()) == ([], "text")
    assert said == "Copied 4 characters to the clipboard, through tmux."
    _tmux(tmp_path, f'{load}; echo "256,title"')
    said, _ = await _copy("text", {"TMUX": "/tmp/x,1,0"})
    assert "tmux buffer" in said


async def test_a_tmux_that_does_not_answer_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    _tmux(tmp_path, "exit 1")
    said, written = await _copy("text", {"TMUX": "/tmp/x,1,0", "TERM": "tmux-256color"})
    assert len(written) == 1
    assert "OSC 52" in said


@pytest.mark.parametrize("environ", [{"STY": "1", "TERM": "screen"}, {"TERM": "linux"}])
async def test_where_no_clipboard_can_be_reached_a_private_file_is_written(environ: dict[str, str]) -> None:
    said, written = await _copy("text\n", environ)
    path = Path(said.split(" to ")[1].split(":")[0])
    try:
        assert written == []
        assert _content_and_mode(path) == ("text\n", 0o600)
    finally:
        os.unlink(path)  # noqa: PTH108 - called from a coroutine


async def test_a_text_too_long_for_many_terminals_is_in_a_file_as_well() -> None:
    said, written = await _copy("x" * 60_000, {"TERM": "xterm"})
    path = Path(said.split("Also in ")[1].split(": ")[0])
    try:
        assert len(written) == 1
        assert _content_and_mode(path) == ("x" * 60_000, 0o600)
    finally:
        os.unlink(path)  # noqa: PTH108 - called from a coroutine
