"""However a text arrives, it comes to the lines of the whole text."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare_tui.domain.safe_text import make_safe
from compare_tui.render.dialect import Dialect
from compare_tui.render.markdown import MarkdownFlow
from compare_tui.render.palette import dark
from tests.render.construct_files import CONSTRUCTS
from tests.render.feeding import chunks_of, drawn, feed
from tests.render.markdown_texts import texts
from tests.render.oracle import lay_out_whole

DIALECT = Dialect()
PALETTE = dark()
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(texts(), st.data())
def test_any_chunking_and_resizing_gives_the_lines_of_the_whole_text(text: str, data: st.DataObject) -> None:
    width = data.draw(st.integers(2, 100))
    flow = MarkdownFlow(PALETTE, data.draw(st.sampled_from([width, 30])), dialect=DIALECT)
    feed(flow, chunks_of(text, data), data)
    flow.finish()
    if data.draw(st.booleans()):
        drawn(flow)
    flow.set_width(width)
    assert drawn(flow) == lay_out_whole(text, PALETTE, width)
    assert flow.text() == text


@pytest.mark.parametrize("name", CONSTRUCTS)
@pytest.mark.parametrize("width", [13, 60])
def test_each_construct_fed_character_by_character_gives_the_lines_of_the_whole(name: str, width: int) -> None:
    flow = MarkdownFlow(PALETTE, width, dialect=DIALECT)
    for character in CONSTRUCTS[name]:
        flow.append(character)
        assert all(line.cells <= width for line in drawn(flow))
    flow.finish()
    assert drawn(flow) == lay_out_whole(CONSTRUCTS[name], PALETTE, width)


@SLOW
@given(texts(), st.data())
def test_lines_are_sound_at_every_moment(text: str, data: st.DataObject) -> None:
    width = data.draw(st.integers(2, 60))
    flow = MarkdownFlow(PALETTE, width, dialect=DIALECT)
    for chunk in chunks_of(text, data):
        stable = [flow.line(y) for y in range(flow.stable_height)]
        flow.append(chunk)
        lines = drawn(flow)
        assert all(flow.line(y) is line for y, line in enumerate(stable))
        assert all(line.cells <= width for line in lines)
        assert all(line.cells == sum(segment.cell_length for segment in line.segments) for line in lines)
        assert all(make_safe(line.plain) == line.plain for line in lines)
        sources = [line.source for line in lines]
        assert sources == sorted(sources)
        assert all(flow.line_source(flow.find_line(source)) == source for source in sources)


def _long(unit: str, count: int) -> str:
    return "".join(unit.format(n) for n in range(count))


@pytest.mark.parametrize(
    "text",
    [
        _long("word {} of a *long* paragraph that `goes` on, ", 200),
        _long("line {} of many\n", 100) + "===\n",
        _long("line {} of many\n", 100) + "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "**" + _long("never closed {} ", 400),
        "[" + _long("never closed {} ", 400) + "](/url)",
        "x" * 9_000,
        _long("日本語の文章{}です。", 300),
        "| n | text |\n|---|---|\n" + _long("| {} | some **words** |\n", 150) + "| wider at last, far wider | x |\n",
        "```c\n" + _long("/* {}\n*/ int x;\n", 100) + "```\nend\n",
        "> ```\n" + _long("> line {}\n", 50) + "out\n",
        "- a\n\n  ```\n" + _long("  line {}\n", 50) + "\n  ```\n\n  b\n- c\n",
        _long("{0}. item {0}\n", 60) + "\ntext\n",
        "<pre>\n" + _long("line {}\n\n", 50) + "</pre>\ntext\n",
        _long("-\n", 50) + "- a\n\n  b\n",
        _long("[^{0}]: note {0}\n\n", 30),
        _long("    code {}\n\n", 50) + "text\n",
        "a [b] c\n\n" + _long("[x{0}] and [y][x{0}]\n\n", 20) + _long("[x{0}]: /url{0}\n", 20) + "[b]: /late\n",
    ],
    ids=lambda text: repr(text[:20]),
)
@pytest.mark.parametrize("step", [1, 7, 300])
def test_long_blocks_come_to_the_lines_of_the_whole_text(text: str, step: int) -> None:
    flow = MarkdownFlow(PALETTE, 40, dialect=DIALECT)
    for start in range(0, len(text), step):
        flow.append(text[start : start + step])
        if start % 11 == 0 or step > 1:
            drawn(flow)
    flow.finish()
    assert drawn(flow) == lay_out_whole(text, PALETTE, 40)


@given(texts(), st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_a_text_taken_in_bites_comes_to_the_same_lines(text: str, limit: int) -> None:
    flow = MarkdownFlow(PALETTE, 40, dialect=DIALECT)
    flow.append(text)
    flow.finish()
    n_bites = 1
    while flow.settle(limit):
        n_bites += 1
    assert drawn(flow) == lay_out_whole(text, PALETTE, 40)
    assert n_bites >= len(text) // limit
