"""Records the demonstration: the embedded model's answers with their arrival times, all lanes at once.

Run by `make recordings`; writes src/compare_tui/sources/recordings/demo.json.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec

from compare_tui.domain.answers import Usage
from compare_tui.domain.events import (
    FinishReported,
    RequestSent,
    StreamCut,
    StreamFailed,
    TextReceived,
    UsageReported,
)
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.messages import AnswerRequest, Exchange, build_messages
from compare_tui.engine.clock import SystemClock
from compare_tui.sources.local import LocalSource
from compare_tui.sources.local_demo import DEMO_FOLLOW_UP, DEMO_LANES, DEMO_PROMPT
from compare_tui.sources.local_parts import MODEL_NAME, LocalParts, environment_shelf
from compare_tui.sources.local_process import LocalProcess
from compare_tui.sources.recorded import RecordedLane, RecordedTurn, Recording

TARGET = Path(__file__).parents[1] / "src" / "compare_tui" / "sources" / "recordings" / "demo.json"
CLOCK = SystemClock()


async def record_turn(source: LocalSource, lane: Lane, history: list[RecordedTurn], prompt: str) -> RecordedTurn:
    """Ask once and note what came when."""
    system = lane.params.get("system")
    said = [Exchange(turn.prompt, "".join(text for _, text in turn.chunks)) for turn in history]
    messages = build_messages(system if isinstance(system, str) else None, said, prompt)
    sent_at = first_at = CLOCK.monotonic()
    chunks: list[tuple[int, str]] = []
    finish = ""
    usage: Usage | None = None
    async for event in source.stream(AnswerRequest(lane, messages)):
        match event:
            case RequestSent():
                sent_at = CLOCK.monotonic()
            case TextReceived(text):
                first_at = first_at if chunks else CLOCK.monotonic()
                chunks.append((round((CLOCK.monotonic() - first_at) * 1000), text))
            case FinishReported(reason):
                finish = reason
            case UsageReported():
                usage = event.usage
            case StreamFailed() | StreamCut():
                sys.exit(f"{lane.model}: {event}")
    if usage is None:
        sys.exit(f"{lane.model}: no usage was reported")
    ttft_ms = round((first_at - sent_at) * 1000)
    return RecordedTurn(prompt, ttft_ms, tuple(chunks), finish, usage.prompt_tokens, usage.completion_tokens)


async def record_lane(source: LocalSource, place: int, spec: LaneSpec) -> RecordedLane:
    """Record the prompt and the follow-up of one lane."""
    turns: list[RecordedTurn] = []
    for prompt in (DEMO_PROMPT, DEMO_FOLLOW_UP):
        turns.append(await record_turn(source, Lane(LaneId(place), spec), turns, prompt))
    params = {name: value for name, value in spec.params.items() if isinstance(value, str | float | int)}
    return RecordedLane(params, tuple(turns))


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        parts = LocalParts(models_dir=Path(folder), shelves=[environment_shelf()])
        source = LocalSource(LocalProcess(parts.plan), clock=CLOCK)
        try:
            await source.warm_up()
            lanes = await asyncio.gather(*(record_lane(source, *each) for each in enumerate(DEMO_LANES)))
        finally:
            await source.aclose()
    recording = Recording(MODEL_NAME, tuple(lanes))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(msgspec.json.encode(recording) + b"\n")


if __name__ == "__main__":
    asyncio.run(main())
