from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare_tui.sources.sse_frames import FrameCutter, FrameTooLargeError
from tests.support.streams import cut_at, cut_into, data_of, frames_of


def test_a_bom_does_not_cost_the_first_event() -> None:
    body = b"\xef\xbb\xbfdata: one\n\ndata: two\n\n"
    for size in (1, 2, 3, 4, 100):
        assert data_of(cut_into(body, size)) == ["one", "two"]


def test_half_a_bom_at_the_start_is_kept_as_it_is() -> None:
    assert data_of([b"\xef\xbb", b"data: a\n\ndata: b\n\n"]) == ["b"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_every_line_end_ends_lines(end: bytes, size: int) -> None:
    body = end.join([b"data: one", b"data:two", b"", b"event: x", b"data: three", b"", b""])
    assert frames_of(cut_into(body, size)) == [("message", "one\ntwo"), ("x", "three")]


def test_mixed_line_ends_are_each_one_line_end() -> None:
    assert data_of([b"data: a\r\rdata: b\r\n\r\ndata: c\n\r\ndata: d\r\n\n"]) == ["a", "b", "c", "d"]


def test_a_frame_ended_by_cr_comes_at_once() -> None:
    assert FrameCutter().feed(b"data: a\r\r") == b"data: a\n\n"


@pytest.mark.parametrize(
    "body", [b"event: x\n\n", b"id: 7\n\n: c\n\n: c\n\n", b"retry: 3000\n\n", b"\n\n\n", b"nonsense\n\n", b": only\n\n"]
)
def test_frames_without_data_are_no_events(body: bytes) -> None:
    assert data_of([body]) == []


def test_comments_are_dropped_and_counted_also_when_glued_to_data() -> None:
    cutter = FrameCutter()
    frames = cutter.feed(b": a\n\n:b\ndata: x\n: c\ndata: y\n:\n\n: d\r\n")
    assert frames == b"data: x\ndata: y\n\n"
    assert cutter.n_comments == 5


def test_line_separators_of_unicode_are_no_line_ends() -> None:
    text = "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei"
    assert data_of(cut_into(f"data: {text}\n\n".encode(), 1)) == [text]


def test_an_error_field_becomes_an_error_event() -> None:
    assert frames_of([b'data: {"a":1}\n\nerror: {"code":400}\n\n']) == [
        ("message", '{"a":1}'),
        ("error", '{"code":400}'),
    ]
    assert frames_of([b'data: {"a":1}\nerror: {"code":400}\n\n'])[-1] == ("error", '{"code":400}')


@pytest.mark.parametrize("last", [b'data: {"a": 1}', b'data: {"a": 1}\n', b"data: [DONE]", b'error: {"code": 1}'])
def test_a_whole_last_frame_without_its_blank_line_comes(last: bytes) -> None:
    assert len(data_of([b"data: {}\n\n" + last])) == 2


@pytest.mark.parametrize(
    "last", [b'data: {"a": ', b"data: [DO", b"data", b"data:", b"event: x", b": comment", b"\xff\xfe"]
)
def test_half_a_last_frame_is_dropped(last: bytes) -> None:
    assert data_of([b"data: {}\n\n" + last]) == ["{}"]


def test_a_frame_past_its_bound_is_refused_wherever_its_bytes_stand() -> None:
    for start, more in ((b"data: ", b"x" * 10), (b"", b"data: x\n"), (b": ", b"x" * 10), (b"data: x\n", b"event: y\n")):
        cutter = FrameCutter(max_frame_bytes=1000)
        cutter.feed(start)
        for _ in range((1000 - len(start)) // len(more)):
            assert cutter.feed(more) == b""
        with pytest.raises(FrameTooLargeError):
            cutter.feed(more)


def test_many_frames_may_together_pass_the_bound_of_one() -> None:
    cutter = FrameCutter(max_frame_bytes=100)
    assert all(cutter.feed(b"data: 0123456789\n\n") for _ in range(100))


_VALUES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)
_FIELDS = st.one_of(
    st.tuples(st.just("data"), _VALUES),
    st.tuples(st.just("event"), st.just("x")),
    st.tuples(st.just("retry"), st.just("10")),
    st.tuples(st.just(""), _VALUES),
)
_ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, list[str]]:
    """A body, and the data of its events by the format's own rules."""
    lines: list[str] = []
    wanted = []
    for fields in draw(st.lists(st.lists(_FIELDS, max_size=4), max_size=6)):
        data = [value for name, value in fields if name == "data"]
        lines += [f"{name}: {value}" for name, value in fields]
        lines.append("")
        if data:
            wanted.append("\n".join(data))
    text = draw(st.sampled_from(["", "\ufeff"]))
    for line in lines:
        end = draw(_ENDS)
        # CR followed by LF would be one line end, not two.
        text += line + ("\r" if not line and text.endswith("\r") else end)
    return text.encode(), wanted


@given(bodies(), st.lists(st.integers(0, 10_000), max_size=12))
def test_a_body_gives_the_same_events_wherever_it_is_cut(made: tuple[bytes, list[str]], places: list[int]) -> None:
    body, wanted = made
    assert data_of([body]) == wanted
    assert data_of(cut_at(body, places)) == wanted
    assert data_of(cut_into(body, 1)) == wanted


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=8))
def test_any_bytes_give_the_same_events_wherever_they_are_cut(body: bytes, places: list[int]) -> None:
    assert data_of(cut_at(body, places)) == data_of([body])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.lists(st.integers(0, 500), max_size=8))
def test_text_survives_cuts_inside_its_characters(text: str, places: list[int]) -> None:
    body = f"data: {json.dumps({'t': text}, ensure_ascii=False)}\n\n".encode()
    assert [json.loads(data) for data in data_of(cut_at(body, places))] == [{"t": text}]
