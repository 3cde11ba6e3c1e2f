"""Themes: dark, light, and one of the terminal's own sixteen colours. All widgets take their colours from here."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="dark",
    dark=True,
    primary="#8ab4d8",
    secondary="#9aa5b1",
    accent="#8ab4d8",
    foreground="#d5d8dd",
    background="#121417",
    surface="#16191d",
    panel="#1b1f24",
    success="#8fb98a",
    warning="#d4b06a",
    error="#e0847c",
    variables={
        "quiet": "#7d8590",
        "line": "#343a42",
        "line-focus": "#8ab4d8",
        "prompt": "#b6c6da",
        "cursor": "#d5d8dd",
    },
)
LIGHT = Theme(
    name="light",
    dark=False,
    primary="#2c6496",
    secondary="#5b6571",
    accent="#2c6496",
    foreground="#24292f",
    background="#fbfbf9",
    surface="#f4f4f1",
    panel="#ecece8",
    success="#3c7a3a",
    warning="#8a6100",
    error="#b3392f",
    variables={
        "quiet": "#6a727c",
        "line": "#d3d6d9",
        "line-focus": "#2c6496",
        "prompt": "#3b5a7a",
        "cursor": "#24292f",
    },
)
TERMINAL = Theme(
    name="terminal",
    ansi=True,
    dark=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        "quiet": "ansi_bright_black",
        "line": "ansi_bright_black",
        "line-focus": "ansi_cyan",
        "prompt": "ansi_cyan",
        "cursor": "ansi_default",
    },
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT, TERMINAL)}


def theme_name(wanted: str, *, term: str, no_color: bool) -> str:
    """Return the theme to begin with. Without colours, or on a console with few, the terminal's own are left alone."""
    if no_color or term.startswith(("linux", "vt")):
        return TERMINAL.name
    return wanted if wanted in THEMES else DARK.name
