"""The demonstration: three lanes of the embedded model that look different, and what is said of them."""

from __future__ import annotations

from compare_tui.domain.lanes import LaneSpec
from compare_tui.sources.local_parts import MODEL_NAME

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
DEMO_NOTE = "three variants of one small model (SmolLM2-135M) on this machine: fluent, often wrong"
RECORDING_NOTE = "a recording of one small model (SmolLM2-135M), not a live model: fluent, often wrong"
