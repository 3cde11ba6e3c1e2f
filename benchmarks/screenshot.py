"""Makes the README's picture from the product: the demonstration on the embedded model, while it streams."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from compare_tui.bootstrap.demo import demo_order
from compare_tui.bootstrap.panes import pane_services
from compare_tui.cli.services import AppOrder
from compare_tui.config.load import load
from compare_tui.config.paths import find_paths
from compare_tui.tui.app import CompareApp
from compare_tui.tui.screens.comparison import ComparisonScreen

_PROMPT = "How do I reverse a string in Python? Give three ways, with code."
_SIZE = (132, 32)
_ENOUGH_CHARS = 1_300
_LIMIT_S = 120


async def take() -> str:
    """Return the screen as SVG, in the middle of the answers."""
    with tempfile.TemporaryDirectory() as home, ExitStack() as until_closed:
        loaded = load(find_paths({}, cwd=Path(home), data_dir=Path(home, "data")))
        services = pane_services(demo_order(AppOrder(loaded=loaded, prompt=_PROMPT)), until_closed)
        app = CompareApp(services)
        async with app.run_test(size=_SIZE) as pilot:
            async with asyncio.timeout(_LIMIT_S):
                while not _is_in_full_flow(app):
                    await pilot.pause(0.1)
            picture = app.export_screenshot(title="compare-tui")
            app.close_engine()
    return picture


def _is_in_full_flow(app: CompareApp) -> bool:
    screen = app.screen
    assert isinstance(screen, ComparisonScreen)
    states = [feed.state for turn in screen.glance().turns for feeds in turn.answers.values() for feed in feeds]
    ended = sum(state.status.is_final for state in states)
    return bool(states) and (ended == len(states) or sum(state.n_chars for state in states) > _ENOUGH_CHARS)


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    Path(sys.argv[1]).write_text(asyncio.run(take()))
