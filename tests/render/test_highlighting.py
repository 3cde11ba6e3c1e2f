"""Colours of code, line by line and as a whole."""

from __future__ import annotations

import pytest

from compare_tui.render.highlighting import LONGEST_LINE, Highlighter, Tokens
from compare_tui.render.markdown import MarkdownFlow
from compare_tui.render.palette import dark
from compare_tui.render.syntax_styles import PLAIN
from tests.render.feeding import drawn

PYTHON = ["def f(x: int) -> str:", '    """A string', '    over lines."""', "    return f'{x}'  # done"]


def text_of(tokens: Tokens) -> str:
    return "".join(text for _, text in tokens)


def kind_of(tokens: Tokens, text: str) -> str:
    return next(str(kind) for kind, piece in tokens if text in piece)


def test_the_state_is_kept_from_line_to_line() -> None:
    highlighter = Highlighter("python")
    lines = [highlighter.read_line(line) for line in PYTHON]
    assert [text_of(tokens) for tokens in lines] == PYTHON
    assert "Keyword" in kind_of(lines[0], "def")
    assert "String" in kind_of(lines[2], "over")
    assert "Comment" in kind_of(lines[3], "done")


def test_reading_line_by_line_is_exact_where_rules_stay_in_a_line() -> None:
    lines = ["class A(B):", "    def f(self, x: int) -> str:", "        return f'{x}' + g(1.5)  # done", ""]
    highlighter = Highlighter("python")
    assert [highlighter.read_line(line) for line in lines] == highlighter.read_all(lines)


def test_a_preview_changes_nothing() -> None:
    highlighter = Highlighter("python")
    highlighter.preview('x = """open')
    assert "Keyword" in kind_of(highlighter.read_line("def f(): pass"), "def")


LANGUAGES = (
    "python js ts tsx html css json yaml toml bash console c cpp rust go java kotlin sql diff dockerfile make php ruby "
    "md xml jinja pycon text nonsense {.python} C++ c#"
)


@pytest.mark.parametrize("info", ["", "python title=x", *LANGUAGES.split()])
def test_no_lexer_loses_a_character(info: str) -> None:
    lines = [
        *PYTHON,
        "",
        "/* a",
        "*/ <b class='x'>{{ y }}</b>",
        "$ ls -l",
        ">>> 1",
        "- key: [1, 'x']",
        "\\",
        "é 日本 🎉",
        "@",
    ]
    highlighter = Highlighter(info)
    assert [text_of(highlighter.read_line(line)) for line in lines] == lines
    exact = highlighter.read_all(lines)
    assert exact is None or [text_of(tokens) for tokens in exact] == lines


def test_a_very_long_line_has_no_colours() -> None:
    line = "def " * LONGEST_LINE
    assert Highlighter("python").read_line(line) == [(PLAIN, line)]


def test_colours_are_made_exact_when_the_fence_closes() -> None:
    flow = MarkdownFlow(dark(), 40)
    comment = "```c\n/* a\nint b;\n*/\nint c;\n"
    flow.append(comment)
    before = drawn(flow)
    flow.append("```\n")
    after = drawn(flow)
    assert [line.plain for line in after] == [line.plain for line in before]
    inside = [segment.style for segment in after[2].segments if "int" in segment.text]
    outside = [segment.style for segment in after[4].segments if "int" in segment.text]
    assert inside != outside
    assert after[4] is before[4]
