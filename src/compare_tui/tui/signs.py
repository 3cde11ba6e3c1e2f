"""Signs of the panes. A sign never stands alone: a word stands beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signs:
    """One set of signs, each one cell wide."""

    waiting: str = "◌"
    streaming: str = "●"
    done: str = "✓"
    cut: str = "✂"
    limit: str = "▢"
    filtered: str = "⚠"
    cancelled: str = "■"
    error: str = "✗"
    prompt: str = "›"
    folded: str = "▸"
    unfolded: str = "▾"
    separator: str = "·"
    ellipsis: str = "…"
    tool: str = "⚒"
    image: str = "▣"
    arrow: str = "→"
    corners: str = "╭╮╰╯"
    """Top left, top right, bottom left, bottom right."""
    horizontal: str = "─"
    vertical: str = "│"


UNICODE = Signs()
ASCII = Signs(
    waiting="o",
    streaming="*",
    done="+",
    cut="%",
    limit="#",
    filtered="!",
    cancelled="=",
    error="x",
    prompt=">",
    folded=">",
    unfolded="v",
    separator="-",
    ellipsis="~",
    tool="&",
    image="@",
    arrow=">",
    corners="++++",
    horizontal="-",
    vertical="|",
)


def signs_for(term: str) -> Signs:
    """Return the signs for a terminal of type `term`: the Linux console's font has few."""
    return ASCII if term.startswith(("linux", "vt")) else UNICODE
