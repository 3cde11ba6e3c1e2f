"""The life of one answer: attempts, patience, retries, the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import partial

from compare_tui.domain.answers import AnswerError, AnswerState, AnswerStatus, CostSource, ErrorKind
from compare_tui.domain.events import (
    AnswerCancelled,
    AnswerEvent,
    AnswerRefused,
    AttemptStarted,
    CostFound,
    LimitReported,
    ReasoningReceived,
    RequestSent,
    RetryScheduled,
    StreamEnded,
    StreamEvent,
    StreamFailed,
    TextReceived,
    WarningRaised,
)
from compare_tui.domain.figures import completion_tokens, estimate_usage
from compare_tui.domain.fold import fold
from compare_tui.domain.lanes import Lane, LaneId
from compare_tui.domain.limits import Refusal
from compare_tui.domain.messages import AnswerRequest
from compare_tui.domain.prices import FREE, cost_usd, usual_usd
from compare_tui.domain.server_limits import Wait
from compare_tui.engine.admission import Admission
from compare_tui.engine.comparison import AnswerFeed, Chunk, Comparison
from compare_tui.engine.patience import retry_after, timed_out, turn_timed_out
from compare_tui.engine.policy import Policy
from compare_tui.engine.ports import Clock, ComparisonSource, ComparisonStream, Emit, Pacing, Place
from compare_tui.engine.refusals import refused_by_server


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every answer's run shares."""

    clock: Clock
    admission: Admission
    policy: Policy
    random: Callable[[], float]
    pacing: Pacing | None = None

    async def room(self, lanes: Sequence[Lane]) -> tuple[Wait | None, ...]:
        """Return how long each lane must wait until its server would take it."""
        return (None,) * len(lanes) if self.pacing is None else await self.pacing.wait(lanes)


