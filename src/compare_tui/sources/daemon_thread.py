"""Blocking work that nobody waits for when the program ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """Return what `work` returns, or raise what it raises.

    `asyncio.to_thread` would hold up the end of the program until `work` is done: a key command may wait for a
    person.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T) -> None:
        if not done.done():
            done.set_result(result)

    def fail(fault: Exception) -> None:
        if not done.done():
            done.set_exception(fault)

    def run() -> None:
        try:
            result = work()
        except Exception as fault:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(fail, fault)
        else:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, result)

    threading.Thread(target=run, name="finding a key", daemon=True).start()
    return await done
