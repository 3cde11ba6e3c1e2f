"""How much may be under way to the terminal. Pure arithmetic of bytes and seconds on the caller's clock."""

from __future__ import annotations

from collections import deque

_WINDOW_BYTES, _THRIFTY_WINDOW_BYTES = 16_384, 3_072
"""May be written without an answer. 16 kB take 0.4 s on a link of 40 kB/s, 3 kB take 0.15 s on one of 20 kB/s."""
KEY_BYTES = 1_024
"""More may be written for the row of the cursor: a key's echo does not wait for a picture."""
LIMIT_S = 3.0
"""An answer that takes longer is not waited for."""
_SLOW_REPLY_S = 0.4
_SLOW_REPLIES = 3
_SLOWEST_REPLY_S = 1.2
_HELD_S = 0.4


class Pacer:
    """Counts what the terminal has not answered yet."""

    def __init__(self) -> None:
        self.is_thrifty = False
        self._sent: deque[tuple[float, int]] = deque()
        self._n_slow = 0
        self._held_since: float | None = None

    @property
    def window(self) -> int:
        """Bytes that may be under way."""
        return _THRIFTY_WINDOW_BYTES if self.is_thrifty else _WINDOW_BYTES

    @property
    def n_unanswered(self) -> int:
        """Frames without an answer."""
        return len(self._sent)

    @property
    def under_way(self) -> int:
        """Bytes without an answer."""
        return sum(n_bytes for _, n_bytes in self._sent)

    def room(self, now: float) -> int:
        """Return how many bytes may be written at once."""
        while self._sent and now - self._sent[0][0] > LIMIT_S:
            self._sent.popleft()
            self._n_slow = _SLOW_REPLIES
        return self.window - self.under_way

    def sent(self, n_bytes: int, now: float) -> None:
        """Note a frame that the terminal was asked to answer."""
        self._sent.append((now, n_bytes))

    def answered(self, now: float) -> None:
        """Note the answer to the oldest frame."""
        if not self._sent:
            return
        took = now - self._sent.popleft()[0]
        self._n_slow = self._n_slow + 1 if took > _SLOW_REPLY_S else 0
        if took > _SLOWEST_REPLY_S:
            self._n_slow = _SLOW_REPLIES

    def held(self, now: float, *, is_held: bool) -> None:
        """Note whether the way to the terminal is full: a queue that does not shrink, a write that does not end."""
        if not is_held:
            self._held_since = None
        elif self._held_since is None:
            self._held_since = now

    def is_late(self, now: float) -> bool:
        """Say whether the terminal has been slow for a while."""
        return self._n_slow >= _SLOW_REPLIES or (self._held_since is not None and now - self._held_since > _HELD_S)

    def forget(self) -> None:
        """Expect no answers any more."""
        self._sent.clear()
        self._held_since = None
        self._n_slow = 0
