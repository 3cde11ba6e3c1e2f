"""The frame clock: ten times a second while something streams, silent otherwise."""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget

FRAMES_PER_SECOND = 10


class Pulse:
    """Calls `tick` per frame while it is beating."""

    def __init__(self, owner: Widget, tick: Callable[[], None]) -> None:
        self._timer = owner.set_interval(1 / FRAMES_PER_SECOND, tick, pause=True, name="frames")
        self.is_beating = False

    def beat(self, *, beats: bool) -> None:
        """Begin or end."""
        if beats == self.is_beating:
            return
        self.is_beating = beats
        if beats:
            self._timer.resume()
        else:
            self._timer.pause()
