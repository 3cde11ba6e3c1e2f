"""What all dialogs share: a quiet box above the panes, which stay in sight."""

from __future__ import annotations

from typing import TypeVar

from textual.containers import Vertical
from textual.screen import ModalScreen

ResultT = TypeVar("ResultT")


class Box(Vertical):
    """The box; its title stands in its border, as text."""

    DEFAULT_CSS = """
    Box {
        width: 76;
        max-width: 100%;
        height: auto;
        max-height: 90%;
        background: $surface;
        border: round $line-focus;
        border-title-color: $foreground;
        border-title-style: bold;
        border-subtitle-color: $quiet;
        padding: 0 1;
    }
    """


class Dialog(ModalScreen[ResultT]):
    """A screen above the panes."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 50%;
    }
    Dialog .quiet { color: $quiet; }
    Dialog .error { color: $error; }
    Dialog Input, Dialog Input:focus {
        border: none;
        height: 1;
        padding: 0;
        background: $panel;
        color: $foreground;
    }
    """
