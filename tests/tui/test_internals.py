"""What stands on Textual's private names; fails loudly where an upgrade changes them."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.message_pump import MessagePump

import compare_tui.tui
from compare_tui.tui.internals.crash import crash
from compare_tui.tui.internals.keys import Bursts, mend_key_table, split_alt
from tests.support.pilot import stand

_OVERRIDES = {
    "check_action",
    "get_content_height",
    "get_default_screen",
    "get_driver_class",
    "get_line_filters",
    "notify_style_update",
    "on_event",
    "render_line",
    "render_lines",
    "_display",
    "_handle_exception",
}
"""Methods that are there to be overridden, and the one for crashes."""
_SETTINGS = {"theme", "animation_level", "cursor_blink", "_exception"}


def _keys(*reads: str) -> list[str]:
    """Return the keys that the parser makes of each read, in order."""
    mend_key_table()
    parser = XTermParser()
    messages = [message for data in reads for message in parser.feed(data)]
    messages += list(parser.feed(""))
    split = [part for message in messages for part in split_alt(message)]
    return [message.key for message in split if isinstance(message, events.Key)]


@pytest.fixture(autouse=True)
def _table() -> object:
    """Put Textual's table of sequences back afterwards."""
    table = dict(ANSI_SEQUENCES_KEYS)
    yield
    ANSI_SEQUENCES_KEYS.clear()  # type: ignore[attr-defined]
    ANSI_SEQUENCES_KEYS.update(table)  # type: ignore[attr-defined]


@pytest.mark.parametrize("sequence", ["\x1b\r", "\x1b\n"])
def test_alt_enter_arrives_as_itself(sequence: str) -> None:
    assert _keys(sequence) == ["alt+enter"]


def _mended(*reads: tuple[str, float, bool]) -> list[str]:
    bursts, parser = Bursts(), XTermParser()
    mended = [
        message for data, at, more in reads for message in bursts.mend(list(parser.feed(data)), at, more_waiting=more)
    ]
    return [message.text if isinstance(message, events.Paste) else message.key for message in mended]  # type: ignore[attr-defined]


def test_an_enter_at_the_end_of_what_was_typed_sends() -> None:
    assert _mended(("hi\r", 0.0, False)) == ["h", "i", "enter"]
    assert _mended(("\r", 0.0, False)) == ["enter"]


def test_an_enter_inside_a_burst_is_a_new_line_and_so_is_the_last_one() -> None:
    assert _mended(("a\rb\r", 0.0, False)) == ["a", "\n", "b", "\n"]
    assert _mended(("a\nb\n", 0.0, False)) == ["a", "\n", "b", "\n"]
    assert _mended(("a\r", 0.0, True), ("b\r", 0.001, False)) == ["a", "\n", "b", "\n"]


def test_a_pause_ends_a_burst() -> None:
    assert _mended(("a\rb\r", 0.0, False), ("\r", 0.5, False)) == ["a", "\n", "b", "\n", "enter"]


def _modules() -> list[ModuleType]:
    names = [found.name for found in pkgutil.walk_packages(compare_tui.tui.__path__, "compare_tui.tui.")]
    return [importlib.import_module(name) for name in names]


@cache
def _names(kind: type) -> frozenset[str]:
    """Return the names that a class of Textual's uses."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    return frozenset({name for name in vars(kind) if not name.startswith("__")} | _assigned(tree))


def _assigned(tree: ast.AST) -> set[str]:
    """Return the names that `self` is given in `tree`."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
    }


def test_no_widget_of_ours_hides_a_name_of_textuals() -> None:
    """Textual keeps its own state in the same objects: a `_task` of ours would be its message pump's."""
    hidden: dict[str, set[str]] = {}
    for module in _modules():
        for node in ast.parse(Path(str(module.__file__)).read_text()).body:
            kind = getattr(module, node.name) if isinstance(node, ast.ClassDef) else None
            if kind is None or not issubclass(kind, MessagePump):
                continue
            theirs = {name for base in kind.__mro__ if base.__module__.startswith("textual") for name in _names(base)}
            methods = {part.name for part in ast.walk(node) if isinstance(part, ast.FunctionDef)}
            ours = (_assigned(node) | methods) - {"__init__", "compose"}
            hidden[kind.__name__] = (ours & theirs) - _OVERRIDES - _SETTINGS
    assert {name: names for name, names in hidden.items() if names} == {}


async def test_a_crash_shows_no_values_of_variables() -> None:
    async with stand("one") as running:
        try:
            key = "sk-or-secret"
            raise ValueError(f"a fault with {len(key)} characters\x1b[2J")
        except ValueError as fault:
            crash(running.app, fault)
        told = "".join(segment.text for shown in running.app._exit_renderables for segment in shown.segments)  # type: ignore[union-attr]
        running.app._exit_renderables.clear()
    assert "a fault with 12 characters␛[2J" in told
    assert "sk-or-secret" not in told
    assert running.app.return_code == 1


async def test_a_fault_in_what_the_engine_wakes_ends_the_app_and_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bool:
        raise RuntimeError("broken pull")

    async def run() -> None:
        async with stand("one") as running:
            monkeypatch.setattr(running.screen._live, "_pull", fail)
            running.screen.composer.area.insert("go")
            await running.press("enter")
            await running.until(lambda: not running.app.is_running)

    with pytest.raises(RuntimeError, match="broken pull"):
        await run()
