from __future__ import annotations

import pytest

from compare_tui.cli.first_word import Call, read_call
from compare_tui.domain.errors import UsageError

COMMANDS = ("ask", "demo", "usage", "config")
WITH_VALUE = ("-m", "--model", "--tier", "-s")
FLAGS = ("--no-save",)


def read(*args: str) -> Call:
    return read_call(args, commands=COMMANDS, with_value=WITH_VALUE, flags=FLAGS)


@pytest.mark.parametrize(
    ("args", "command", "rest"),
    [
        ((), None, ()),
        (("ask", "hi"), "ask", ("hi",)),
        (("-m", "a", "ask", "hi", "-m", "b"), "ask", ("-m", "a", "hi", "-m", "b")),
        (("--model=a", "--no-save", "ask", "hi"), "ask", ("--model=a", "--no-save", "hi")),
        (("-s", "ask", "Explain CRDTs"), None, ("-s", "ask", "Explain CRDTs")),
        (("-ma", "usage"), "usage", ("-ma",)),
        (("Explain CRDTs", "-m", "a"), None, ("Explain CRDTs", "-m", "a")),
        (("-m", "a", "Explain CRDTs"), None, ("-m", "a", "Explain CRDTs")),
        (("ask me anything",), None, ("ask me anything",)),
        (("line\nbreak",), None, ("line\nbreak",)),
        (("--", "hello"), None, ("--", "hello")),
        (("-m", "a", "--", "ask"), None, ("-m", "a", "--", "ask")),
        (("--help",), None, ("--help",)),
        (("",), None, ("",)),
        (("-m",), None, ("-m",)),
        (("--tmeout", "3", "Explain CRDTs"), None, ("--tmeout", "3", "Explain CRDTs")),
    ],
)
def test_the_first_word_decides_what_the_call_is(
    args: tuple[str, ...], command: str | None, rest: tuple[str, ...]
) -> None:
    assert read(*args) == Call(command, rest)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("aks", "hi"), "aks is not a command. Did you mean ask? To send it as a prompt: compare-tui -- aks"),
        (("-m", "a", "usge"), "usge is not a command. Did you mean usage?"),
        (("hello",), "hello is not a command. Known: ask, config, demo, usage."),
        (("models",), "models is not a command."),
        (("--no-save", "usge"), "usge is not a command. Did you mean usage?"),
        (("-",), "- is not a command."),
        (("\x1b[2J",), "␛[2J is not a command."),
    ],
)
def test_another_single_word_is_refused_with_the_nearest_command(args: tuple[str, ...], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(*args)
    assert words in str(caught.value)