class AnswerRun:
    """Drives one answer to its end.

    `changed` is told of every event after it was folded, `ended` once, when the answer is final.
    """

    def __init__(
        self,
        comparison: Comparison,
        feed: AnswerFeed,
        request: AnswerRequest,
        source: ComparisonSource,
        context: RunContext,
        *,
        changed: Callable[[AnswerRun, AnswerEvent], None],
        ended: Callable[[AnswerRun], None],
    ) -> None:
        self.comparison = comparison
        self.feed = feed
        self.request = request
        self._source = source
        self._context = context
        self._changed = changed
        self._ended = ended
        self.finished = asyncio.Event()
        self._place: Place | None = None
        self.used: Place | None = None
        """The place of the last request that went out."""
        self._stream: ComparisonStream | None = None
        self._attempt = 0
        self._errands: set[asyncio.Task[None]] = set()
        self._retry: asyncio.Task[None] | None = None
        self._deadline: float | None = None

    def begin_attempt(self, place: Place) -> Emit:
        """Take note of a new attempt at `place` and return where its events go. `attach` its stream afterwards."""
        self._attempt += 1
        self._place = place
        clock = self._context.clock
        if self._deadline is None and self._context.policy.turn_timeout_s is not None:
            self._deadline = clock.monotonic() + self._context.policy.turn_timeout_s
        self._fold(AttemptStarted(self._attempt))
        return partial(self._on_event, self._attempt)

    def begin_later(self, place: Place, wait: Wait) -> None:
        """Begin when the server would take the request; until then a countdown is shown."""
        self._place = place
        self._fold(RetryScheduled(AnswerError(ErrorKind.RATE_LIMIT, wait.reason), wait.seconds))
        self._retry = asyncio.create_task(self._begin_at_last(place, wait.seconds))

    async def _begin_at_last(self, place: Place, delay_s: float) -> None:
        await self._context.clock.sleep(delay_s)
        emit = self.begin_attempt(place)
        self.attach(self._source.start([self.request], emit))

    def attach(self, stream: ComparisonStream) -> None:
        """Name the stream that carries the attempt, so that it can be stopped."""
        self._stream = stream

    def refuse(self, error: AnswerError) -> None:
        """End the answer before anything was sent; one that was stopped meanwhile stays so."""
        if not self.feed.state.status.is_final:
            self._finish(AnswerRefused(error))

    def stop(self) -> None:
        """End the answer as a person wishes: its connection closes, its text stays."""
        if not self.feed.state.status.is_final:
            self._close_stream()
            self._finish(AnswerCancelled())

    def check_patience(self) -> None:
        """Give up if one of the two clocks, or the turn's, has run out."""
        now = self._context.clock.monotonic()
        late = self._deadline is not None and now >= self._deadline
        if stopped := self._too_dear():
            self._fold(WarningRaised(stopped))
            self.stop()
            return
        error = turn_timed_out(self._context.policy) if late else timed_out(self.feed.state, self._context.policy, now)
        if error is None or self.feed.state.status.is_final:
            return
        self._close_stream()
        self._fold(StreamFailed(error))
        self._finish(StreamEnded(done=False))

    def _too_dear(self) -> str:
        """Return why the answer is stopped for what it has cost so far, by estimate; empty: it is not."""
        limit, price = self._context.policy.stop_lane_at_usd, self._context.admission.price_of(self.feed.lane)
        if limit is None or self.feed.state.status.is_final:
            return ""
        so_far = usual_usd(price, self.request, completion_tokens(self.feed.state)[0])
        if so_far is None or so_far < limit:
            return ""
        return f"Stopped at about ${so_far:.4f}: stop_lane_at_usd = {limit:g}."

    def _on_event(self, attempt: int, _lane: LaneId, event: StreamEvent) -> None:
        if attempt != self._attempt or self.feed.state.status.is_final:
            return
        if isinstance(event, LimitReported) and self._context.pacing is not None:
            self._context.pacing.seen(self.feed.lane, event.limit)
        at = self._context.clock.monotonic()
        state = fold(self.feed.state, event, at)
        if not state.status.is_final:
            self._take(event, state, at)
            if isinstance(event, RequestSent):
                self._settle()
            return
        again = retry_after(state, self._context.policy, self._context.random())
        if again is None:
            self._finish(event, error_came_now=True)
            return
        self._attempt_over()
        self._charge(0.0)  # it failed before any content
        self._fold(again)
        self._retry = asyncio.create_task(self._ask_again(again.delay_s))

    async def _ask_again(self, delay_s: float) -> None:
        await self._context.clock.sleep(delay_s)
        turn = f"{self.comparison.id}/{self.feed.turn}"
        answer = await self._context.admission.reserve([self.request], turn)
        if isinstance(answer, Refusal):
            self._fold(WarningRaised(f"Not asked again: the limit {answer.limit} is used up."))
            self._finish(StreamEnded(done=False))
            return
        if self.feed.state.status.is_final:
            await self._context.admission.ledger.release(answer[0])
            return
        self._place = answer[0]  # given back if the answer is stopped meanwhile, and this task with it
        [wait] = await self._context.room([self.feed.lane])
        if wait is None:
            emit = self.begin_attempt(answer[0])
            self.attach(self._source.start([self.request], emit))
        else:
            self.begin_later(answer[0], wait)

    def _fold(self, event: AnswerEvent) -> None:
        at = self._context.clock.monotonic()
        self._take(event, fold(self.feed.state, event, at), at)

    def _take(self, event: AnswerEvent, state: AnswerState, at: float) -> None:
        feed = self.feed
        feed.state = state
        if isinstance(event, TextReceived | ReasoningReceived):
            began = at if state.started_at is None else state.started_at
            feed.chunks.append(Chunk(int((at - began) * 1000), isinstance(event, ReasoningReceived), event.text))
        self._changed(self, event)

    def _finish(self, event: AnswerEvent, *, error_came_now: bool = False) -> None:
        feed = self.feed
        at = self._context.clock.monotonic()
        state = fold(feed.state, event, at)
        if error_came_now and state.error is not None:
            state = replace(state, error=refused_by_server(state.error, self._context.clock.wall()))
        if state.usage is None and state.has_content and state.status is not AnswerStatus.REFUSED:
            state = replace(state, usage=estimate_usage(state, self.request.prompt_chars))
        feed.state = state = self._with_cost(state)
        self._attempt_over()
        if state.cost_usd is not None:
            self._charge(state.cost_usd)
        self._changed(self, event)
        self._ended(self)
        self.finished.set()

    def _settle(self) -> None:
        """The place is used from the moment of the request: a kill in mid-stream must not free it."""
        place, self._place = self._place, None
        if place is not None:
            self.used = place
            self._errand(self._context.admission.ledger.settle(place))

    def _charge(self, cost_usd: float) -> None:
        """Free what was reserved beyond the cost."""
        if self.used is not None:
            self._errand(self._context.admission.ledger.charge(self.used, cost_usd))

    def _with_cost(self, state: AnswerState) -> AnswerState:
        """Return the state with the cost of counted tokens, where the backend tells none but has prices."""
        usage, price = state.usage, self._context.admission.price_of(self.feed.lane)
        if state.cost_usd is not None or usage is None or usage.estimated or price in (None, FREE):
            return state
        assert price is not None
        return fold(state, CostFound(cost_usd(price, usage), CostSource.PRICES), 0.0)

    def take_cost(self, cost_usd: float) -> None:
        """Take in what the backend said afterwards."""
        self._fold(CostFound(cost_usd, CostSource.PROVIDER))
        self._charge(cost_usd)

    def _attempt_over(self) -> None:
        """Give the place back if nothing was sent."""
        place, self._place = self._place, None
        if place is not None:
            self._errand(self._context.admission.ledger.release(place))

    def _close_stream(self) -> None:
        if self._stream is not None:
            self._stream.stop(self.feed.lane.id)
        if self._retry is not None:
            self._retry.cancel()

    def _errand(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def drain(self) -> None:
        """Wait for what is still under way behind a final answer."""
        waiting = [*self._errands, *([self._retry] if self._retry else [])]
        await asyncio.gather(*waiting, return_exceptions=True)
        if self._stream is not None:
            await self._stream.wait()
