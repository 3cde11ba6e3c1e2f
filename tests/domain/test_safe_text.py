from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare_tui.domain.safe_text import SafeTextStream, make_safe, make_safe_line

_CHARS = st.sampled_from("a\r\n\t\x00\x1b\x7f\x9b\ud83d\ude80\u202e\ufeff\u200b\u200d😀é\U000e0041 ")
_TEXT = st.lists(_CHARS, max_size=20).map("".join)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[2J", "␛[2J"),
        ("\x00\x07\x08\x7f", "␀␇␈␡"),
        ("\x9b2J\x85\x80", "�2J��"),
        ("a\r\nb\rc\n\r", "a\nb\nc\n\n"),
        ("a\x0bb\x0cc", "a␋b␌c"),
        ("\u202egnp.exe\u202c", "<U+202E>gnp.exe<U+202C>"),
        ("\u2066a\u2069\u200e\u200f\u061c", "<U+2066>a<U+2069><U+200E><U+200F><U+061C>"),
        ("\ufeffa\u200bb\U000e0041", "ab"),
        ("\ud83d\ude80", "🚀"),
        ("\ud83d!", "�!"),
        ("\ude80\ud83d", "��"),
        ("👩\u200d👩\u200d👧 🇫🇷 é نی\u200cخ", "👩\u200d👩\u200d👧 🇫🇷 é نی\u200cخ"),
        ("\u2028\u2029", "\u2028\u2029"),
        ("[/red][@click=app.quit]", "[/red][@click=app.quit]"),
        ("", ""),
    ],
)
def test_text_is_made_safe(text: str, safe: str) -> None:
    assert make_safe(text) == safe


def test_no_control_of_any_kind_is_left_in_all_of_unicode() -> None:
    left = {
        char
        for code in range(sys.maxunicode + 1)
        for char in make_safe(chr(code))
        if unicodedata.category(char) in ("Cc", "Cs") or unicodedata.bidirectional(char) in _BIDI_CONTROLS
    }
    assert left == {"\n", "\t"}


_BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(st.text())
def test_safe_text_is_safe_already(text: str) -> None:
    assert make_safe(make_safe(text)) == make_safe(text)


@given(_TEXT)
def test_safe_text_can_be_written(text: str) -> None:
    make_safe(text).encode()


@given(st.lists(_TEXT, max_size=8))
def test_text_cut_into_deltas_anywhere_is_the_same_text(deltas: list[str]) -> None:
    stream = SafeTextStream()
    parts = [stream.feed(delta) for delta in deltas]
    parts.append(stream.flush())
    assert "".join(parts) == make_safe("".join(deltas))


def test_only_a_half_is_held_back() -> None:
    stream = SafeTextStream()
    assert stream.feed("a\r") == "a"
    assert stream.feed("b\ud83d") == "\nb"
    assert stream.feed("") == ""
    assert stream.feed("\ude80c") == "🚀c"
    assert stream.flush() == ""


@pytest.mark.parametrize(("carried", "flushed"), [("\r", "\n"), ("\ud83d", "�")])
def test_what_was_held_back_comes_at_the_end_once(carried: str, flushed: str) -> None:
    stream = SafeTextStream()
    stream.feed(carried)
    assert stream.flush() == flushed
    assert stream.flush() == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [(" a\n b\t\r\nc ", "a b c"), ("\x1b[2J\n\x00", "␛[2J ␀"), ("x" * 401, "x" * 399 + "…"), ("x" * 400, "x" * 400)],
)
def test_a_name_becomes_one_short_line(text: str, line: str) -> None:
    assert make_safe_line(text) == line


@given(st.text(), st.integers(1, 40))
def test_a_line_is_one_line_and_no_longer_than_asked(text: str, limit: int) -> None:
    line = make_safe_line(text, limit)
    assert len(line) <= limit
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", line)
