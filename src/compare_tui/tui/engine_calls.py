"""Calls into the engine's thread that never wait: what comes back is handled on the app's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextvars import Context
from typing import TYPE_CHECKING, TypeVar

from compare_tui.domain.errors import CompareTuiError
from compare_tui.tui.services import EnginePort

if TYPE_CHECKING:
    from compare_tui.engine.engine import Engine

T = TypeVar("T")


class EngineCalls:
    """Passes actions to the engine. An error for a person goes to `told`, a fault of ours to `crashed`."""

    def __init__(
        self,
        engine: EnginePort,
        loop: asyncio.AbstractEventLoop,
        context: Context,
        *,
        told: Callable[[CompareTuiError], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._engine = engine
        self._loop = loop
        self._context = context
        self._told = told
        self._crashed = crashed

    def call(
        self,
        action: Callable[[Engine], T],
        then: Callable[[T], None] | None = None,
        otherwise: Callable[[CompareTuiError], None] | None = None,
    ) -> None:
        """Run `action` on the engine's loop, then `then` with its result, or `otherwise` with its error, on ours."""
        self._deliver(self._engine.call(action), then, otherwise)

    def run(
        self,
        work: Callable[[Engine], Coroutine[None, None, T]],
        then: Callable[[T], None] | None = None,
        otherwise: Callable[[CompareTuiError], None] | None = None,
    ) -> None:
        """The same with a coroutine."""
        self._deliver(self._engine.run(work), then, otherwise)

    def warm_up(self, backends: set[str]) -> None:
        """Let these backends do what would make the first request late."""
        self._engine.run(lambda engine: engine.warm_up(backends))

    def _deliver(
        self,
        result: Future[T],
        then: Callable[[T], None] | None,
        otherwise: Callable[[CompareTuiError], None] | None,
    ) -> None:
        def handle(done: Future[T]) -> None:
            if done.cancelled():  # the engine is closing
                return
            fault = done.exception()
            if isinstance(fault, CompareTuiError):
                (otherwise or self._told)(fault)
            elif fault is not None:
                self._crashed(fault)
            elif then is not None:
                then(done.result())

        def pass_on(done: Future[T]) -> None:
            try:
                self._loop.call_soon_threadsafe(handle, done, context=self._context)
            except RuntimeError:  # the app's loop is closed: nobody waits any more
                return

        result.add_done_callback(pass_on)
