from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from compare_tui.render.palette import dark, plain
from compare_tui.render.plain import PlainFlow
from tests.render.feeding import chunks_of, drawn, feed

TEXT = st.text(st.sampled_from("ab  c\n\té日本。👩\u200d❤\ufe0f\u0301"), max_size=120)


def test_lines_are_wrapped_and_kept() -> None:
    flow = PlainFlow(plain(), 10)
    flow.append("one two three four")
    first = flow.line(0)
    flow.append(" five")
    assert [flow.line(y).plain for y in range(flow.height)] == ["one two", "three four", "five"]
    assert flow.line(0) is first


def test_a_line_end_at_the_end_draws_no_empty_line() -> None:
    flow = PlainFlow(plain(), 10)
    flow.append("one\n\ntwo\n")
    assert [flow.line(y).plain for y in range(flow.height)] == ["one", "", "two"]


def test_unicode_line_separators_end_a_line_and_stay_in_the_text() -> None:
    flow = PlainFlow(plain(), 10)
    flow.append("one\u2028two\u2029")
    flow.append("three")
    assert [flow.line(y).plain for y in range(flow.height)] == ["one", "two", "three"]
    assert flow.text() == "one\u2028two\u2029three"
    assert [flow.line_source(y) for y in range(flow.height)] == [0, 4, 8]


def test_a_line_knows_where_it_begins_in_the_received_text() -> None:
    flow = PlainFlow(plain(), 8)
    flow.append("a\tbb ccc dddd\nee")
    text = flow.text()
    assert [text[flow.line_source(y)] for y in range(flow.height)] == ["a", "c", "e"]
    assert flow.find_line(text.index("d") + 1) == 1
    assert flow.find_line(0) == 0


def test_another_palette_draws_the_same_text_in_other_styles() -> None:
    flow = PlainFlow(plain(), 10, roles=("dim",))
    flow.append("word")
    before = flow.line(0)
    flow.set_palette(dark())
    assert flow.line(0).plain == before.plain
    assert flow.line(0).segments != before.segments
    assert flow.revision == 1


@settings(deadline=None)
@given(TEXT, st.data())
def test_any_chunking_and_resizing_gives_the_same_lines(text: str, data: st.DataObject) -> None:
    width = data.draw(st.integers(2, 20))
    whole = PlainFlow(plain(), width)
    whole.append(text)
    flow = PlainFlow(plain(), 13)
    feed(flow, chunks_of(text, data), data)
    flow.set_width(width)
    assert drawn(flow) == drawn(whole)
    assert flow.text() == text
    assert all(line.cells <= width for line in drawn(flow))
    sources = [line.source for line in drawn(flow)]
    assert sources == sorted(sources)


@settings(deadline=None)
@given(TEXT, st.data())
def test_stable_lines_stay_the_same_objects(text: str, data: st.DataObject) -> None:
    flow = PlainFlow(plain(), data.draw(st.integers(2, 20)))
    for chunk in chunks_of(text, data):
        stable = [flow.line(y) for y in range(flow.stable_height)]
        flow.append(chunk)
        assert all(flow.line(y) is line for y, line in enumerate(stable))
