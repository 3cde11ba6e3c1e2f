from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare_tui.domain.answers import Citation, ImageMark, ToolCall, Usage
from compare_tui.domain.events import (
    CitationReceived,
    FinishReported,
    ImageReceived,
    KeepAliveReceived,
    ModelServed,
    ReasoningDetailsReceived,
    StreamEvent,
    StreamFailed,
    StreamOpened,
    TextReceived,
    ToolCallReceived,
    UsageReported,
    WarningRaised,
)
from compare_tui.domain.json_types import Json
from compare_tui.domain.safe_text import make_safe
from compare_tui.sources.openai_error_wire import ErrorContext
from compare_tui.sources.openai_wire import AnswerDecoder
from tests.support.answers import Answer, folded
from tests.support.streams import EXPECTED, cut_at, data_of, events_of, recorded


def decoder() -> AnswerDecoder:
    return AnswerDecoder(ErrorContext("wire"), generation_id="known")


def feed(*chunks: Json) -> list[StreamEvent]:
    """What these chunks say, and what is held back at the end."""
    one = decoder()
    return [event for chunk in chunks for event in one.feed(json.dumps(chunk))] + one.flush()


def delta(**fields: Json) -> Json:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": None}]}


def answer_of(*deltas: dict[str, Json]) -> Answer:
    return folded(feed(*(delta(**fields) for fields in deltas)))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("", ""),
        ("a", "a"),
        (["a", "b"], "ab"),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": None}], "a"),
        ([{"type": "output_text", "text": "a"}, 7, None], "a"),
        (7, ""),
        ({"text": "a"}, ""),
    ],
)
def test_content_is_text_or_nothing(content: Json, text: str) -> None:
    assert answer_of({"content": content}).text == text


@pytest.mark.parametrize(
    ("fields", "reasoning"),
    [
        ({"reasoning": "a", "reasoning_details": [{"type": "reasoning.text", "text": "a"}]}, "a"),
        ({"reasoning": "a", "reasoning_content": "a"}, "a"),
        ({"reasoning": "", "reasoning_content": "b"}, "b"),
        ({"reasoning": None, "reasoning_details": [{"type": "reasoning.summary", "summary": "s"}]}, "s"),
        ({"reasoning_details": [{"type": "reasoning.encrypted", "data": "blob"}]}, ""),
        ({"reasoning_details": [{"type": "reasoning.text", "signature": "sig"}]}, ""),
        ({"reasoning_details": [{"text": "a"}, None, "x", {"summary": "b"}]}, "ab"),
        ({"reasoning": {"odd": 1}}, ""),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]}, "hm"),
    ],
)
def test_reasoning_comes_once_and_never_encrypted(fields: dict[str, Json], reasoning: str) -> None:
    assert answer_of(fields).reasoning == reasoning


def test_reasoning_details_are_kept_as_they_came() -> None:
    raw: list[Json] = [{"type": "reasoning.encrypted", "data": "\x1b blob", "odd": [1, None]}]
    assert ReasoningDetailsReceived(({"type": "reasoning.encrypted", "data": "\x1b blob", "odd": [1, None]},)) in feed(
        delta(reasoning_details=raw)
    )


@pytest.mark.parametrize("field", ["content", "reasoning", "refusal"])
def test_halves_of_a_surrogate_pair_join_across_deltas(field: str) -> None:
    one = decoder()
    events = one.feed(json.dumps(delta(**{field: "a\ud83d"})))
    events += one.feed(json.dumps(delta(**{field: "\ude80b"})))
    said = folded(events)
    assert said.text + said.reasoning + said.state.refusal == "a\U0001f680b"


def test_text_and_reasoning_do_not_take_each_others_halves() -> None:
    one = decoder()
    events = one.feed(r'{"choices":[{"delta":{"content":"\ud83d"}}]}')
    events += one.feed(r'{"choices":[{"delta":{"reasoning":"\ude80"}}]}')
    events += one.flush()
    said = folded(events)
    assert (said.text, said.reasoning) == ("�", "�")


def test_a_carriage_return_at_the_end_of_the_last_delta_is_kept() -> None:
    assert answer_of({"content": "a\r"}, {"content": "\nb\r"}).text == "a\nb\n"


def test_usage_comes_before_the_choice_and_an_error_before_both_ends() -> None:
    chunk: Json = {
        "model": "m",
        "usage": {"prompt_tokens": 1, "completion_tokens": 2},
        "error": {"code": 500, "message": "boom"},
        "choices": [{"delta": {"content": "x"}, "finish_reason": "error"}],
    }
    kinds = [type(event) for event in feed(chunk)]
    assert kinds == [ModelServed, UsageReported, StreamFailed, TextReceived, FinishReported]


