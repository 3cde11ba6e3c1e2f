"""Wakes the app from the engine's thread: when a turn starts, for a lane's first text, and at an answer's end.

Never for a delta: between these the panes pull ten times a second (decisions 3 and 4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context

from compare_tui.domain.events import (
    AnswerEvent,
    KeepAliveReceived,
    ReasoningReceived,
    RetryScheduled,
    TextReceived,
)
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn


class WakeUps:
    """The app's observer of the engine. `wake` runs soon on the app's loop, in the app's context.

    The context is a copy of the app's own: Textual finds the active app in it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, context: Context, wake: Callable[[], None]) -> None:
        self._loop = loop
        self._context = context
        self._wake = wake
        self._pending = False

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        """Wake: the turn is to be seen."""
        self._call()

    def answer_changed(self, comparison: Comparison, feed: AnswerFeed, event: AnswerEvent) -> None:
        """Wake for what a reader waits for."""
        if _is_awaited(feed, event):
            self._call()

    def _call(self) -> None:
        if self._pending:
            return
        self._pending = True
        try:
            self._loop.call_soon_threadsafe(self._awake, context=self._context)
        except RuntimeError:  # the app's loop is closed: nobody looks any more
            return

    def _awake(self) -> None:
        self._pending = False
        self._wake()


def _is_awaited(feed: AnswerFeed, event: AnswerEvent) -> bool:
    state = feed.state
    match event:
        case TextReceived(text):
            return state.n_chars == len(text)
        case ReasoningReceived(text):
            return state.n_reasoning_chars == len(text)
        case RetryScheduled():
            return True
        case KeepAliveReceived():
            return False
        case _:
            return state.status.is_final
