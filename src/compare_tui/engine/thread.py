"""The engine in a thread and loop of its own, for the TUI (decision 3).

Textual's writer blocks its event loop when the terminal stops reading. Network reads, timers and the journal must not
stop with it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import TypeVar

from compare_tui.engine.engine import Engine

T = TypeVar("T")
_CLOSE_LIMIT_S = 3.0


class EngineThread:
    """Owns the thread. `build` runs in it, on its loop, so that everything belongs to that loop from the start."""

    def __init__(self, build: Callable[[], Engine]) -> None:
        self._build = build
        self._ready: Future[tuple[asyncio.AbstractEventLoop, Engine]] = Future()
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Start the thread; returns before the engine is built."""
        self._thread.start()

    def call(self, action: Callable[[Engine], T]) -> Future[T]:
        """Run `action(engine)` on the engine's loop; the future holds its result or what it raised."""
        result: Future[T] = Future()

        def act(engine: Engine) -> None:
            if not result.set_running_or_notify_cancel():
                return
            try:
                result.set_result(action(engine))
            except BaseException as fault:
                result.set_exception(fault)

        self._when_ready(lambda loop, engine: loop.call_soon_threadsafe(act, engine), result)
        return result

    def run(self, work: Callable[[Engine], Coroutine[None, None, T]]) -> Future[T]:
        """Run the coroutine `work(engine)` on the engine's loop."""
        result: Future[T] = Future()

        def begin(loop: asyncio.AbstractEventLoop, engine: Engine) -> None:
            inner = asyncio.run_coroutine_threadsafe(work(engine), loop)
            inner.add_done_callback(lambda done: _copy(done, result))

        self._when_ready(begin, result)
        return result

    def close(self) -> None:
        """Close the engine and join the thread; gives up waiting after 3 s."""
        if not self._thread.is_alive():
            return
        self._when_ready(lambda loop, _engine: loop.call_soon_threadsafe(self._request_stop), Future())
        self._thread.join(_CLOSE_LIMIT_S)

    def _request_stop(self) -> None:
        if self._stopping is not None:
            self._stopping.set()

    def _when_ready(self, action: Callable[[asyncio.AbstractEventLoop, Engine], object], result: Future[T]) -> None:
        def act(ready: Future[tuple[asyncio.AbstractEventLoop, Engine]]) -> None:
            try:
                action(*ready.result())
            except BaseException as fault:  # the engine could not be built, or its loop is closed
                result.set_exception(fault)

        self._ready.add_done_callback(act)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as fault:
            if not self._ready.done():
                self._ready.set_exception(fault)

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        engine = self._build()
        self._ready.set_result((asyncio.get_running_loop(), engine))
        await self._stopping.wait()
        await engine.aclose()


def _copy(done: Future[T], result: Future[T]) -> None:
    if done.cancelled() or result.cancelled():  # the engine is closing, or nobody waits any more
        result.cancel()
        return
    fault = done.exception()
    if fault is None:
        result.set_result(done.result())
    else:
        result.set_exception(fault)
