"""One request to a compare server and what comes of it, for all of its lanes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from http import HTTPStatus

import httpx

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import (
    KeepAliveReceived,
    RequestSent,
    StreamEnded,
    StreamEvent,
    StreamFailed,
    StreamOpened,
    WarningRaised,
)
from compare_tui.domain.lanes import LaneId
from compare_tui.domain.quota import Quota
from compare_tui.sources.byte_stream import KEEP_ALIVE, MAX_BODY_BYTES, event_source, media_type
from compare_tui.sources.compare_link import CompareLink, Ready
from compare_tui.sources.compare_request_wire import PlannedRequest
from compare_tui.sources.compare_shape import STREAM_PATH
from compare_tui.sources.compare_whole import ask_whole
from compare_tui.sources.compare_wire import ComparisonDecoder, Told
from compare_tui.sources.http_refusal import redirect_of, refusal_of
from compare_tui.sources.paced_reads import set_pacing
from compare_tui.sources.redaction import Redactor
from compare_tui.sources.sending import Sending
from compare_tui.sources.stream_frames import STREAM_ERRORS, linger, stream_fault
from compare_tui.sources.transport_faults import TRANSPORT_ERRORS, fault_before_answer

Tell = Callable[[LaneId, StreamEvent], None]

_NO_STREAM = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED})
_ALLOWANCE = frozenset({HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.TOO_MANY_REQUESTS})
_HELD_BACK_S = 2.0
_FEW_CHUNKS = 5
_HELD_BACK = "All of it came at once: something between here and the server holds the stream back."
_QUIET_S = 1.0
"""How long a lane may be silent before the bytes of its neighbours are told as a sign of life."""


class CompareExchange:
    """Sends one planned request and tells its lanes what happens to them."""

    def __init__(self, link: CompareLink, ready: Ready, planned: PlannedRequest, tell: Tell) -> None:
        self.is_sent = False
        """The server has the request: it works, and may bill."""
        self._link = link
        self._ready = ready
        self._planned = planned
        self._tell = tell
        self._lanes = {model: request.lane.id for model, request in planned.lanes.items()}
        self._redactor = Redactor(ready.token)
        self._decoder: ComparisonDecoder | None = None
        self._waiting: asyncio.Timeout | None = None
        """For the next frame."""
        self._sent_at = 0.0
        self._first_at: float | None = None
        """When the first event came."""
        self._heard_at = dict.fromkeys(self._lanes, 0.0)

    @property
    def lanes(self) -> Iterable[LaneId]:
        """The lanes that share the request."""
        return self._lanes.values()

    def drop(self, lane: LaneId) -> None:
        """Listen to this lane no longer."""
        if self._decoder is not None:
            self._decoder.drop(next(model for model, other in self._lanes.items() if other == lane))
            if self._waiting is not None:
                self._waiting.reschedule(self._deadline())

    async def run(self) -> None:
        """Ask, and tell all lanes to their ends."""
        if self._ready.shape.streams and self._link.streams:
            await self._ask_for_stream()
        else:
            await self._ask_whole()

    async def _ask_for_stream(self) -> None:
        path = f"{self._ready.shape.prefix}{STREAM_PATH}"
        try:
            request = self._ready.http.stream_request(path, self._planned.body, self._ready.token)
        except (httpx.InvalidURL, ValueError) as exc:
            self._fail(fault_before_answer(exc, self._link.settings))
            return
        async with Sending(self._ready.http.client, request) as sending:
            if await sending.written():
                self.is_sent = True
                self._sent_at = self._ready.http.clock.monotonic()
                self._tell_all(RequestSent())
            try:
                response = await sending.response()
            except TRANSPORT_ERRORS as exc:
                self._fail(fault_before_answer(exc, self._link.settings))
                return
            if response.status_code == HTTPStatus.OK and media_type(response) == "text/event-stream":
                self._tell_all(StreamOpened())
                await self._read(response)
                return
            error = await self._refusal(response)
            has_no_stream = response.status_code in _NO_STREAM or response.status_code == HTTPStatus.OK
        if has_no_stream:
            await self._ask_whole(instead_of=error)
        else:
            self._fail(await self._explained(error))

    async def _refusal(self, response: httpx.Response) -> AnswerError:
        redirected = redirect_of(response, self._redactor, self._link.settings)
        if redirected is not None:
            return redirected
        if response.status_code == HTTPStatus.OK and media_type(response).endswith("json"):
            return AnswerError(ErrorKind.PROTOCOL, "The server answered with JSON in place of a stream.", code=200)
        context = self._ready.http.context(response.status_code, dict(response.headers))
        return await refusal_of(response, self._redactor, context)

    async def _ask_whole(self, instead_of: AnswerError | None = None) -> None:
        """Ask for answers in one piece; where these are not to be had either, the first refusal stands."""
        if instead_of is None:
            self.is_sent = True
            self._tell_all(RequestSent())
        told = await ask_whole(self._ready, self._planned.body, list(self._lanes))
        if isinstance(told, AnswerError):
            self._link.forget_shape()
            self._fail(await self._explained(instead_of or told))
            return
        self._link.streams = False
        for model, event in told:
            self._tell(self._lanes[model], event)

    async def _read(self, response: httpx.Response) -> None:
        shape, clock = self._ready.shape, self._ready.http.clock
        models = list(self._lanes)
        decoder = ComparisonDecoder(models, done_is_last=shape.done_is_last, is_sequential=shape.is_sequential)
        max_bytes = MAX_BODY_BYTES * len(models)
        frames = event_source(response, now=clock.monotonic, max_body_bytes=max_bytes).aiter_sse()
        reason: str | None = None
        self._pass_on(decoder.opened())
        self._decoder = decoder
        try:
            while not decoder.complete:
                try:
                    async with asyncio.timeout_at(self._deadline()) as self._waiting:
                        frame = await anext(frames, None)
                except STREAM_ERRORS as exc:
                    if not decoder.all_done:
                        reason = self._fault(exc, max_bytes)
                    break
                if frame is None:
                    break
                if frame.event == KEEP_ALIVE:
                    self._tell_all(KeepAliveReceived())
                    continue
                if self._first_at is None:
                    self._first_at = clock.monotonic()
                told = decoder.feed(self._redactor.clean(frame.data))
                if any(isinstance(event, StreamEnded) for _, event in told):
                    self._tell_if_held_back(decoder)
                self._pass_on(told)
                set_pacing(response, paced=decoder.has_begun)
            self._pass_on(decoder.close(reason))
            self._link.note_end(decoder.metadata)
        finally:
            self._waiting = None
            set_pacing(response, paced=False)
            if decoder.complete:
                await linger(frames)
            await frames.aclose()

    def _pass_on(self, told: list[Told]) -> None:
        """Tell lanes what is theirs, and those that have long been silent that the connection lives."""
        now = self._ready.http.clock.monotonic()
        for model, event in told:
            self._heard_at[model] = now
            self._tell(self._lanes[model], event)
        for model, heard_at in self._heard_at.items():
            if now - heard_at >= _QUIET_S:
                self._heard_at[model] = now
                self._tell(self._lanes[model], KeepAliveReceived())

    def _tell_if_held_back(self, decoder: ComparisonDecoder) -> None:
        """Say so if nothing came for long and then all at once: these servers say `start` at once."""
        if self._first_at is None or decoder.seen["chunk"] < _FEW_CHUNKS:
            return
        waited_s = self._first_at - self._sent_at
        if waited_s >= _HELD_BACK_S and self._ready.http.clock.monotonic() - self._first_at < waited_s / 10:
            self._tell_all(WarningRaised(_HELD_BACK))

    def _deadline(self) -> float | None:
        """Once every model is done, little can follow; a server that forgets its last word is not waited for."""
        if self._decoder is None or not self._decoder.all_done:
            return None
        return asyncio.get_running_loop().time() + self._link.settings.after_finish_s

    def _fault(self, exc: Exception, max_bytes: int) -> str:
        error, reason = stream_fault(exc, max_body_bytes=max_bytes)
        if error is not None:
            self._tell_all(StreamFailed(error))
        return reason

    async def _explained(self, error: AnswerError) -> AnswerError:
        """Add what is left where the server says that too little is, and who we are where it asks that."""
        if error.code in _ALLOWANCE:
            quota = await self._link.ask_quota()
            left = f"{error.hint} {quota.in_words()}".strip() if isinstance(quota, Quota) else error.hint
            # The server's own limits are those of a day; only a proxy's pass soon, and it says when.
            return replace(error, hint=left, retryable=error.retryable and error.retry_after_s is not None)
        if error.code in (HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED):
            name = self._link.settings.name
            advice = "" if self._ready.token else f"Nobody is signed in at @{name}: compare-tui login {name}."
            kind = ErrorKind.KEY if self._ready.warning else error.kind
            return replace(error, kind=kind, hint=f"{error.hint} {advice}".strip())
        return error

    def _fail(self, error: AnswerError) -> None:
        self._tell_all(StreamFailed(error))
        self._tell_all(StreamEnded(done=False))

    def _tell_all(self, event: StreamEvent) -> None:
        for lane in self._lanes.values():
            self._tell(lane, event)
