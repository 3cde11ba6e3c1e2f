"""What a pane needs of a flow besides its lines."""

from __future__ import annotations

import pytest

from compare_tui.domain.safe_text import make_safe
from compare_tui.render.flow import CodeBlock, Flow
from compare_tui.render.markdown import MarkdownFlow
from compare_tui.render.palette import Palette, ansi, dark, light, plain
from compare_tui.render.plain import PlainFlow
from tests.render.construct_files import CONSTRUCTS
from tests.render.feeding import drawn, plain_text

LONG = "\n\n".join(CONSTRUCTS.values())


def finished(text: str, *, palette: Palette | None = None, width: int = 60) -> MarkdownFlow:
    flow = MarkdownFlow(palette or plain(), width)
    flow.append(text)
    flow.finish()
    return flow


def test_an_empty_flow_has_no_lines() -> None:
    flow = finished("")
    assert (flow.height, flow.stable_height, flow.widest, flow.find_line(0)) == (0, 0, 0, 0)
    with pytest.raises(IndexError):
        flow.line(0)


def test_a_line_knows_where_it_begins_in_the_received_text() -> None:
    text = "- one *two* three\n  four\n\n```py\ncode\n```\n\n| a | b |\n|---|---|\n| c | d |\n\nend [link](/u) x\n"
    flow = finished(text, width=12)
    begins = {flow.line(y).plain.strip(" •#"): text[flow.line_source(y) :][:3] for y in range(flow.height)}
    assert begins["one two"] == "one"
    assert begins["four"] == "fou"
    assert begins["code"] == "cod"
    assert begins["c  │ d"] == "c |"
    assert begins["end link"] == "end"


def test_a_place_in_the_text_is_found_again_at_another_width() -> None:
    flow = finished(LONG, width=100)
    y = flow.height // 2
    place = flow.line_source(y)
    flow.set_width(30)
    found = flow.find_line(place)
    assert flow.line_source(found) <= place < flow.line_source(found + 1)


def test_the_same_width_lays_nothing_out_again() -> None:
    flow = finished(LONG)
    before = [flow.line(y) for y in range(flow.height)]
    flow.set_width(60)
    assert all(flow.line(y) is line for y, line in enumerate(before))


@pytest.mark.parametrize("palette", [dark(), light(), ansi(), plain()], ids=lambda palette: palette.name)
def test_a_palette_changes_styles_and_no_text(palette: Palette) -> None:
    flow = finished(LONG)
    text = plain_text(flow)
    revision = flow.revision
    flow.set_palette(palette)
    assert plain_text(flow) == text
    assert flow.revision > revision
    assert drawn(flow) == drawn(finished(LONG, palette=palette))


def test_only_the_terminals_own_colours_are_in_the_ansi_palette() -> None:
    styles = {segment.style for line in drawn(finished(LONG, palette=ansi())) for segment in line.segments}
    colours = [style.color for style in styles if style and style.color]
    assert colours
    assert all(colour.number is not None and colour.number < 16 for colour in colours)
    assert all(style.bgcolor is None for style in styles if style)


def test_no_colour_is_in_the_plain_palette() -> None:
    styles = {segment.style for line in drawn(finished(LONG, palette=plain())) for segment in line.segments}
    assert all(style.color is None and style.bgcolor is None for style in styles if style)


def test_long_code_is_wrapped_or_left_wide() -> None:
    code = "x = " + "1 + " * 30
    flow = finished(f"a long line of text that has to be wrapped\n\n```python\n{code}\n```\n", width=30)
    assert flow.widest == 30
    flow.set_code_wrap(wrap=False)
    assert flow.widest == len(code) + 2
    assert [line.cells <= 30 for line in drawn(flow)][:2] == [True, True]
    flow.set_code_wrap(wrap=True)
    assert flow.widest == 30


def test_code_blocks_are_given_back_as_received() -> None:
    text = "```py\na\tb\n\n  c\n```\n\n> - ```\n>   quoted\n>   ```\n\n    indented\n\n~~~ js x=1\nopen\n"
    flow = MarkdownFlow(plain(), 40)
    for character in text:
        flow.append(character)
    assert list(flow.code_blocks()) == [
        CodeBlock("py", "a\tb\n\n  c", 0),
        CodeBlock("", "quoted", text.index("> - ```")),
        CodeBlock("", "indented", text.index("    indented")),
        CodeBlock("js x=1", "open", text.index("~~~")),
    ]


def test_plain_and_markdown_flows_have_one_shape() -> None:
    flows: list[Flow] = [PlainFlow(plain(), 20), MarkdownFlow(plain(), 20)]
    for flow in flows:
        flow.append("some text that is wrapped")
        flow.finish()
        assert [line.plain for line in drawn(flow)] == ["some text that is", "wrapped"]
        assert [line.joins for line in drawn(flow)] == ["\n", " "]


def test_a_link_defined_late_is_drawn_when_the_text_ends() -> None:
    flow = MarkdownFlow(plain(), 60)
    flow.append("see [the page][1] for more\n\ntext\n\n[1]: https://example.com\n")
    assert plain_text(flow).startswith("see [the page][1] for more")
    revision = flow.revision
    flow.finish()
    assert plain_text(flow).startswith("see the page (https://example.com) for more")
    assert flow.revision > revision


def test_once_settled_in_bites_a_flow_takes_in_no_more_than_asked() -> None:
    flow = MarkdownFlow(plain(), 60)
    flow.append("word " * 1000)
    assert flow.settle(100)
    assert flow.height == 2
    assert flow.height == 2
    while flow.settle(1000):
        pass
    assert flow.height == 84


HOSTILE = [
    "&#27;[2J &#x9b;31m &#155; &#x202e;abc &#0;",
    "[a](&#27;]52;c;x&#7;) [b](/u '&#27;') ![&#27;](&#x202E;)",
    "[&#27;]\n\n[&#27;]: /u\n",
    "``` &#27;\ncode\n```\n",
    "<a href='&#27;'>x</a> <&#27;>",
    "| &#27; |\n|---|\n| &#x9d; |\n",
    "$\\text{&#27;}$ $x^{&#27;}$",
    "# &#27; \n\n> &#8206; &#xE0041;\n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_entity_brings_a_control_character_to_the_terminal(text: str) -> None:
    lines = drawn(finished(text))
    assert lines
    assert [line.plain for line in lines if make_safe(line.plain) != line.plain] == []


def test_no_line_makes_a_terminal_link() -> None:
    styles = {segment.style for line in drawn(finished(LONG, palette=dark())) for segment in line.segments}
    assert all(style.link is None for style in styles if style)


def test_deep_nesting_is_drawn_without_its_structure() -> None:
    text = "> " * 500 + "deep\n\n" + "- " * 500 + "deeper\n\n" + "![" * 300 + "alt" + "](u)" * 300 + "\n"
    shown = plain_text(finished(text)).replace("\n", "")
    assert "deep" in shown
    assert "deeper" in shown
    assert "alt" in shown
