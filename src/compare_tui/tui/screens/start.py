"""The start screen: what is missing, and the ways in. Gone as soon as there are lanes to send to."""

from __future__ import annotations

import asyncio

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from compare_tui.domain.safe_text import make_safe_line
from compare_tui.tui.screens.dialog import Dialog
from compare_tui.tui.services import Start, WayIn, WayInResult

_QUIT_KEYS = ("q", "ctrl+q", "ctrl+c")


class StartScreen(Dialog[WayInResult | None]):
    """Returns where a way in has led, or None to quit."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    StartScreen { background: $background; }
    StartScreen #start { width: 72; max-width: 100%; height: auto; padding: 0 2; }
    StartScreen .missing { margin: 1 0; }
    StartScreen .way { color: $foreground; text-style: bold; margin-top: 1; }
    StartScreen .about { color: $quiet; padding-left: 4; }
    StartScreen Input { margin: 1 0 0 4; display: none; }
    StartScreen.-typing Input { display: block; }
    StartScreen #said { height: auto; margin: 1 0 0 4; }
    StartScreen #keys { color: $quiet; margin-top: 1; }
    """

    def __init__(self, start: Start) -> None:
        super().__init__()
        self._start = start
        self._way: WayIn | None = None
        self._following: asyncio.Task[None] | None = None
        self._field = Input()
        self._field.cursor_blink = False
        self.said = ""
        """What is said below the ways in."""
        self._said = Static(id="said", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="start"):
            yield Static(Content("compare-tui"), classes="way")
            yield Static(Content(self._start.missing), classes="missing")
            for way in self._start.ways:
                yield Static(Content(f"{way.key}   {way.label}"), classes="way")
                yield Static(Content(way.text), classes="about")
            yield self._field
            yield self._said
            yield Static(Content("q quit"), id="keys")

    def on_key(self, event: events.Key) -> None:
        if self._is_typing:
            if event.key == "escape":
                event.stop()
                self._stop_typing()
            elif event.key in ("ctrl+c", "ctrl+q"):
                event.stop()
                self.dismiss(None)
            return
        if self._following is not None and not self._following.done() and event.key not in _QUIT_KEYS:
            return
        if event.key in _QUIT_KEYS:
            event.stop()
            self.dismiss(None)
            return
        way = next((way for way in self._start.ways if way.key == event.key), None)
        if way is not None:
            event.stop()
            # The key that chose the field must not be typed into it.
            event.prevent_default()
            self._choose(way)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self._way is not None and event.value.strip():
            self._go(self._way, event.value.strip())

    @property
    def _is_typing(self) -> bool:
        return self.has_class("-typing")

    def _choose(self, way: WayIn) -> None:
        self._way = way
        self._say("")
        if not way.asks:
            self._go(way, "")
            return
        self._field.password = way.is_secret
        self._field.placeholder = way.asks
        self._field.value = way.suggestion
        self.add_class("-typing")
        self._field.focus()

    def _stop_typing(self) -> None:
        self.remove_class("-typing")
        self._field.value = ""
        self.set_focus(None)

    def _go(self, way: WayIn, typed: str) -> None:
        self._stop_typing()
        self._say("one moment ...")
        self._following = asyncio.create_task(self._follow(way, typed))

    async def _follow(self, way: WayIn, typed: str) -> None:
        loop = asyncio.get_running_loop()

        def say(line: str) -> None:
            loop.call_soon_threadsafe(self._say, line)

        result = await asyncio.to_thread(way.go, typed, say)
        if result.lanes:
            self.dismiss(result)
        else:
            self._say(result.error or result.notice, is_error=bool(result.error))

    def _say(self, text: str, *, is_error: bool = False) -> None:
        self._said.set_class(is_error, "error")
        self.said = make_safe_line(text)
        self._said.update(Content(self.said))
