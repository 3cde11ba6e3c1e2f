"""Answers in one piece from `/compare`, for servers that have no stream or proxies that let none through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compare_tui.domain.answers import AnswerError
from compare_tui.domain.events import StreamEvent, StreamOpened, WarningRaised
from compare_tui.domain.json_types import Json
from compare_tui.sources.compare_lane_wire import ModelDecoder
from compare_tui.sources.compare_link import Ready
from compare_tui.sources.compare_shape import WHOLE_PATH
from compare_tui.sources.compare_wire import Told
from compare_tui.sources.lenient import as_object, as_text

_WITHIN_S = 600.0
_NOTE = "There is no stream from this server: the whole answer came at once, from /compare."


async def ask_whole(ready: Ready, body: Mapping[str, Json], models: Sequence[str]) -> list[Told] | AnswerError:
    """Ask all models and wait for the whole; return the events of each, or why there is no answer."""
    path = f"{ready.shape.prefix}{WHOLE_PATH}"
    reply = await ready.http.post(path, body, key=ready.token, within_s=_WITHIN_S)
    if isinstance(reply, AnswerError):
        return reply
    answer = as_object(reply.json)
    if not reply.is_ok or "results" not in answer:
        return ready.http.error_of(reply)
    results = as_object(answer["results"])
    return [(model, event) for model in models for event in _events_of(as_text(results.get(model)))]


def _events_of(text: str) -> list[StreamEvent]:
    model = ModelDecoder()
    told: list[StreamEvent] = [StreamOpened(), WarningRaised(_NOTE)]
    if text:
        told += model.chunk(text)
    return [*told, *model.close(done=True)]
