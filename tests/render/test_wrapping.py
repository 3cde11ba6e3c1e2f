from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from compare_tui.render.wrapping import SINGLE_CELL, cells, wrap

TEXT = st.text(st.sampled_from("ab  cé-—日本。（🎉\u200d👩\ufe0f❤\u0301ا"), max_size=60)


def test_the_fast_path_knows_only_characters_of_one_cell() -> None:
    assert [chr(code) for code in range(0x3000) if SINGLE_CELL.fullmatch(chr(code)) and cell_len(chr(code)) != 1] == []


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 5, [""]),
        ("hello world", 5, ["hello", "world"]),
        ("hello   world", 7, ["hello", "world"]),
        ("abcdefgh ij", 4, ["abcd", "efgh", "ij"]),
        ("to abcdefgh", 4, ["to", "abcd", "efgh"]),
        ("日本語です。", 4, ["日本", "語で", "す。"]),
        ("いい。", 4, ["い", "い。"]),
        ("👩‍👩‍👧👩‍👩‍👧", 3, ["👩‍👩‍👧", "👩‍👩‍👧"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
    ],
)
def test_lines_break_where_a_reader_expects(text: str, width: int, expected: list[str]) -> None:
    assert [text[start:end] for start, end, _ in wrap(text, width)] == expected


@settings(deadline=None)
@given(TEXT, st.integers(2, 20))
def test_every_visual_line_fits(text: str, width: int) -> None:
    assert all(cells(text[start:end]) <= width for start, end, _ in wrap(text, width))


@settings(deadline=None)
@given(TEXT, st.integers(2, 20))
def test_only_spaces_are_lost_at_breaks(text: str, width: int) -> None:
    spans = wrap(text, width)
    ends = [end for _, end, _ in spans]
    starts = [start for start, _, _ in spans[1:]] + [len(text)]
    assert spans[0][0] == 0
    assert all(text[end:start].strip(" ") == "" for end, start in zip(ends, starts, strict=True))
    assert all(
        (text[end:start] == "") == (joint == "") for end, (start, _, joint) in zip(ends, spans[1:], strict=False)
    )


@settings(deadline=None)
@given(TEXT, TEXT, st.integers(2, 20))
def test_a_break_never_moves_when_text_is_added(text: str, more: str, width: int) -> None:
    before = wrap(text, width)[:-1]
    assert wrap(text + more, width)[: len(before)] == before


@settings(deadline=None)
@given(TEXT, st.integers(2, 20))
def test_wrapping_can_go_on_from_the_last_visual_line(text: str, width: int) -> None:
    whole = wrap(text, width)
    last = whole[-1][0]
    assert [(start + last, end + last) for start, end, _ in wrap(text[last:], width)] == [whole[-1][:2]]


@settings(deadline=None)
@given(st.text("ab  c", max_size=60), st.integers(2, 20))
def test_composed_and_decomposed_text_break_at_the_same_places(text: str, width: int) -> None:
    composed, decomposed = text.strip() + "é", text.strip() + "e\u0301"
    assert [span[0] for span in wrap(composed, width)] == [span[0] for span in wrap(decomposed, width)]
