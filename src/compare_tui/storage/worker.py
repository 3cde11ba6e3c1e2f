"""One thread that does jobs in their order. It never keeps the process from ending, as an executor's would."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

T = TypeVar("T")


class Worker:
    """Runs what is submitted, one after the other."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Run `job` after all that were submitted before it."""
        future: Future[T] = Future()
        self._jobs.put(partial(_do, job, future))
        return future

    def close(self, timeout_s: float) -> None:
        """End the thread after the last job, waiting at most this long."""
        self._jobs.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _do(job: Callable[[], T], future: Future[T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = job()
    except BaseException as fault:
        future.set_exception(fault)
    else:
        future.set_result(result)
