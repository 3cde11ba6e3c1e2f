"""Every recorded body, through a real socket, cut in every way, ends as expected.json says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compare_tui.domain.answers import AnswerStatus, CostSource
from compare_tui.domain.events import KeepAliveReceived, StreamEnded, StreamEvent, WarningRaised
from compare_tui.domain.safe_text import make_safe
from compare_tui.sources.sse_frames import FrameCutter
from tests.support.answers import Answer, collect, openai, openrouter
from tests.support.streams import EXPECTED, cut_into, recorded
from tests.support.wire_server import WireServer, sse

_HUGE = "27_image_2MiB_line"
_CASES = [(name, size) for name in EXPECTED for size in (1, 3, 7, 4096, None) if name != _HUGE or size in (4096, None)]


@pytest.mark.parametrize(("name", "size"), _CASES)
async def test_a_recorded_stream_ends_as_expected(server: WireServer, name: str, size: int | None) -> None:
    server.replies = [sse(recorded(name), size)]
    source = (openrouter if name < "60" else openai)(server.url)
    answer = await collect(source)
    await source.aclose()
    _check(answer, EXPECTED[name])
    assert sum(isinstance(event, StreamEnded) for event in answer.events) == 1


def _check(answer: Answer, wanted: dict[str, Any]) -> None:
    state = answer.state
    assert state.status == AnswerStatus(wanted["state"])
    if "content" in wanted:
        assert answer.text == make_safe(wanted["content"])
    assert answer.reasoning == wanted.get("reasoning", "")
    assert state.refusal == wanted.get("refusal", "")
    if "finish" in wanted:
        assert state.finish_reason == wanted["finish"]
    assert len(state.images) == wanted.get("images", 0)
    tools = [[call.name, json.loads(call.arguments)] for call in state.tool_calls]
    assert tools == wanted.get("tools", [])
    if "model" in wanted:
        assert state.served_model == wanted["model"]
    assert bool(state.warnings) == ("unreadable" in wanted.get("note", ""))
    _check_usage(answer, wanted)
    _check_error(answer, wanted)


def _check_usage(answer: Answer, wanted: dict[str, Any]) -> None:
    usage = answer.state.usage
    if "usage" in wanted:
        assert usage is not None
        assert [usage.prompt_tokens, usage.completion_tokens, answer.state.cost_usd] == wanted["usage"]
        known = wanted["usage"][2] is not None
        assert answer.state.cost_source is (CostSource.PROVIDER if known else CostSource.UNKNOWN)
    if "reasoning_tokens" in wanted:
        assert usage is not None
        assert usage.reasoning_tokens == wanted["reasoning_tokens"]


def _check_error(answer: Answer, wanted: dict[str, Any]) -> None:
    error = answer.state.error
    if "error" in wanted:
        assert error is not None
        assert [error.code, error.message, error.type] == wanted["error"]
        assert error.retry_after_s == wanted.get("retry_after")
    else:
        assert (error is None) == (wanted["state"] != "cut")


@pytest.mark.parametrize("name", [name for name, wanted in EXPECTED.items() if "comments" in wanted])
def test_every_comment_is_counted_and_none_is_data(name: str) -> None:
    for size in (1, 3, 7, 4096):
        cutter = FrameCutter()
        frames = b"".join(cutter.feed(piece) for piece in cut_into(recorded(name), size))
        assert cutter.n_comments == EXPECTED[name]["comments"]
        assert b"PROCESSING" not in frames


async def test_comments_before_the_first_text_are_heard_at_once(server: WireServer) -> None:
    server.replies = [sse(recorded("20_comment_keepalives"))]
    source = openrouter(server.url)
    answer = await collect(source)
    await source.aclose()
    kinds = [type(event).__name__ for event in answer.events]
    assert kinds.index("KeepAliveReceived") < kinds.index("TextReceived")


async def test_what_a_provider_said_is_shown_beside_an_error_that_has_words_of_its_own(server: WireServer) -> None:
    server.replies = [sse(recorded("12_error_before_tokens_empty_choices"))]
    source = openrouter(server.url)
    error = (await collect(source)).state.error
    await source.aclose()
    assert error is not None
    assert error.provider == "Acme"
    assert "[Acme] 33/32 slots busy" in error.hint
    assert error.retryable


async def test_an_availability_error_suggests_the_fallback(server: WireServer) -> None:
    server.replies = [sse(recorded("14_error_availability"))]
    source = openrouter(server.url)
    error = (await collect(source)).state.error
    await source.aclose()
    assert error is not None
    assert "acme/model-mini" in error.hint


async def test_an_unreadable_frame_is_quoted_in_its_warning(server: WireServer) -> None:
    server.replies = [sse(recorded("47_malformed_json_frame"))]
    source = openrouter(server.url)
    answer = await collect(source)
    await source.aclose()
    warnings = [event.message for event in answer.events if isinstance(event, WarningRaised)]
    assert len(warnings) == 1
    assert '{"id":"x","choices":[{"delta":{"content":"bad"' in warnings[0]
    assert len(warnings[0]) < 250


@pytest.mark.parametrize("size", [1, 7, None])
async def test_a_hostile_stream_leaves_no_control_character_in_any_event(server: WireServer, size: int | None) -> None:
    server.replies = [sse(recorded("24_ansi_and_markup_injection"), size)]
    source = openrouter(server.url)
    answer = await collect(source)
    await source.aclose()
    assert not [event for event in answer.events if make_safe(repr(event)) != repr(event)]
    assert "[/red]" in answer.text
    assert "[@click=app.quit]" in answer.text
    assert "split␛[10Aseq" in answer.text
    assert "<U+202E>gnp.exe" in answer.text


def without_keep_alives(events: list[StreamEvent]) -> list[StreamEvent]:
    return [event for event in events if not isinstance(event, KeepAliveReceived)]


@pytest.mark.parametrize("name", [name for name in EXPECTED if name != _HUGE])
async def test_the_events_are_the_same_however_the_body_is_cut(server: WireServer, name: str) -> None:
    server.replies = [sse(recorded(name), 1), sse(recorded(name), None)]
    source = openrouter(server.url)
    by_bytes, whole = await collect(source), await collect(source)
    await source.aclose()
    assert without_keep_alives(by_bytes.events) == without_keep_alives(whole.events)
