"""Notices of storage and the like, on their way to whoever shows them."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Notices:
    """Takes one-line notices from any thread and keeps them until somebody listens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[str] = []
        self._listener: Callable[[str], None] | None = None

    def __call__(self, notice: str) -> None:
        """Take a notice."""
        with self._lock:
            listener = self._listener
            if listener is None:
                self._kept.append(notice)
        if listener is not None:
            listener(notice)

    def listen(self, listener: Callable[[str], None]) -> None:
        """Hand everything kept, and all that comes, to `listener`. It may be called from any thread."""
        with self._lock:
            kept, self._kept = self._kept, []
            self._listener = listener
        for notice in kept:
            listener(notice)