def test_an_error_of_the_choice_is_an_error() -> None:
    chunk: Json = {"provider": "P", "choices": [{"error": {"code": 502, "message": "gone"}, "delta": {"content": "a"}}]}
    failed = [event for event in feed(chunk) if isinstance(event, StreamFailed)]
    assert [(event.error.code, event.error.message, event.error.provider) for event in failed] == [(502, "gone", "P")]


@pytest.mark.parametrize("error", [None, {}, "", False, 0])
def test_an_empty_error_is_none(error: Json) -> None:
    assert not [event for event in feed({"error": error, "choices": []}) if isinstance(event, StreamFailed)]


def test_an_error_event_of_plain_text_is_an_error() -> None:
    (event,) = decoder().feed("out of memory", "error")
    assert isinstance(event, StreamFailed)
    assert event.error.message == "out of memory"


def test_an_old_vllm_error_object_is_an_error() -> None:
    (event,) = feed({"object": "error", "message": "too long", "type": "BadRequestError", "code": 400})
    assert isinstance(event, StreamFailed)
    assert (event.error.code, event.error.message) == (400, "too long")


@pytest.mark.parametrize("usage", [None, {}, [], "x", {"prompt_tokens": None}])
def test_empty_usage_is_no_usage(usage: Json) -> None:
    assert feed({"usage": usage, "choices": []}) == [KeepAliveReceived()]


@pytest.mark.parametrize(
    ("usage", "counts", "cost"),
    [
        ({"prompt_tokens": 1, "completion_tokens": 2}, Usage(1, 2), None),
        ({"prompt_tokens": "1", "completion_tokens": 2.0, "cost": "6e-7"}, Usage(1, 2), 6e-7),
        ({"completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 11}}, Usage(0, 2, 11), None),
        ({"prompt_tokens": -1, "completion_tokens_details": None, "cost": -1}, Usage(0, 0), None),
        ({"cost": 0.1, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.4}}, Usage(0, 0), 0.5),
        ({"cost": 0.1, "is_byok": True, "cost_details": {"upstream_inference_cost": None}}, Usage(0, 0), 0.1),
        ({"cost": 0.1, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.1}}, Usage(0, 0), 0.1),
        ({"cost": True, "prompt_tokens": 1}, Usage(1, 0), None),
    ],
)
def test_usage_is_read_with_what_is_there(usage: Json, counts: Usage, cost: float | None) -> None:
    assert feed({"usage": usage}) == [UsageReported(counts, cost)]


def test_numbers_that_no_answer_uses_stay_within_bounds() -> None:
    fee: Json = {"upstream_inference_cost": 1e308}
    usage: Json = {"prompt_tokens": 1e300, "completion_tokens": 1, "cost": 1e308, "is_byok": True, "cost_details": fee}
    assert feed({"usage": usage}) == [UsageReported(Usage(10**12, 1), None)]


def test_what_is_no_tool_call_makes_none() -> None:
    assert not folded(feed({"choices": [{"delta": {"tool_calls": [None, 5, "x", {}]}}]})).state.tool_calls


def test_the_same_usage_is_told_once() -> None:
    usage: Json = {"prompt_tokens": 1, "completion_tokens": 1}
    more: Json = {"prompt_tokens": 1, "completion_tokens": 2}
    events = feed({"usage": usage}, {"usage": usage}, {"usage": more})
    assert [event for event in events if isinstance(event, UsageReported)] == [
        UsageReported(Usage(1, 1)),
        UsageReported(Usage(1, 2)),
    ]


def test_who_serves_is_told_when_it_changes() -> None:
    events = feed(
        {"model": "a", "provider": "P"}, {"model": "a", "provider": "P"}, {"model": "a\x1b", "provider": None}, {}
    )
    assert [event for event in events if isinstance(event, ModelServed)] == [
        ModelServed("a", "P"),
        ModelServed("a␛", "P"),
    ]


def test_the_first_id_names_the_generation_if_the_head_did_not() -> None:
    nameless = AnswerDecoder(ErrorContext("wire"))
    assert nameless.feed('{"id":"gen-1"}') == [StreamOpened("gen-1")]
    assert nameless.feed('{"id":"gen-2"}') == [KeepAliveReceived()]
    assert decoder().feed('{"id":"gen-3"}') == [KeepAliveReceived()]


def test_nothing_behind_the_end_marker_counts() -> None:
    one = decoder()
    assert one.feed(" [DONE] ") == []
    assert one.done
    assert one.feed('{"choices":[{"delta":{"content":"late"}}]}') == []


