from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from compare_tui.cli import message as message_module
from compare_tui.cli.message import compose_message, read_piped
from compare_tui.domain.errors import UsageError


def never() -> None:
    raise AssertionError("nothing was waited for")


def test_prompt_then_files_then_pipe_with_a_blank_line_between(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("first file\n")
    second.write_text("\n  second\n\nfile\n")
    assert (
        compose_message("Compare", [first, second], "piped\n") == "Compare\n\nfirst file\n\n\n  second\n\nfile\n\npiped"
    )


@pytest.mark.parametrize(
    ("prompt", "piped", "whole"), [("", "p\n", "p"), ("q", "", "q"), ("q", " \n", "q"), ("", "", "")]
)
def test_empty_parts_are_left_out(prompt: str, piped: str, whole: str) -> None:
    assert compose_message(prompt, [], piped) == whole


def test_foreign_text_is_made_safe(tmp_path: Path) -> None:
    file = tmp_path / "hostile.txt"
    file.write_bytes(b"\xef\xbb\xbfa\x1b[2Jb\r\nc\xe2\x80\xae")
    assert compose_message("p\udcff", [file], "\x9b1m") == "p\ufffd\n\na␛[2Jb\nc<U+202E>\n\n\ufffd1m"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xfeh\x00i\x00", b"caf\xe9"])
def test_a_file_that_is_not_text_is_told_in_one_line(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=r"picture\.png is not text in UTF-8\.$"):
        compose_message("", [file], "")


def test_a_file_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gone cannot be read: No such file or directory"):
        compose_message("", [tmp_path / "gone"], "")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        compose_message("", [tmp_path], "")


def test_too_much_is_refused_before_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_module, "MAX_BYTES", 8)
    file = tmp_path / "big"
    file.write_bytes(b"x" * 9)
    with pytest.raises(UsageError, match="too long for a prompt"):
        compose_message("", [file], "")
    with pytest.raises(UsageError, match="Standard input is too long"):
        read_piped(io.BytesIO(b"x" * 9), say_waiting=never)


def test_what_is_not_text_on_standard_input_is_told() -> None:
    with pytest.raises(UsageError, match=r"Standard input is not text in UTF-8"):
        read_piped(io.BytesIO(b"\x00"), say_waiting=never)


def test_waiting_for_a_slow_pipe_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_module, "_PATIENCE_S", 0.01)
    said = threading.Event()
    read_end, write_end = os.pipe()

    def write_after_it_was_said() -> None:
        said.wait(10)
        os.write(write_end, b"late")
        os.close(write_end)

    threading.Thread(target=write_after_it_was_said).start()
    with os.fdopen(read_end, "rb") as stream:
        assert read_piped(stream, say_waiting=said.set) == "late"
    assert said.is_set()
