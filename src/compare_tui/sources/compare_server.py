"""The `compare-server` backend: a server that asks several models at once and sends all answers in one stream."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import StreamCut, StreamEnded, StreamEvent, StreamFailed, WarningRaised
from compare_tui.domain.lanes import LaneId
from compare_tui.domain.messages import AnswerRequest
from compare_tui.domain.quota import Quota
from compare_tui.engine.ports import Clock, Emit
from compare_tui.sources.compare_link import CompareLink, Ready
from compare_tui.sources.compare_request_wire import plan_requests
from compare_tui.sources.settings import OpenAISettings

if TYPE_CHECKING:
    from compare_tui.sources.compare_exchange import CompareExchange
    from compare_tui.sources.compare_session import TokenStore


class CompareServerSource:
    """A `ComparisonSource` on one compare server."""

    def __init__(self, settings: OpenAISettings, tokens: TokenStore, *, clock: Clock) -> None:
        self._link = CompareLink(settings, tokens, clock=clock)

    def start(self, requests: Sequence[AnswerRequest], emit: Emit) -> CompareServerStream:
        """Ask every lane, in as few requests as the server allows."""
        return CompareServerStream(self._link, requests, emit)

    async def warm_up(self) -> None:
        """Load and build the client, find out what the server is like, try the sign-in, ask what is left."""
        if self._link.quota is None:
            await self._link.ask_quota()

    def quota(self) -> Quota | None:
        """What the server has last said is left; see TellsQuota."""
        return self._link.quota

    async def ask_quota(self) -> Quota | AnswerError | None:
        """Ask what is left; see TellsQuota."""
        return await self._link.ask_quota()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._link.aclose()


class CompareServerStream:
    """The running requests of one turn."""

    def __init__(self, link: CompareLink, requests: Sequence[AnswerRequest], emit: Emit) -> None:
        self._link = link
        self._emit = emit
        self._live = {request.lane.id for request in requests}
        self._running: dict[asyncio.Task[None], CompareExchange] = {}
        self._task = asyncio.create_task(self._run(requests), name=f"turn at {link.settings.name}")

    def stop(self, lane: LaneId) -> None:
        """End the lane; the connection of its request closes with the request's last lane."""
        if lane not in self._live:
            return
        found = next((pair for pair in self._running.items() if lane in pair[1].lanes), None)
        if found is not None:
            task, exchange = found
            alone = not any(other in self._live for other in exchange.lanes if other != lane)
            if exchange.is_sent:
                self._emit(lane, _stopped(alone=alone))
            exchange.drop(lane)
            if alone:
                task.cancel()
        self._live.discard(lane)
        if not self._live and not self._running:
            self._task.cancel()  # it is still finding its way to the server

    async def wait(self) -> None:
        """Wait until every lane has ended or was stopped, and its request is done with."""
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, requests: Sequence[AnswerRequest]) -> None:
        try:
            ready = await self._link.ready()
            if isinstance(ready, AnswerError):
                self._end_all([request.lane.id for request in requests], ready)
            else:
                await self._ask(ready, requests)
        except Exception as fault:  # a fault of ours must end each lane with words, and disturb no other backend
            self._end_all(tuple(self._live), _our_fault(fault))
        for lane in tuple(self._live):
            self._tell(lane, StreamCut("the source stopped without an end"))

    async def _ask(self, ready: Ready, requests: Sequence[AnswerRequest]) -> None:
        from compare_tui.sources.compare_exchange import CompareExchange

        plan = plan_requests(requests, self._link.settings.params, ready.shape)
        for lane, error in plan.refused.items():
            self._end_all([lane], error)
        quota = self._link.quota
        common = [ready.warning] if ready.warning else []
        common += [quota.in_words()] if quota is not None and quota.is_low else []
        for request in requests:
            lane = request.lane.id
            for warning in (*plan.warnings.get(lane, ()), *common):
                self._tell(lane, WarningRaised(warning))
        try:
            for planned in plan.requests:
                if any(request.lane.id in self._live for request in planned.lanes.values()):
                    exchange = CompareExchange(self._link, ready, planned, self._tell)
                    self._running[asyncio.create_task(self._guarded(exchange))] = exchange
            if self._running:
                await asyncio.wait(tuple(self._running))
        finally:
            for task in self._running:
                if not task.cancelling():  # a second cancellation would break off the closing of its connection
                    task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _guarded(self, exchange: CompareExchange) -> None:
        try:
            await exchange.run()
        except Exception as fault:
            self._end_all(exchange.lanes, _our_fault(fault))

    def _tell(self, lane: LaneId, event: StreamEvent) -> None:
        if lane not in self._live:
            return
        if isinstance(event, StreamEnded | StreamCut):
            self._live.discard(lane)
        self._emit(lane, event)

    def _end_all(self, lanes: Iterable[LaneId], error: AnswerError) -> None:
        for lane in lanes:
            self._tell(lane, StreamFailed(error))
            self._tell(lane, StreamEnded(done=False))


def _our_fault(fault: Exception) -> AnswerError:
    # The text of an unforeseen exception may hold anything, a key too: only its type is told.
    message = f"This program failed while reading the stream ({type(fault).__name__})."
    return AnswerError(ErrorKind.PROTOCOL, message)


def _stopped(*, alone: bool) -> WarningRaised:
    if alone:
        return WarningRaised("Its connection was closed; the server may go on with the answer and bill it.")
    return WarningRaised("Other lanes share its connection: the server goes on with the answer and may bill it.")
