"""Runs the app from start to end: the terminal is fit for it, signals end it, the engine is closed behind it."""

from __future__ import annotations

import asyncio
import gc
import os
from typing import TYPE_CHECKING

from compare_tui.domain.errors import UsageError
from compare_tui.tui.endings import Endings
from compare_tui.tui.services import Services

if TYPE_CHECKING:
    from compare_tui.tui.app import CompareApp

_PAINTS_PER_SECOND = "240"
"""Textual's limit, not our pace: a key's echo takes 11 ms in place of 27, at no more work (measured)."""
_GC_THRESHOLD = (50_000, 20, 50)


def run_app(services: Services) -> int:
    """Run the panes until a person or a signal ends them; return the exit status.

    Raises UsageError where the terminal cannot show them. Saving has been done when this returns.
    """
    if os.environ.get("TERM") == "dumb":
        raise UsageError("This terminal (TERM=dumb) cannot show panes.", hint="Use: compare-tui ask ...")
    app_class = _import_app(services)
    app = app_class(services, after_first_paint=_wake_collector)

    async def main() -> None:
        endings.watch(asyncio.get_running_loop())
        await app.run_async(mouse=services.mouse)

    endings = Endings(end=app.end, close_engine=app.close_engine)
    with endings:
        try:
            asyncio.run(main())
        finally:
            app.close_engine()
    return app.return_code or 0 if endings.status is None else endings.status


def _import_app(services: Services) -> type[CompareApp]:
    """Import Textual under the settings that it reads then, with the collector at rest until the first paint."""
    os.environ.setdefault("TEXTUAL_FPS", _PAINTS_PER_SECOND)
    if services.theme == "terminal":
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "standard")
    gc.disable()
    from compare_tui.tui.app import CompareApp

    return CompareApp


def _wake_collector() -> None:
    """What stands by now stays: it need not be looked through again and again."""
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLD)
    gc.enable()
