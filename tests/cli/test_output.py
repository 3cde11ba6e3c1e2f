from __future__ import annotations

import os
import threading

import pytest

from compare_tui.cli.output import Output, Style


def drain(fd: int) -> bytes:
    with os.fdopen(fd, "rb") as stream:
        return stream.read()


def written(output: Output, write_end: int, read_end: int) -> bytes:
    output.close()
    os.close(write_end)
    return drain(read_end)


def test_all_text_is_made_safe_and_styled_only_where_colours_are_on() -> None:
    for colours, expected in ((True, b"\x1b[1m\xe2\x90\x9b[2J\x1b[0m\n plain"), (False, b"\xe2\x90\x9b[2J\n plain")):
        read_end, write_end = os.pipe()
        output = Output(write_end, colours=colours)
        output.write("\x1b[2J\n", Style.STRONG)
        output.write(" plain")
        assert written(output, write_end, read_end) == expected


def test_json_is_utf8_whatever_the_terminal_speaks() -> None:
    read_end, write_end = os.pipe()
    output = Output(write_end, encoding="ascii")
    output.write_json({"text": ["天\ud800\x9b\x1b[2J", 1, None]})
    output.write("天")
    expected = '{"text": ["天\ufffd\ufffd␛[2J", 1, null]}\n?'
    assert written(output, write_end, read_end) == expected.encode()


def test_a_sign_that_cannot_be_written_has_a_plain_form() -> None:
    assert Output(1, encoding="latin-1").sign("✓", "ok") == "ok"
    assert Output(1).sign("✓", "ok") == "✓"


def test_a_reader_who_pauses_blocks_nobody() -> None:
    read_end, write_end = os.pipe()
    output = Output(write_end)
    text = "x" * 1_000_000  # far more than a pipe holds
    output.write(text)
    assert not output.closed
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(drain(read_end)))
    reader.start()
    output.close()
    os.close(write_end)
    reader.join(10)
    assert received == [text.encode()]


def test_a_non_blocking_descriptor_gets_everything_too() -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    output = Output(write_end)
    output.write("y" * 300_000)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(drain(read_end)))
    reader.start()
    output.close()
    os.close(write_end)
    reader.join(10)
    assert [len(data) for data in received] == [300_000]


def test_a_reader_who_has_gone_is_told_once_and_the_rest_is_dropped() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    told: list[bool] = []
    output = Output(write_end)
    output.on_closed = lambda: told.append(True)
    for _ in range(3):
        output.write("text")
    output.close()
    os.close(write_end)
    assert (output.closed, output.fault, told) == (True, None, [True])


def test_a_descriptor_that_is_not_open_counts_as_closed() -> None:
    output = Output(-1)
    output.write("text")
    output.close()
    assert output.closed


def test_a_full_disk_is_no_closed_pipe() -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a descriptor is wanted
        output = Output(full.fileno())
        output.write("text")
        output.close()
    assert not output.closed
    assert output.fault is not None
    assert output.fault.strerror == "No space left on device"


def test_closing_what_was_never_written_to_is_nothing() -> None:
    Output(1).close()


@pytest.mark.parametrize("style", list(Style))
def test_nothing_is_written_for_an_empty_text(style: Style) -> None:
    read_end, write_end = os.pipe()
    output = Output(write_end, colours=True)
    output.write("", style)
    assert written(output, write_end, read_end) == b""
