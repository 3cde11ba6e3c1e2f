"""The frame clock: ten times a second while something streams, silent otherwise."""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget

from compare_tui.tui.output.thrift import Thrift

FRAMES_PER_SECOND = 10


class Pulse:
    """Calls `tick` per frame while it is beating; less often where little is to be written."""

    def __init__(self, owner: Widget, tick: Callable[[], None], thrift: Thrift) -> None:
        self._timer = owner.set_interval(1 / FRAMES_PER_SECOND, self._beat, pause=True, name="frames")
        self._tick = tick
        self._thrift = thrift
        self._n_beats = 0
        self.is_beating = False

    def _beat(self) -> None:
        self._n_beats += 1
        if self._n_beats % self._thrift.beats_per_frame == 0:
            self._tick()

    def beat(self, *, beats: bool) -> None:
        """Begin or end."""
        if beats == self.is_beating:
            return
        self.is_beating = beats
        if beats:
            self._timer.resume()
        else:
            self._timer.pause()
