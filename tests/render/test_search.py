from __future__ import annotations

import pytest

from compare_tui.render.markdown import MarkdownFlow
from compare_tui.render.palette import plain
from compare_tui.render.search import Span, find, text_between

TEXT = (
    "Some **strong** words are wrapped here.\n\n- an item with words\n  of two lines\n\n"
    "> 日本語 words\n\n```\ncode words that are long\n```\n"
)


@pytest.fixture
def flow() -> MarkdownFlow:
    flow = MarkdownFlow(plain(), 18)
    flow.append(TEXT)
    flow.finish()
    return flow


def found(flow: MarkdownFlow, words: str) -> list[list[str]]:
    """What is drawn in the cells of each find."""
    return [[text_between(flow, (y, start), (y, end)) for y, start, end in hit] for hit in find(flow, words)]


def test_words_are_found_wherever_they_are_drawn(flow: MarkdownFlow) -> None:
    assert found(flow, "words") == [["words"]] * 4


def test_words_are_found_across_styles_and_wrapped_lines(flow: MarkdownFlow) -> None:
    assert found(flow, "some strong words are wrapped") == [["Some strong words", "are wrapped"]]
    assert found(flow, "item with words") == [["item with", "words"]]


def test_a_capital_letter_asks_for_the_same_case(flow: MarkdownFlow) -> None:
    assert found(flow, "some") == [["Some"]]
    assert found(flow, "Some") == [["Some"]]
    assert found(flow, "SOME") == []


def test_cells_are_counted_not_characters(flow: MarkdownFlow) -> None:
    (hit,) = find(flow, "語 words")
    assert hit == (Span(hit[0].y, 2 + 4, 2 + 12),)


def test_nothing_and_what_is_not_there_is_not_found(flow: MarkdownFlow) -> None:
    assert list(find(flow, "")) == []
    assert list(find(flow, "absent")) == []


def test_a_search_can_begin_further_down(flow: MarkdownFlow) -> None:
    first = next(find(flow, "words"))
    assert len(list(find(flow, "words", first_line=first[0].y + 2))) == 3


def test_what_lies_between_two_places_is_read_without_margins_and_wraps(flow: MarkdownFlow) -> None:
    everything = text_between(flow, (0, 0), (flow.height - 1, 99))
    assert everything == (
        "Some strong words are wrapped here.\n\nan item with words\nof two lines\n\n日本語 words\n\n"
        "code words that are long"
    )
    assert text_between(flow, (1, 3), (0, 5)) == "strong words are"
