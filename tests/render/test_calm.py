"""What is shown once does not change its kind while more arrives."""

from __future__ import annotations

import pytest

from compare_tui.render.markdown import MarkdownFlow
from compare_tui.render.palette import plain
from tests.render.construct_files import CONSTRUCTS
from tests.render.feeding import plain_text

SIGNS = {"#": "heading", "•": "item", "◦": "item", "▪": "item", "☐": "task", "☑": "task", "▌": "quote"}


def shown_while_growing(text: str, *, width: int = 60) -> list[str]:
    """What is drawn after each character."""
    flow = MarkdownFlow(plain(), width)
    shown: list[str] = []
    for character in text:
        flow.append(character)
        drawn = plain_text(flow)
        if not shown or drawn != shown[-1]:
            shown.append(drawn)
    return shown


def kinds(drawn: str) -> list[str]:
    return [SIGNS.get(line.strip()[:1], "text") for line in drawn.split("\n")] if drawn else []


@pytest.mark.parametrize("name", [name for name in CONSTRUCTS if name != "headings"])
def test_a_line_never_changes_its_kind(name: str) -> None:
    before: list[str] = []
    for drawn in shown_while_growing(CONSTRUCTS[name], width=200):
        now = kinds(drawn)
        assert now[: len(before)] == before[: len(now)], drawn
        before = now


@pytest.mark.parametrize("text", ["Title\n---\n", "Title\n===\n"])
def test_only_an_underline_makes_a_heading_of_text_and_once(text: str) -> None:
    assert shown_while_growing(text)[-2:] == ["Title", f"{'#' if '=' in text else '##'} Title"]


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("text\n- item", "-"),
        ("text\n---\n", "-"),
        ("- one\n- two", "-"),
        ("- [x] done", "[x"),
        ("text\n\n1. one", "1\n"),
        ("a **bold** word", "**"),
        ("a `code` word", "`"),
        ("# Title", "#T"),
        ("```python\nx = 1\n```\n", "`"),
        ("- a\n\n  ```js\n  x\n  ```\n", "`"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", "|"),
        ("> quote", ">"),
        ("~~~\ncode\n~~~\n", "~"),
    ],
)
def test_marks_that_are_not_complete_are_never_shown(text: str, never: str) -> None:
    assert [drawn for drawn in shown_while_growing(text) if never in drawn] == []


def test_what_was_held_back_is_shown_when_the_text_ends() -> None:
    flow = MarkdownFlow(plain(), 60)
    flow.append("text\n\n| not a table |\n12.")
    assert plain_text(flow) == "text"
    flow.finish()
    assert plain_text(flow) == "text\n\n| not a table |\n12."


@pytest.mark.parametrize("text", ["3.14159", "10:30", "1,000", "...", "(a)", "[a", "2024 was"])
def test_numbers_and_brackets_in_text_are_not_held_back(text: str) -> None:
    assert shown_while_growing(text)[-1] == text


def test_strong_text_is_strong_before_it_closes() -> None:
    flow = MarkdownFlow(plain(), 60)
    flow.append("a **bold wo")
    strong = plain().styles["strong"]
    assert [(segment.text, segment.style == strong) for segment in flow.line(0).segments] == [
        ("a ", False),
        ("bold wo", True),
    ]


def test_an_emphasis_that_is_never_closed_is_shown_as_typed() -> None:
    flow = MarkdownFlow(plain(), 60)
    flow.append("a **bold wo\n\nnext")
    assert plain_text(flow) == "a **bold wo\n\nnext"


def test_code_grows_while_its_line_does() -> None:
    shown = shown_while_growing("```\nab\n``\n```\n")
    assert [drawn.split() for drawn in shown if drawn.strip()] == [["a"], ["ab"], ["ab", "``"]]
