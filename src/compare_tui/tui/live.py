"""The bond between the screen and the engine's thread: calls out, wake-ups in, frames while something streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context

from textual.widget import Widget

from compare_tui.domain.errors import CompareTuiError
from compare_tui.tui.output.thrift import Thrift
from compare_tui.tui.pulse import Pulse
from compare_tui.tui.services import EnginePort, Services
from compare_tui.tui.session import Session


class Live:
    """Starts the engine after the first paint and pulls from then on.

    `pull` shows what is new and says whether more waits; `turned` is called when answers begin to come and
    when the last of them has ended.
    """

    def __init__(
        self,
        owner: Widget,
        session: Session,
        thrift: Thrift,
        *,
        pull: Callable[[], bool],
        turned: Callable[[], None],
    ) -> None:
        self._owner = owner
        self._thrift = thrift
        self._session = session
        self._pull = pull
        self._turned = turned
        self._pulse: Pulse | None = None
        self.engine: EnginePort | None = None

    def start(
        self, services: Services, *, told: Callable[[CompareTuiError], None], noticed: Callable[[str], None]
    ) -> None:
        """Start the engine. `told` is given errors for a person, `noticed` what others have to say."""
        from compare_tui.tui.engine_calls import EngineCalls
        from compare_tui.tui.wake_ups import WakeUps

        loop, context = asyncio.get_running_loop(), copy_context()
        self.engine = services.start_engine(WakeUps(loop, context, self._wake))
        calls = EngineCalls(self.engine, loop, context, told=told, crashed=self._crashed)
        self._session.attach(calls)
        services.listen_to_notices(lambda text: _call_soon(loop, context, noticed, text))
        # The engine's thread has opened the store by then, so that today's figures can be read.
        calls.call(lambda _engine: None, lambda _: self._turned())

    def frame(self) -> None:
        """Show what is new; beat as long as more may come."""
        if self._pulse is None:
            self._pulse = Pulse(self._owner, self.frame, self._thrift)
        # Read before the pull: what ends in between is pulled once more.
        is_live = self._session.is_live
        more = self._pull()
        was_live = self._pulse.is_beating
        self._pulse.beat(beats=is_live or more)
        if was_live != self._pulse.is_beating:
            self._turned()

    def _wake(self) -> None:
        """Called from the loop itself, where Textual would not see what is raised."""
        try:
            self.frame()
        except Exception as fault:
            self._crashed(fault)

    def _crashed(self, fault: BaseException) -> None:
        from compare_tui.tui.internals.crash import fail

        fail(self._owner.app, fault)


def _call_soon(loop: asyncio.AbstractEventLoop, context: Context, act: Callable[[str], None], text: str) -> None:
    try:
        loop.call_soon_threadsafe(act, text, context=context)
    except RuntimeError:  # the app's loop is closed: nobody listens any more
        return
