"""The bond between the screen and the engine's thread: calls out, wake-ups in, frames while something streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context

from textual.widget import Widget

from compare_tui.domain.errors import CompareTuiError
from compare_tui.tui.pulse import Pulse
from compare_tui.tui.services import EnginePort, Services
from compare_tui.tui.session import Session


class Live:
    """Starts the engine after the first paint and pulls from then on.

    `pull` shows what is new; `settled` is called when the last answer has ended.
    """

    def __init__(
        self, owner: Widget, session: Session, *, pull: Callable[[], None], settled: Callable[[], None]
    ) -> None:
        self._owner = owner
        self._session = session
        self._pull = pull
        self._settled = settled
        self._pulse: Pulse | None = None
        self.engine: EnginePort | None = None

    def start(self, services: Services, told: Callable[[CompareTuiError], None]) -> None:
        """Start the engine."""
        from compare_tui.tui.engine_calls import EngineCalls
        from compare_tui.tui.wake_ups import WakeUps

        loop, context = asyncio.get_running_loop(), copy_context()
        self.engine = services.start_engine(WakeUps(loop, context, self.frame))
        calls = EngineCalls(self.engine, loop, context, told=told, crashed=self._crashed)
        self._session.attach(calls)

    def frame(self) -> None:
        """Show what is new; beat as long as more may come."""
        if self._pulse is None:
            self._pulse = Pulse(self._owner, self.frame)
        # Read before the pull: what ends in between is pulled once more.
        is_live = self._session.is_live
        self._pull()
        was_live = self._pulse.is_beating
        self._pulse.beat(beats=is_live)
        if was_live and not is_live:
            self._settled()

    def _crashed(self, fault: BaseException) -> None:
        raise fault
