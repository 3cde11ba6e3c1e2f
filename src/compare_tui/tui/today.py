"""Fetches today's figures on a thread of their own: they come from a file, and a file may be slow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from compare_tui.tui.services import Today


class TodayReader:
    """Reads one at a time; what is asked for meanwhile is one more reading afterwards."""

    def __init__(self, read: Callable[[], Today], show: Callable[[Today], None]) -> None:
        self._read = read
        self._show = show
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def refresh(self) -> None:
        """Read soon and show."""
        if self._task is not None and not self._task.done():
            self._again = True
            return
        self._task = asyncio.create_task(self._fetch())

    def close(self) -> None:
        """Read no more."""
        if self._task is not None:
            self._task.cancel()

    async def _fetch(self) -> None:
        self._again = True
        while self._again:
            self._again = False
            self._show(await asyncio.to_thread(self._read))
