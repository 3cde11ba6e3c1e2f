"""Ends the app after a fault of its own, without the values of variables: one of them may be a key."""

from __future__ import annotations

import traceback
from typing import TypeVar

from rich.segment import Segment, Segments
from textual.app import App

from compare_tui.domain.safe_text import make_safe

ResultT = TypeVar("ResultT")


def crash(app: App[ResultT]) -> None:
    """End `app`; the traceback of the exception under way is written after the screen is restored."""
    lines = make_safe(traceback.format_exc())
    head = "compare-tui ended through a fault of its own. What was received is kept. The fault:\n\n"
    app._exit_renderables.append(Segments([Segment(head), Segment(lines)]))
    app._close_messages_no_wait()
