"""Reads what `record_document` wrote. Every text is made safe: the file may come from anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from compare_tui.domain.answers import (
    AnswerError,
    AnswerState,
    AnswerStatus,
    Citation,
    CostSource,
    ErrorKind,
    ImageMark,
    ToolCall,
    Usage,
)
from compare_tui.domain.errors import UsageError
from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.safe_json import make_safe_json
from compare_tui.domain.safe_text import make_safe, make_safe_line
from compare_tui.domain.tiers import Tier
from compare_tui.engine.comparison import AnswerFeed, Chunk, Comparison, Turn
from compare_tui.engine.history import ComparisonRecord
from compare_tui.engine.past_answers import with_times
from compare_tui.export.answer_json import SCHEMA_VERSION

T = TypeVar("T")
_KINDS = {401: ErrorKind.KEY, 403: ErrorKind.KEY, 408: ErrorKind.TIMEOUT, 429: ErrorKind.RATE_LIMIT}
_ID = re.compile(r"[\w-]{1,64}")


def read_record(document: Json) -> ComparisonRecord:
    """Return the comparison of an export. Raises UsageError for anything else."""
    try:
        return _record(_table(document))
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as fault:
        raise UsageError(f"This is no export of a comparison: {make_safe_line(str(fault), 120)}.") from None


def _record(document: JsonObject) -> ComparisonRecord:
    if document["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"schema_version {document['schema_version']} is not known")
    identity = _text(document["comparison"])
    if not _ID.fullmatch(identity):
        raise ValueError("the comparison has no id")
    lanes = [_lane(_table(lane), place) for place, lane in enumerate(_list(document["lanes"]))]
    kept = tuple(lane for lane, table in zip(lanes, _list(document["lanes"]), strict=True) if not _is_removed(table))
    comparison = Comparison(
        identity,
        _time(document["created"]),
        kept,
        _optional_text(document.get("system")),
        None if document.get("tier") is None else Tier(_text(document["tier"])),
        [_turn(_table(turn), lanes, identity) for turn in _list(document["turns"])],
        len(lanes),
    )
    tags = tuple(make_safe_line(_text(tag)) for tag in _list(document["tags"]))
    return ComparisonRecord(comparison, make_safe_line(_text(document["title"])), tags)


def _lane(table: JsonObject, place: int) -> Lane:
    params = _table(make_safe_json(table["params"]))
    return Lane(LaneId(place), LaneSpec(_line(table["model"]), _line(table["backend"]), params))


def _is_removed(table: Json) -> bool:
    return _table(table).get("removed") is True


def _turn(table: JsonObject, lanes: Sequence[Lane], comparison: str) -> Turn:
    turn = Turn(_int(table["turn"]), make_safe(_text(table["prompt"])), _time(table["started"]))
    for answer in map(_table, _list(table["answers"])):
        lane = lanes[_int(answer["lane"])]
        feeds = turn.answers.setdefault(lane.id, [])
        if answer.get("shown") is True:
            turn.shown[lane.id] = len(feeds)
        feeds.append(_feed(answer, lane, turn.number, f"{comparison}-{turn.number}-{lane.id}-{len(feeds)}"))
    return turn


def _feed(table: JsonObject, lane: Lane, turn: int, identity: str) -> AnswerFeed:
    spec = LaneSpec(_line(table["model"]), _line(table["backend"]), _table(make_safe_json(table["params"])))
    chunks = [
        *_pieces(make_safe(_text(table["reasoning"])), _list(table["reasoning_chunks"]), is_reasoning=True),
        *_pieces(make_safe(_text(table["text"])), _list(table["chunks"]), is_reasoning=False),
    ]
    chunks.sort(key=lambda chunk: chunk.at_ms)
    state = with_times(
        _state(table),
        chunks,
        started_at=0.0,
        ttft_s=_seconds(table["ttft_ms"]),
        duration_s=_seconds(table["duration_ms"]),
        tokens_per_second=_number(table["tokens_per_second"]),
    )
    return AnswerFeed(identity, Lane(lane.id, spec), turn, state, chunks)


def _pieces(text: str, marks: Sequence[Json], *, is_reasoning: bool) -> list[Chunk]:
    begin = 0
    chunks = []
    for at_ms, n_chars in (map(_int, _list(mark)) for mark in marks):
        chunks.append(Chunk(at_ms, is_reasoning, text[begin : begin + n_chars]))
        begin += n_chars
    if begin != len(text):
        raise ValueError("chunks and text do not belong together")
    return chunks


def _state(table: JsonObject) -> AnswerState:
    return AnswerState(
        status=AnswerStatus(_text(table["status"])),
        attempts=_int(table["attempts"]),
        refusal=make_safe(_text(table["refusal"])),
        requested_model=_line(table["model"]),
        served_model=_optional_line(table["served_model"]),
        provider=_optional_line(table["provider"]),
        generation_id=_optional_line(table.get("generation_id")),
        finish_reason=_optional_line(table["finish_reason"]),
        native_finish_reason=_optional_line(table.get("native_finish_reason")),
        usage=None if table["usage"] is None else _usage(_table(table["usage"])),
        cost_usd=_number(table["cost_usd"]),
        cost_source=CostSource(_text(table["cost_source"])),
        tool_calls=tuple(
            ToolCall(_safe_text(call["id"]), _safe_text(call["name"]), _safe_text(call["arguments"]))
            for call in map(_table, _list(table["tool_calls"]))
        ),
        images=(ImageMark("", 0),) * _int(table["images"]),
        citations=tuple(
            Citation(_safe_text(citation["url"]), _safe_text(citation["title"]))
            for citation in map(_table, _list(table["citations"]))
        ),
        warnings=tuple(_safe_text(warning) for warning in _list(table["warnings"])),
        error=None if table["error"] is None else _error(_table(table["error"])),
    )


def _usage(table: JsonObject) -> Usage:
    return Usage(
        _int(table["prompt_tokens"]),
        _int(table["completion_tokens"]),
        _int(table["reasoning_tokens"]),
        estimated=table["estimated"] is True,
    )


def _error(table: JsonObject) -> AnswerError:
    code = None if table["code"] is None else _int(table["code"])
    return AnswerError(
        _KINDS.get(code or 0, ErrorKind.SERVER),
        _safe_text(table["message"]),
        code=code,
        type=_optional_line(table["type"]),
        provider=_optional_line(table["provider"]),
        retry_after_s=_number(table["retry_after_s"]),
    )


def _table(value: Json) -> JsonObject:
    if not isinstance(value, Mapping):
        raise TypeError("something else stands where a table belongs")
    return value


def _list(value: Json) -> Sequence[Json]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError("something else stands where a list belongs")
    return value


def _text(value: Json) -> str:
    return _of(str, value)


def _int(value: Json) -> int:
    return _of(int, value)


def _of(kind: type[T], value: Json) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} stands where {kind.__name__} belongs")
    return value


def _number(value: Json) -> float | None:
    return None if value is None else float(_of(int, value) if isinstance(value, int) else _of(float, value))


def _seconds(ms: Json) -> float | None:
    number = _number(ms)
    return None if number is None else number / 1000


def _time(value: Json) -> float:
    return datetime.fromisoformat(_text(value)).timestamp()


def _safe_text(value: Json) -> str:
    return make_safe(_text(value))


def _line(value: Json) -> str:
    return make_safe_line(_text(value))


def _optional_line(value: Json) -> str | None:
    return None if value is None else _line(value)


def _optional_text(value: Json) -> str | None:
    return None if value is None else _safe_text(value)
