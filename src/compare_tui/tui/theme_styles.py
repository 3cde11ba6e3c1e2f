"""The styles of panes and bars, straight from the theme's colours.

They could be component classes of the stylesheet; read from it, they would cost the first paint 8 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rich.style import Style
from textual.color import Color

from compare_tui.tui.panes.frame import FrameStyles
from compare_tui.tui.panes.marks import MarkKind
from compare_tui.tui.panes.tones import Tone, Voice

Variables = Mapping[str, str]
"""Of the theme, as Textual gives them."""


def _maker(variables: Variables) -> Callable[..., Style]:
    background = Color.parse(variables["background"]).rich_color

    def make(
        name: str, *, bold: bool | None = None, reverse: bool | None = None, underline: bool | None = None
    ) -> Style:
        color = Color.parse(variables[name]).rich_color
        return Style(color=color, bgcolor=background, bold=bold, reverse=reverse, underline=underline)

    return make


def frame_styles(variables: Variables, *, is_chosen: bool) -> FrameStyles:
    """Return the styles of a pane. The chosen one is told by its border's colour and by its title's weight."""
    make = _maker(variables)
    quiet, live = make("quiet"), make("foreground")
    good, warn, bad = make("success"), make("warning"), make("error")
    return FrameStyles(
        border=make("line-focus" if is_chosen else "line"),
        number=make("line-focus", bold=True, reverse=True) if is_chosen else quiet,
        name=make("foreground", bold=is_chosen or None),
        detail=quiet,
        tones={Tone.QUIET: quiet, Tone.LIVE: live, Tone.GOOD: good, Tone.WARN: warn, Tone.BAD: bad},
        voices={
            Voice.ANSWER: live,
            Voice.PROMPT: make("prompt", bold=True),
            Voice.QUIET: quiet,
            Voice.LIVE: live,
            Voice.GOOD: good,
            Voice.WARN: warn,
            Voice.BAD: bad,
        },
        marks={
            MarkKind.FOUND: make("warning", reverse=True),
            MarkKind.CURRENT: make("prompt", bold=True, reverse=True, underline=True),
            MarkKind.SELECTED: make("foreground", reverse=True),
        },
    )


def bar_styles(variables: Variables) -> Mapping[str, Style]:
    """Return the styles of the spans of a bar, by their names."""
    make = _maker(variables)
    return {
        "quiet": make("quiet"),
        "text": make("foreground"),
        "strong": make("foreground", bold=True),
        "key": make("prompt"),
        "good": make("success"),
        "warn": make("warning"),
        "bad": make("error"),
        "chosen": make("line-focus", bold=True, reverse=True),
    }
