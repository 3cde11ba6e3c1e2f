"""Where a pane stands in its transcript: following the end, or staying put. Pure arithmetic of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Scroll:
    """`height` rows of text behind a window of `rows`, whose first row shows row `top`."""

    height: int = 0
    rows: int = 0
    top: int = 0
    follows: bool = True
    jump: Callable[[], int] = lambda: 1
    """How many rows to go at once where the end is followed: what grows below then moves nothing for a while."""
    _seen: int = 0
    """Rows above this one were on the screen since the end was left, or were there when it was."""

    @property
    def end(self) -> int:
        """The last place for `top`."""
        return max(0, self.height - self.rows)

    @property
    def at_end(self) -> bool:
        return self.top >= self.end

    @property
    def n_new(self) -> int:
        """Rows that came below since the end was left."""
        return 0 if self.follows else max(0, self.height - self._seen)

    @property
    def percent(self) -> int:
        """How far the window's last row has come, in percent of the whole."""
        return 100 if self.height <= self.rows else (self.top + self.rows) * 100 // self.height

    def measure(self, height: int, rows: int) -> None:
        """Take other sizes: at the end it follows, elsewhere it stays where it is."""
        self.height, self.rows = height, rows
        self.top = self._following() if self.follows else min(self.top, self.end)

    def _following(self) -> int:
        jump = max(1, min(self.jump(), self.rows // 3))
        if self.end <= self.top < self.end + jump:
            return self.top
        return self.end + jump - 1 if self.end > 0 else 0

    def to(self, top: int) -> None:
        """Go to row `top`: reaching the end follows it, leaving it stays put."""
        if self.follows:
            self._seen = self.height
        self.top = max(0, min(top, self.end))
        self.follows = self.at_end
        self._seen = max(self._seen, self.top + self.rows)

    def by(self, rows: int) -> None:
        """Go `rows` down, or up if negative."""
        self.to(min(self.top, self.end) + rows)

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.follows = True
        self.top = self.end
