"""Nothing of what a model wrote is lost: every word is drawn."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from rich.cells import split_text

from compare_tui.render.dialect import Dialect
from compare_tui.render.flow import Flow
from compare_tui.render.markdown import MarkdownFlow
from compare_tui.render.palette import plain
from tests.render.construct_files import CONSTRUCTS
from tests.render.feeding import drawn
from tests.render.markdown_texts import texts

DIALECT = Dialect()
_DECODED = re.compile(r"&#?\w+;|<br>|<U\+\w+>")
_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]*\$|\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL)


def test_unicode_line_separators_end_a_line_and_stay_in_the_text() -> None:
    flow = MarkdownFlow(plain(), 40, dialect=DIALECT)
    text = "one\u2028two\n\n```js\nlet a;\u2028let b;\nlet c;\u2029\n```\n\n| a\u2028b |"
    for start in range(0, len(text), 5):
        flow.append(text[start : start + 5])
    flow.finish()
    assert [line.plain.strip() for line in drawn(flow)][:2] == ["one", "two"]
    assert not [line for line in drawn(flow) if "\u2028" in line.plain or "\u2029" in line.plain]
    assert flow.text() == text
    assert [block.text for block in flow.code_blocks()] == ["let a;\u2028let b;\nlet c;\u2029"]


def read_back(flow: Flow) -> str:
    """The drawn text without margins, wrapped lines joined again."""
    text = ""
    for line in drawn(flow):
        text += line.joins + split_text(line.plain, line.indent)[1].rstrip()
    return text


def words(text: str) -> list[str]:
    """Words of letters: numbers of list items are counted by Markdown, not copied."""
    return re.findall(r"[^\W\d_]{2,}", _FORMULA.sub(" ", _DECODED.sub(" ", text)))


def finished(text: str, width: int) -> MarkdownFlow:
    flow = MarkdownFlow(plain(), width, dialect=DIALECT)
    flow.append(text)
    flow.finish()
    return flow


@pytest.mark.parametrize("name", CONSTRUCTS)
@pytest.mark.parametrize("width", [120, 40, 16])
def test_every_word_of_each_construct_is_drawn(name: str, width: int) -> None:
    back = read_back(finished(CONSTRUCTS[name], width))
    assert [word for word in words(CONSTRUCTS[name]) if word not in back] == []


@settings(max_examples=150, deadline=None)
@given(texts())
def test_every_word_of_any_markdown_is_drawn(text: str) -> None:
    back = read_back(finished(text, 200))
    assert [word for word in words(text) if word not in back] == []
