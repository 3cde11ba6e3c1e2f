"""Textual's driver for Linux and macOS, mended where a terminal goes away or sends keys in more than one way.

Measured with Textual 8.2.8: at the end of its input the stock driver selects for ever (a whole core), and a failed
write ends its writer thread, so that the event loop blocks on the full queue.
"""

from __future__ import annotations

import os
import selectors
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextvars import copy_context
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING, cast

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from compare_tui.tui.internals.keys import Bursts, mend_key_table, split_alt
from compare_tui.tui.internals.probes import Probes

if TYPE_CHECKING:
    from textual.app import App

_TMUX_EXTENDED_KEYS_ON, _TMUX_EXTENDED_KEYS_OFF = "\x1b[>4;1m", "\x1b[>4m"
"""With `extended-keys on`, tmux then tells Shift+Enter from Enter; otherwise it ignores them."""


_ANSWERS_S = 0.5
_MANY = 1_000_000


class GuardedFile:
    """The terminal's file for the writer thread: says once that the terminal is gone and swallows what follows."""

    def __init__(self, file: IO[str], gone: Callable[[], None]) -> None:
        self._file = file
        self._gone = gone
        self._is_gone = False
        self._n_given = 0
        self.n_taken = 0
        """Characters that have left for the terminal, or never will."""

    def write(self, text: str) -> int:
        """Write, or not."""
        self._try(lambda: self._file.write(text))
        self._n_given += len(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or not."""
        self._try(self._file.flush)
        self.n_taken = self._n_given

    def fileno(self) -> int:
        """Return the file's number."""
        return self._file.fileno()

    def _try(self, act: Callable[[], object]) -> None:
        if self._is_gone:
            return
        try:
            act()
        except (OSError, ValueError):
            self._is_gone = True
            self._gone()


class TerminalDriver(LinuxDriver):
    """Reads keys from the terminal and draws on it. Calls the app's `terminal_gone` when there is none any more."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        mend_key_table()
        terminal = sys.__stdout__ if sys.__stdout__ is not None and sys.__stdout__.isatty() else sys.__stderr__
        self._guarded = GuardedFile(cast("IO[str]", terminal), self._terminal_gone)
        self._file = cast("TextIOWrapper", self._guarded)
        self._n_given = self._n_answers = 0
        self._in_tmux = bool(os.environ.get("TMUX"))
        self._probes = Probes(os.environ)
        self._context = copy_context()
        self.is_open = False
        """Whether the terminal is ours to draw on; it is not while another program runs on it."""
        if not self.input_tty:
            # What was piped in has been read by now; keys come from the terminal itself.
            self.fileno = os.open("/dev/tty", os.O_RDONLY)
            self.input_tty = True

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._in_tmux:
            self.write(_TMUX_EXTENDED_KEYS_ON)
        self._context = copy_context()
        self.write(self._probes.first)
        self._probes.look_for_client()
        self.is_open = True
        fresh = getattr(self._app, "terminal_is_fresh", None)
        if fresh is not None:
            fresh()

    def stop_application_mode(self) -> None:
        self.is_open = False
        self._await_answers()
        if self._in_tmux:
            self.write(_TMUX_EXTENDED_KEYS_OFF)
        super().stop_application_mode()

    def write(self, data: str) -> None:
        if data:
            self._n_given += len(data)
            super().write(data)

    @property
    def probe(self) -> str:
        """What the terminal answers once it has taken all before it; empty where it does not answer."""
        return self._probes.probe

    @property
    def n_held(self) -> int:
        """Characters that the terminal's file has not taken yet."""
        return self._n_given - self._guarded.n_taken

    @property
    def n_queued(self) -> int:
        """Bytes in the SSH connection that leads to the terminal, where they can be seen."""
        return self._probes.n_queued()

    def _await_answers(self) -> None:
        """An answer that comes when the app has ended would be typed into the shell."""
        awaited = self._n_answers + getattr(self._app, "n_unanswered", 0)
        end = time.monotonic() + _ANSWERS_S
        while self._n_answers < awaited and time.monotonic() < end:
            time.sleep(0.005)

    def run_input_thread(self) -> None:
        """Read keys until told to stop, or until the terminal is gone."""
        parser = XTermParser(self._debug)
        decoder = getincrementaldecoder("utf-8")("replace")
        bursts = Bursts()
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    data = self._read()
                    if not data:
                        self._terminal_gone()
                        return
                    messages = [part for whole in parser.feed(decoder.decode(data)) for part in split_alt(whole)]
                    more = bool(selector.select(0))
                    self._pass_on(bursts.mend(messages, time.monotonic(), more_waiting=more))
                self._pass_on([part for whole in parser.tick() for part in split_alt(whole)])

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def _pass_on(self, messages: list[Message]) -> None:
        for message in messages:
            if self._probes.take(message):
                self._n_answers += 1
                self._tell_app("terminal_answered")
            else:
                self.process_message(message)

    def _terminal_gone(self) -> None:
        self._n_answers += _MANY  # nobody waits for more
        self._tell_app("terminal_gone")

    def _tell_app(self, what: str) -> None:
        tell = getattr(self._app, what, None)
        if tell is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(tell, context=self._context)
