"""Markdown made at random: constructs in odd nestings, and strings of marks."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.render.construct_files import CONSTRUCTS

_WORDS = ["a", "foo", "bar baz", "日本", "。", "👩\u200d👩\u200d👧", "e\u0301", " "]
_INLINE = [
    "*",
    "**",
    "_",
    "`",
    "``",
    "~~",
    "[",
    "](",
    "](/u)",
    "![",
    "[^1]",
    "<b>",
    "$x^2$",
    "\\",
    "\\(",
    "&amp;",
    "&#27;",
]
_MORE_INLINE = ["&#x202e;", "https://x.y/z", "$5", "***", "$$", "\\[", "\\]"]
_STARTS = ["> ", "- ", "* ", "1. ", "2) ", "# ", "    ", "  ", "\t", "[^1]: ", ']: /u "t"', "[x] ", "```", "~~~", "---"]
_BLOCKS = ["===", "<div>", "</div>", "<!--", "-->", "| a | b |", "|---|:-:|", "|"]
_ENDS = ["\n", "\n\n", "\n> ", "\n- ", "\n  ", "\n    ", "\n1. ", "\n| c | d |", "\n===\n", "\n---\n"]
_PIECES = [*_WORDS, *_INLINE, *_MORE_INLINE, *_STARTS, *_BLOCKS, *_ENDS]
_PREFIXES = [("> ", "> "), ("- ", "  "), ("10. ", "    "), ("[^n]: ", "    "), ("* > ", "  > "), ("   ", "   ")]


@st.composite
def _nested(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(sorted(CONSTRUCTS.values())))
    lines = text.split("\n")
    start = draw(st.integers(0, len(lines) - 1))
    lines = lines[start : start + draw(st.integers(1, 12))]
    for first, rest in draw(st.lists(st.sampled_from(_PREFIXES), max_size=3)):
        lines = [f"{first if number == 0 else rest}{line}" for number, line in enumerate(lines)]
    return "\n".join(lines)


def texts() -> st.SearchStrategy[str]:
    """Any Markdown, up to some thousand characters."""
    marks = st.lists(st.sampled_from(_PIECES), max_size=50).map("".join)
    return st.lists(st.one_of(_nested(), marks), min_size=1, max_size=4).flatmap(
        lambda parts: st.sampled_from(["\n", "\n\n", ""]).map(lambda joint: joint.join(parts))
    )