@pytest.mark.parametrize("data", ["{", "[", "nul", "1", '"x"', "[1]", "[" * 100_000, '{"a":' + "9" * 5000 + "}"])
def test_an_unreadable_frame_is_a_warning(data: str) -> None:
    one = decoder()
    (event,) = one.feed(data)
    assert isinstance(event, WarningRaised)
    assert len(event.message) < 200
    assert one.feed('{"choices":[{"delta":{"content":"on"}}]}') == [TextReceived("on")]


@pytest.mark.parametrize(
    "data", ["", "  ", "{}", '{"choices":null}', '{"choices":[null,7,"x",{}]}', '{"choices":{"a":1}}']
)
def test_a_frame_that_says_nothing_is_a_sign_of_life(data: str) -> None:
    assert decoder().feed(data) == [KeepAliveReceived()]


def test_another_choice_is_not_mixed_in() -> None:
    events = feed(
        {"choices": [{"index": 0, "delta": {"content": "a"}}, {"index": 1, "delta": {"content": "b"}}]},
        {"choices": [{"index": 1, "delta": {"content": "b"}}]},
    )
    assert folded(events).text == "a"


def test_the_whole_message_in_a_last_chunk_is_not_said_twice() -> None:
    last: Json = {"choices": [{"delta": {}, "message": {"content": "all of it"}, "finish_reason": "stop"}]}
    assert folded(feed(delta(content="all of it"), last)).text == "all of it"


@pytest.mark.parametrize("reason", [None, "", 7, {}])
def test_no_finish_reason_is_none(reason: Json) -> None:
    assert feed({"choices": [{"delta": {}, "finish_reason": reason}]}) == [KeepAliveReceived()]


def test_every_finish_is_told_with_the_providers_own_word() -> None:
    chunk: Json = {"choices": [{"finish_reason": "stop", "native_finish_reason": "end_turn"}]}
    assert feed(chunk, chunk) == [FinishReported("stop", "end_turn")] * 2


def _call(index: Json, id_: Json, arguments: Json, name: Json = None) -> Json:
    return {"index": index, "id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}


def _tools(*deltas: list[Json]) -> tuple[ToolCall, ...]:
    return folded(feed(*(delta(tool_calls=calls) for calls in deltas))).state.tool_calls


def test_fragments_join_by_index() -> None:
    calls = _tools([_call(0, "a", "", "f")], [_call(1, "b", "{", "g")], [_call(0, None, "{}")], [_call(1, "", "}")])
    assert calls == (ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}"))


def test_a_new_id_at_a_known_index_is_a_new_call() -> None:
    calls = _tools([_call(0, "a", "{}", "f")], [_call(0, "b", "{", "g")], [_call(0, None, "}")])
    assert calls == (ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}"))


def test_an_id_repeated_on_every_fragment_is_one_call() -> None:
    assert _tools([_call(0, "a", "{", "f")], [_call(0, "a", "}", "f")]) == (ToolCall("a", "f", "{}"),)


def test_fragments_without_an_index_belong_to_the_last_call() -> None:
    calls = _tools([_call(None, "a", "{", "f")], [_call(None, None, "}")], [_call(None, "b", "[]", "g")])
    assert calls == (ToolCall("a", "f", "{}"), ToolCall("b", "g", "[]"))


def test_indices_may_begin_anywhere() -> None:
    calls = _tools([_call(5, "a", "1", "f")], [_call(9, "b", "2", "g")], [_call(5, None, "3")])
    assert calls == (ToolCall("a", "f", "13"), ToolCall("b", "g", "2"))


def test_arguments_may_be_an_object_and_a_call_may_be_of_the_old_kind() -> None:
    assert _tools([_call(0, "a", {"x": 1}, "f")]) == (ToolCall("a", "f", '{"x": 1}'),)
    assert answer_of({"function_call": {"name": "f", "arguments": "{}"}}).state.tool_calls == (ToolCall("", "f", "{}"),)


def test_an_emoji_cut_in_two_joins_in_arguments_too() -> None:
    one = decoder()
    events = one.feed(
        r'{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"\ud83d"}}]}}]}'
    )
    events += one.feed(r'{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\ude80\ud83d"}}]}}]}')
    events += one.flush()
    assert "".join(event.arguments for event in events if isinstance(event, ToolCallReceived)) == "\U0001f680�"


@pytest.mark.parametrize("calls", [None, [None], [7], ["x"], [{}], [{"function": None}], {"index": 0}])
def test_odd_tool_calls_do_not_raise(calls: Json) -> None:
    feed(delta(tool_calls=calls))


@pytest.mark.parametrize(
    ("url", "mark"),
    [
        ("data:image/png;base64,QUJD", ImageMark("image/png", 3)),
        ("data:image/webp;base64,QUI=", ImageMark("image/webp", 2)),
        ("data:,", ImageMark("image", 0)),
        ("https://host/a.jpg?x=1", ImageMark("image/jpeg", 0)),
        ("https://host/a", ImageMark("image", 0)),
        ("QUJD", ImageMark("image/png", 3)),
        ("data:image/\x1b[2J;base64,QUJD", ImageMark("image/␛[2J", 3)),
    ],
)
def test_an_image_is_named_and_measured_without_being_decoded(url: str, mark: ImageMark) -> None:
    assert feed(delta(images=[{"type": "image_url", "image_url": {"url": url}}])) == [ImageReceived(mark)]


def test_an_image_that_is_repeated_counts_once() -> None:
    image: Json = {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}
    events = feed(delta(images=[image]), delta(images=[image, None, {}]), delta(content=[image]))
    assert sum(isinstance(event, ImageReceived) for event in events) == 1


def test_citations_come_from_annotations_and_from_a_list_of_addresses_once_each() -> None:
    named: Json = {"type": "url_citation", "url_citation": {"url": "https://a/", "title": "A\x1b"}}
    flat: Json = {"type": "url_citation", "url": "https://b/"}
    events = feed(
        delta(annotations=[named, flat, None, {"type": "file"}]),
        {"choices": [{"delta": {"annotations": [named]}}], "citations": ["https://c/", 7]},
    )
    assert [event.citation for event in events if isinstance(event, CitationReceived)] == [
        Citation("https://a/", "A␛"),
        Citation("https://b/", ""),
        Citation("https://c/", ""),
    ]


_CHUNKS = [
    data
    for name in EXPECTED
    if name != "27_image_2MiB_line"
    for data in data_of([recorded(name)])
    if data.startswith("{") and data.endswith("}")
]
_ODD: list[Json] = [
    None,
    True,
    -1,
    1e999,
    "",
    "\x1b[2J\ud800",
    [],
    [None],
    [7],
    ["x"],
    {},
    {"a": 1},
    [{"type": "text"}],
]


def _spoil(value: Json, draw: st.DrawFn) -> Json:
    """Put something odd in the place of one value, somewhere below `value`."""
    if isinstance(value, dict) and value and draw(st.integers(0, 7)):
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: _spoil(value[name], draw)}
    if isinstance(value, list) and value and draw(st.integers(0, 7)):
        return [_spoil(value[0], draw), *value[1:]]
    return draw(st.sampled_from(_ODD))


