"""Runs one turn in the main loop, with an ear for signals and for a reader who goes away."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from compare_tui.cli.answer_json import feeds
from compare_tui.cli.exit_status import ExitStatus
from compare_tui.cli.surroundings import Surroundings
from compare_tui.config.load import Loaded
from compare_tui.domain.events import AnswerEvent, RetryScheduled
from compare_tui.domain.figures import completion_tokens
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.sentences import join_sentences
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn
from compare_tui.engine.engine import Engine
from compare_tui.engine.ports import Observer
from compare_tui.export.answer_json import message_of

_PROGRESS_TICK_S = 0.5
_SIGNALS = {
    signal.SIGINT: ExitStatus.INTERRUPTED,
    signal.SIGTERM: ExitStatus.TERMINATED,
    **({signal.SIGHUP: ExitStatus.HUNG_UP} if sys.platform != "win32" else {}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOrder:
    """What to run."""

    loaded: Loaded
    lanes: tuple[LaneSpec, ...]
    prompt: str
    save: bool
    goes_on: bool
    """The turn belongs to the newest comparison, with its lanes; `lanes` is empty."""
    writer: Observer
    """Is told of every event."""
    may_speak: Callable[[], bool]
    """Whether a line on standard error would not land in the middle of the answers."""


@dataclass(frozen=True, slots=True)
class TurnEnd:
    """How it ended: every answer is final."""

    comparison: Comparison
    turn: Turn
    ended_at: float
    """Unix seconds."""
    interrupted: ExitStatus | None


@dataclass(slots=True)
class _Interruption:
    status: ExitStatus | None = None
    stop: Callable[[], None] = field(default=lambda: None)
    """Stops what is running."""
    leave: Callable[[], object] = field(default=lambda: None)
    """Does not wait for it."""

    def signalled(self, status: ExitStatus) -> None:
        if self.status is not None:
            self.leave()
        self.status = status
        self.stop()


def run_turn(surroundings: Surroundings, order: TurnOrder) -> TurnEnd | None:
    """Run the turn to its end; None if it was left at the second signal. Raises CompareTuiError."""
    try:
        return asyncio.run(_run(surroundings, order))
    except asyncio.CancelledError:
        return None


async def _run(surroundings: Surroundings, order: TurnOrder) -> TurnEnd:
    clock = surroundings.clock
    watcher = _Watcher(surroundings, order)
    task = asyncio.current_task()
    assert task is not None
    interruption = _Interruption(leave=task.cancel)
    settings = order.loaded.settings
    with _heard(interruption):
        opening = surroundings.services.open_engine(
            order.loaded, observer=watcher, save=order.save, on_notice=surroundings.diagnostics.warning
        )
        async with opening as engine:
            if order.goes_on:
                comparison = (await engine.resume()).comparison
            else:
                comparison = engine.open_comparison(order.lanes, system=settings.system or None, tier=settings.tier)
            surroundings.output.on_closed = partial(_stop_from_thread, asyncio.get_running_loop(), engine)
            turn = engine.start_turn(comparison, order.prompt)
            interruption.stop = engine.stop_all
            if interruption.status is not None:
                engine.stop_all()
            progress = asyncio.create_task(watcher.show_progress(clock.monotonic))
            try:
                await engine.wait(comparison)
            finally:
                progress.cancel()
                surroundings.diagnostics.clear_progress()
    return TurnEnd(comparison, turn, clock.wall(), interruption.status)


def _stop_from_thread(loop: asyncio.AbstractEventLoop, engine: Engine) -> None:
    with suppress(RuntimeError):  # the turn has ended, its loop is closed
        loop.call_soon_threadsafe(engine.stop_all)


@contextmanager
def _heard(interruption: _Interruption) -> Iterator[None]:
    """Hear the signals while the turn runs. A signal that the caller ignores (nohup) stays ignored."""
    loop = asyncio.get_running_loop()
    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    with suppress(NotImplementedError):  # Windows: Ctrl+C raises KeyboardInterrupt
        for number in heard:
            loop.add_signal_handler(number, interruption.signalled, _SIGNALS[number])
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for number in heard:
                loop.remove_signal_handler(number)


class _Watcher:
    """Passes events on to the writer, and says on standard error what a waiting person wants to know."""

    def __init__(self, surroundings: Surroundings, order: TurnOrder) -> None:
        self._diagnostics = surroundings.diagnostics
        self._writer = order.writer
        self._may_speak = order.may_speak
        self._feeds: list[AnswerFeed] = []

    def turn_started(self, comparison: Comparison, turn: Turn) -> None:
        self._feeds = feeds(comparison, turn)
        self._writer.turn_started(comparison, turn)

    def answer_changed(self, comparison: Comparison, feed: AnswerFeed, event: AnswerEvent) -> None:
        self._writer.answer_changed(comparison, feed, event)
        if isinstance(event, RetryScheduled) and self._may_speak():
            number = self._feeds.index(feed) + 1
            said = join_sentences(message_of(event.error), f"Again in {event.delay_s:.1f} s.")
            self._diagnostics.note(f"Lane {number} ({feed.lane.model}): {said}")

    async def show_progress(self, monotonic: Callable[[], float]) -> None:
        """Keep one line up to date, from half a second on."""
        began = monotonic()
        while self._diagnostics.shows_progress:
            await asyncio.sleep(_PROGRESS_TICK_S)
            if not self._may_speak():
                continue
            states = [feed.state for feed in self._feeds]
            ended = sum(state.status.is_final for state in states)
            tokens = sum(completion_tokens(state)[0] for state in states)
            elapsed_s = monotonic() - began
            self._diagnostics.progress(f"{ended} of {len(states)} ended · {tokens:,} tokens · {elapsed_s:.0f} s")
