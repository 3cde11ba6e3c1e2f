"""The real clock behind the `Clock` port."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """The machine's own time."""

    def wall(self) -> float:
        """Return Unix seconds, UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never running back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
