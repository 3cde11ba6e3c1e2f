"""The demonstration: three lanes of the embedded model that look different, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable

from compare_tui.domain.lanes import LaneSpec
from compare_tui.sources.local_faults import LocalModelError
from compare_tui.sources.local_parts import MODEL_NAME, ServerPlan
from compare_tui.sources.local_process import LocalProcess

BACKEND = "local"
DEMO_PROMPT = "Give three tips for a good night's sleep."
DEMO_FOLLOW_UP = "Which one should I start with, and why?"
DEMO_LANES = (
    LaneSpec(MODEL_NAME, BACKEND, {"temperature": 0}),
    LaneSpec(MODEL_NAME, BACKEND, {"temperature": 0.8, "seed": 7}),
    LaneSpec(
        MODEL_NAME,
        BACKEND,
        {
            "temperature": 0.2,
            "seed": 1,
            "system": "You are a concise assistant. Answer in one or two short sentences.",
        },
    ),
)
"""Steady, lively and concise: the same weights, other parameters."""
DEMO_NOTE = "three variants of one small model (SmolLM2-135M): fluent, often wrong"
"""True of a recording as well, which says of itself that it is one."""
RECORDING_NOTE = "a recording of one small model (SmolLM2-135M), not a live model: fluent, often wrong"


async def why_it_cannot_run(plan: Callable[[], ServerPlan]) -> LocalModelError | None:
    """Start the embedded model and end it again, in about 0.7 s; return why that failed, or None."""
    process = LocalProcess(plan)
    try:
        await process.endpoint()
    except LocalModelError as fault:
        return fault
    finally:
        await process.aclose()
    return None