@st.composite
def _spoiled(draw: st.DrawFn) -> Json:
    chunk: Json = json.loads(draw(st.sampled_from(_CHUNKS)))
    for _ in range(draw(st.integers(1, 3))):
        chunk = _spoil(chunk, draw)
    return chunk


@given(_spoiled(), st.sampled_from(["message", "error"]))
def test_no_odd_value_raises_or_leaves_a_control_character(chunk: Json, event: str) -> None:
    one = decoder()
    for said in one.feed(json.dumps(chunk), event) + one.flush():
        if not isinstance(said, ReasoningDetailsReceived):
            assert make_safe(repr(said)) == repr(said)


@st.composite
def _spoken(draw: st.DrawFn) -> tuple[bytes, str]:
    """A stream and its text: cut into deltas anywhere, also inside a surrogate pair, with comments and any line end."""
    text = draw(st.text(st.sampled_from('aé漢😀🇫🇷👩‍👩‍👧 \n"\\[/]{}'), max_size=30))
    units = text.encode("utf-16-le")
    cuts = sorted(draw(st.lists(st.integers(0, len(units) // 2), max_size=6)))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    body = ""
    for start, stop in zip([0, *cuts], [*cuts, len(units) // 2], strict=True):
        part = units[2 * start : 2 * stop].decode("utf-16-le", "surrogatepass")
        whole = not any("\ud800" <= char <= "\udfff" for char in part)
        said = json.dumps({"choices": [{"delta": {"content": part}}]}, ensure_ascii=not whole)
        comment = draw(st.sampled_from(["", f": wait{end}", f":{end}{end}"]))
        body += f"{comment}data: {said}{end}{end}"
    return (body + f"data: [DONE]{end}{end}").encode(), text


@given(_spoken(), st.lists(st.integers(0, 5_000), max_size=10))
def test_any_cutting_of_text_into_deltas_and_pieces_gives_the_text(
    spoken: tuple[bytes, str], places: list[int]
) -> None:
    body, text = spoken
    assert folded(events_of(cut_at(body, places))).text == text
    assert events_of(cut_at(body, places)) == events_of([body])
