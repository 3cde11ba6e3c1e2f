"""The cells that reach a terminal, against what a whole drawing shows; and the private names that this stands on."""

from __future__ import annotations

import inspect

import pytest
from textual import _compositor
from textual.app import App
from textual.screen import Screen

from tests.support.pty_app import PtyApp, pty_app

_APP = "tests.support.tui_app"
_CTRL_L = "\x0c"
Picture = list[list[tuple[object, ...]]]


def _picture(app: PtyApp) -> Picture:
    """Return text and look of every cell; of a blank only what can be seen."""
    screen = app.screen
    rows: Picture = []
    for y in range(screen.lines):
        cells = [screen.buffer[y][x] for x in range(screen.columns)]
        rows.append([(cell.data, cell.bg, cell.reverse) if cell.data == " " else tuple(cell) for cell in cells])
    return rows


def _rest(app: PtyApp) -> None:
    """Read until nothing more comes: notices are gone by then as well."""
    while app.read(1.0):
        continue


def _drawn_anew(app: PtyApp) -> Picture:
    app.screen.erase_in_display(2)
    app.written = b""
    app.write(_CTRL_L)
    app.until(lambda: len(app.written) > app.screen.columns * app.screen.lines)
    _rest(app)
    return _picture(app)


@pytest.mark.parametrize("theme", ["dark", "light", "terminal"])
def test_differences_leave_the_screen_that_a_whole_drawing_leaves(theme: str) -> None:
    environ = {"PROMPT": "go", "THEME": theme}
    with pty_app(_APP, ["fast", "thinker", "echo"], environ=environ) as app:
        app.until(lambda: app.display.count("✓ done") == 3)
        for keys in ("one two 日本", "\x1b", "z", "k", "k", "z", "w", "m", "\x1b", "?", "\x1b", "l"):
            app.write(keys)
            app.read(0.2)
        _rest(app)
        shown = _picture(app)
        assert shown == _drawn_anew(app)


def test_a_terminal_of_another_size_is_drawn_wholly() -> None:
    with pty_app(_APP, ["fast", "echo"], environ={"PROMPT": "go"}) as app:
        app.until(lambda: app.display.count("✓ done") == 2)
        app.screen.resize(24, 80)
        app.process.setwinsize(24, 80)
        _rest(app)
        shown = _picture(app)
        assert shown == _drawn_anew(app)


def test_textual_still_draws_by_the_names_that_the_display_takes_over() -> None:
    assert list(inspect.signature(App._display).parameters) == ["self", "screen", "renderable"]
    assert list(inspect.signature(_compositor.ChopsUpdate).parameters) == ["chops", "spans", "chop_ends"]
    assert list(inspect.signature(_compositor.LayoutUpdate).parameters) == ["strips", "region"]
    assert "_display(" in inspect.getsource(Screen._compositor_refresh)
    assert {"_sync_available", "_batch_count", "_closed", "_running", "_driver"} <= set(vars(App()))
