"""The low-bandwidth mode: 16 colours, jump scrolling, five frames a second."""

from __future__ import annotations

from collections.abc import Callable

_JUMP_ROWS = 8
_LONG_FRAME = 2
"""Beats of the frame clock, which beats ten times a second."""


class Thrift:
    """Whether little is to be written. `may_begin` says whether a slow terminal turns it on by itself."""

    def __init__(self, *, is_on: bool = False, may_begin: bool = True) -> None:
        self.is_on = is_on
        self.may_begin = may_begin
        self._listeners: list[Callable[[bool], None]] = []

    @property
    def jump_rows(self) -> int:
        """Rows that a pane scrolls at once when its text grows."""
        return _JUMP_ROWS if self.is_on else 1

    @property
    def beats_per_frame(self) -> int:
        return _LONG_FRAME if self.is_on else 1

    def listen(self, listener: Callable[[bool], None]) -> None:
        """Call `listener` when it is turned on or off, with whether that came by itself."""
        self._listeners.append(listener)

    def turn(self, *, is_on: bool, by_itself: bool = False) -> None:
        """Turn it on or off. Off by a person, it does not come back by itself."""
        if by_itself and not self.may_begin:
            return
        self.may_begin = by_itself
        if is_on != self.is_on:
            self.is_on = is_on
            for listener in self._listeners:
                listener(by_itself)
