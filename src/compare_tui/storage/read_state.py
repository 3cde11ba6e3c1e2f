"""A row of `answers` as the state of an answer, without its times."""

from __future__ import annotations

from collections.abc import Mapping

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
from compare_tui.domain.json_types import Json
from compare_tui.domain.safe_text import make_safe, make_safe_line
from compare_tui.storage.stored_json import raw_objects, safe_list, safe_object, safe_objects


def read_state(row: Mapping[str, object]) -> AnswerState:
    """Return what a row says."""
    status = row["status"]
    source = row["cost_source"]
    cost = row["cost_usd"]
    return AnswerState(
        status=AnswerStatus(str(status)) if status in set(AnswerStatus) else AnswerStatus.ERROR,
        attempts=_count(row["attempts"]),
        refusal=make_safe(str(row["refusal"] or "")),
        requested_model=make_safe_line(str(row["model"])),
        served_model=_line(row["served_model"]),
        provider=_line(row["provider"]),
        generation_id=_line(row["generation_id"]),
        finish_reason=_line(row["finish_reason"]),
        native_finish_reason=_line(row["native_finish_reason"]),
        usage=_usage(row),
        cost_usd=float(cost) if isinstance(cost, int | float) else None,
        cost_source=CostSource(str(source)) if source in set(CostSource) else CostSource.UNKNOWN,
        tool_calls=tuple(
            ToolCall(_text(call, "id"), _text(call, "name"), _text(call, "arguments"))
            for call in safe_objects(row["tool_calls"])
        ),
        images=tuple(
            ImageMark(_text(image, "media_type"), _count(image.get("n_bytes"))) for image in safe_objects(row["images"])
        ),
        citations=tuple(
            Citation(_text(citation, "url"), _text(citation, "title")) for citation in safe_objects(row["citations"])
        ),
        reasoning_details=raw_objects(row["reasoning_details"]),
        warnings=tuple(str(warning) for warning in safe_list(row["warnings"])),
        error=_error(safe_object(row["error"])),
    )


def _usage(row: Mapping[str, object]) -> Usage | None:
    if row["prompt_tokens"] is None or row["completion_tokens"] is None:
        return None
    return Usage(
        _count(row["prompt_tokens"]),
        _count(row["completion_tokens"]),
        _count(row["reasoning_tokens"]),
        estimated=bool(row["tokens_estimated"]),
    )


def _error(stored: Mapping[str, Json]) -> AnswerError | None:
    if not stored:
        return None
    kind, code, retry_after_s = stored.get("kind"), stored.get("code"), stored.get("retry_after_s")
    return AnswerError(
        ErrorKind(str(kind)) if kind in set(ErrorKind) else ErrorKind.SERVER,
        _text(stored, "message"),
        code=code if isinstance(code, int) else None,
        type=_text(stored, "type") or None,
        provider=_text(stored, "provider") or None,
        retry_after_s=float(retry_after_s) if isinstance(retry_after_s, int | float) else None,
        hint=_text(stored, "hint"),
        retryable=stored.get("retryable") is True,
    )


def _text(stored: Mapping[str, Json], name: str) -> str:
    value = stored.get(name)
    return value if isinstance(value, str) else ""


def _line(value: object) -> str | None:
    return None if value is None else make_safe_line(str(value))


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
