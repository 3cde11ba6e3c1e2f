"""Ends the app after a fault of its own, without the values of variables: one of them may be a key."""

from __future__ import annotations

import traceback
from typing import TypeVar

from rich.segment import Segment, Segments
from textual.app import App

from compare_tui.domain.safe_text import make_safe

ResultT = TypeVar("ResultT")


def crash(app: App[ResultT], error: BaseException) -> None:
    """End `app` with status 1; the traceback is written after the screen is restored."""
    app._return_code = 1
    lines = make_safe("".join(traceback.format_exception(error)))
    head = "compare-tui ended through a fault of its own. What was received is kept. The fault:\n\n"
    app._exit_renderables.append(Segments([Segment(head), Segment(lines)]))
    app._close_messages_no_wait()


def fail(app: App[ResultT], error: BaseException) -> None:
    """Hand a fault to `app` that was raised where Textual would not see it."""
    app._handle_exception(error if isinstance(error, Exception) else RuntimeError(repr(error)))
