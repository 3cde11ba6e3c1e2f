"""Hostile answers stay cheap: what an append costs does not grow with what came before."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from compare_tui.render.dialect import Dialect
from compare_tui.render.markdown import MarkdownFlow
from compare_tui.render.palette import dark

WARM_UP = "# a\n\n- `b` **c** $x^2$ [d](/e)\n\n```python\nx = 1\n```\n\n| a |\n|---|\n| b |\n"
BOMBS: dict[str, Sequence[str]] = {
    "a table of many rows": ["| a | b |\n|---|---|\n", *["| some words | `12` |\n"] * 1600],
    "one line of words": ["word and more " * 10] * 1600,
    "one line without a space": ["x" * 100] * 1600,
    "short lines": ["ab\n"] * 4000,
    "links": ["[text](https://example.com/a) and "] * 1600,
    "a list": ["1. item\n"] * 1600,
    "a fence": ["```python\n", *["x = (1 + 2)\n"] * 1600],
    "a fence of one line": ["```python\n", *["x = (1 + 2) "] * 3200],
    "empty items": ["-\n"] * 1600,
    "a quote": ["> some words\n"] * 1600,
    "link definitions": [f"[a{n}]: /url\n" for n in range(1600)],
    "footnotes": [f"[^{n}]: note\n\n" for n in range(800)],
    "paragraphs in an item": ["- a\n\n", *["  more of it\n\n"] * 1600],
    "HTML": ["<div>\n", *["<b>x</b>\n"] * 1600],
    "an open bracket": ["[", *["word and more "] * 1600],
    "text without spaces": ["日本語のテキスト。"] * 1600,
    "rows that are no table": ["| a | b |\n"] * 1600,
}


def cpu_of(flow: MarkdownFlow, pieces: Sequence[str]) -> float:
    start = time.process_time()
    for piece in pieces:
        flow.append(piece)
        flow.line(flow.height - 1) if flow.height else None
    return time.process_time() - start


@pytest.mark.parametrize("name", BOMBS)
def test_the_last_quarter_of_a_hostile_answer_costs_what_the_first_did(name: str) -> None:
    flow = MarkdownFlow(dark(), 60, dialect=Dialect())
    cpu_of(MarkdownFlow(dark(), 60), [WARM_UP])
    pieces = BOMBS[name]
    quarter = len(pieces) // 4
    first = cpu_of(flow, pieces[:quarter])
    cpu_of(flow, pieces[quarter : 3 * quarter])
    last = cpu_of(flow, pieces[3 * quarter :])
    assert last < 4 * first + 0.15
