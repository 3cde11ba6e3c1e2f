"""One tiny prompt to a compare server, with each event as it comes, and what its times say about the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from http import HTTPStatus

import httpx

from compare_tui.domain.answers import AnswerError
from compare_tui.domain.check_steps import CheckStep, Finding
from compare_tui.domain.errors import BackendError
from compare_tui.domain.events import StreamFailed
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.messages import AnswerRequest, Message, Role
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.byte_stream import KEEP_ALIVE, event_source, media_type
from compare_tui.sources.compare_account import list_server_models
from compare_tui.sources.compare_http import CompareHttp
from compare_tui.sources.compare_link import CompareLink, Ready
from compare_tui.sources.compare_request_wire import plan_requests
from compare_tui.sources.compare_shape import STREAM_PATH
from compare_tui.sources.compare_wire import ComparisonDecoder, Told
from compare_tui.sources.http_refusal import refusal_of
from compare_tui.sources.redaction import Redactor
from compare_tui.sources.sending import Sending
from compare_tui.sources.stream_frames import STREAM_ERRORS, next_frame, stream_fault
from compare_tui.sources.transport_faults import TRANSPORT_ERRORS, fault_before_answer

_PROMPT = "Say hi."
_SILENCE_S = 130.0
"""The servers themselves give a silent model 120 s."""
_BURST_S = 0.05
_SLOW_S = 1.0
_EVENT_CHARS = 100


async def live_steps(link: CompareLink, ready: Ready, model: str | None) -> AsyncIterator[CheckStep]:
    """Yield the steps of one small request."""
    if model is None:
        try:
            models = await list_server_models(link)
        except BackendError as fault:
            yield CheckStep("model", Finding.FAILED, fault.message, "Name one: -m MODEL.")
            return
        model = next((listed.id for listed in models if not listed.is_locked), None)
        if model is None:
            yield CheckStep("model", Finding.FAILED, "The server lists no model that this account may use.")
            return
    yield CheckStep("model", Finding.NOTE, f"Asking {make_safe_line(model, 80)}: {_PROMPT}")
    lane = Lane(LaneId(0), LaneSpec(model, link.settings.name))
    request = AnswerRequest(lane, (Message(Role.USER, _PROMPT),))
    plan = plan_requests([request], link.settings.params, ready.shape)
    if plan.refused:
        yield CheckStep("request", Finding.FAILED, plan.refused[lane.id].message)
        return
    path = f"{ready.shape.prefix}{STREAM_PATH}"
    sent = ready.http.stream_request(path, plan.requests[0].body, ready.token)
    async with Sending(ready.http.client, sent) as sending:
        look = _Look(ready.http, model)
        try:
            response = await sending.response()
        except TRANSPORT_ERRORS as exc:
            error = fault_before_answer(exc, link.settings)
            yield CheckStep("answer", Finding.FAILED, error.message, look.hint_for_cut())
            return
        head = await _head(ready, response, look)
        yield head
        if head.finding is Finding.FAILED:
            return
        async for step in look.read(response, Redactor(ready.token)):
            yield step
        for step in look.verdicts(response):
            yield step


async def _head(ready: Ready, response: httpx.Response, look: _Look) -> CheckStep:
    after = f"after {look.elapsed_s():.2f} s"
    kind = media_type(response)
    if response.status_code == HTTPStatus.OK and kind == "text/event-stream":
        return CheckStep("answer", Finding.OK, f"A stream was opened {after}.")
    context = ready.http.context(response.status_code, dict(response.headers))
    error = await refusal_of(response, Redactor(ready.token), context)
    hint = error.hint
    if response.status_code == HTTPStatus.GATEWAY_TIMEOUT:
        hint = "A proxy did not wait for the server (nginx: proxy_read_timeout)."
    elif response.status_code == HTTPStatus.OK:
        hint = f"Something answers with {kind or 'no type'} in place of a stream: a proxy, or other pages."
    return CheckStep("answer", Finding.FAILED, f"{error.message} ({after})", hint)


class _Look:
    """What was seen of one stream."""

    def __init__(self, http: CompareHttp, model: str) -> None:
        self._clock = http.clock
        self._model = model
        self._began = http.clock.monotonic()
        self._event_times: list[float] = []
        self._text_times: list[float] = []
        self._decoder = ComparisonDecoder([model], done_is_last=False, is_sequential=False)
        self._errors: list[AnswerError] = []
        self._end = "the server's last word came"
        self._clean = False

    def elapsed_s(self) -> float:
        return self._clock.monotonic() - self._began

    async def read(self, response: httpx.Response, redactor: Redactor) -> AsyncIterator[CheckStep]:
        """Yield each event as it comes."""
        frames = event_source(response, now=self._clock.monotonic).aiter_sse()
        try:
            while not self._decoder.complete:
                try:
                    frame = await next_frame(frames, asyncio.get_running_loop().time() + _SILENCE_S)
                except STREAM_ERRORS as exc:
                    timed_out = isinstance(exc, TimeoutError)
                    self._end = f"nothing for {_SILENCE_S:.0f} s" if timed_out else stream_fault(exc)[1]
                    break
                if frame is None:
                    self._end = "the stream ended without the server's last word"
                    break
                yield self._event(redactor.clean(frame.data), frame.event)
            self._clean = self._decoder.complete
            self._note(self._decoder.close(None))
        finally:
            await frames.aclose()

    def verdicts(self, response: httpx.Response) -> list[CheckStep]:
        """Return what the events and their times mean."""
        total_s = self.elapsed_s()
        steps = []
        if self._event_times:
            first_text = f", the first text after {self._text_times[0]:.2f} s" if self._text_times else ""
            steps.append(CheckStep("first event", Finding.OK, f"After {self._event_times[0]:.2f} s{first_text}."))
        else:
            steps.append(CheckStep("first event", Finding.FAILED, "No event came.", self.hint_for_cut()))
        counts = ", ".join(f"{kind} {count}" for kind, count in self._decoder.seen.items())
        if counts:
            steps.append(CheckStep("events", Finding.OK, f"{counts}."))
        if self._came_at_once(total_s):
            steps.append(CheckStep("pace", Finding.ODD, "All events came at once, at the end.", _buffering(response)))
        steps += [CheckStep("answer", Finding.FAILED, error.message, error.hint) for error in self._errors]
        if self._clean:
            steps.append(CheckStep("end", Finding.OK, f"Clean, after {total_s:.2f} s: {self._end}."))
        else:
            steps.append(
                CheckStep("end", Finding.FAILED, f"Cut after {total_s:.1f} s: {self._end}.", self.hint_for_cut())
            )
        return steps

    def hint_for_cut(self) -> str:
        """Return the likely cause of an end that nobody wanted."""
        if not self._event_times:
            return "The server is silent, or a proxy holds its answer back (nginx: proxy_buffering)."
        return "A proxy's patience (nginx: proxy_read_timeout, 60 s as a rule) or the server's own end."

    def _event(self, data: str, kind: str) -> CheckStep:
        at = self.elapsed_s()
        if kind == KEEP_ALIVE:
            return CheckStep(f"{at:7.2f} s", Finding.NOTE, "(comment)")
        self._event_times.append(at)
        if '"chunk"' in data or '"reasoning"' in data:
            self._text_times.append(at)
        self._note(self._decoder.feed(data))
        return CheckStep(f"{at:7.2f} s", Finding.NOTE, make_safe_line(data[: 4 * _EVENT_CHARS], _EVENT_CHARS))

    def _note(self, told: Iterable[Told]) -> None:
        self._errors += [event.error for _, event in told if isinstance(event, StreamFailed)]

    def _came_at_once(self, total_s: float) -> bool:
        times = self._event_times
        return len(times) > 3 and total_s > _SLOW_S and times[-1] - times[0] < _BURST_S


def _buffering(response: httpx.Response) -> str:
    server = make_safe_line(response.headers.get("server", ""), 40)
    by = f" ({server})" if server else ""
    return f"Something on the way{by} holds the stream back: in nginx, proxy_buffering off for this path."
