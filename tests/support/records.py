"""Comparisons of the past for tests: one with everything in it that exports must cope with."""

from __future__ import annotations

from collections.abc import Sequence

from compare_tui.domain.answers import AnswerError, Citation, ErrorKind, Usage
from compare_tui.domain.events import (
    AnswerCancelled,
    AnswerEvent,
    AttemptStarted,
    CitationReceived,
    FinishReported,
    ModelServed,
    ReasoningReceived,
    RequestSent,
    StreamEnded,
    StreamFailed,
    StreamOpened,
    TextReceived,
    ToolCallReceived,
    UsageReported,
)
from compare_tui.domain.fold import fold
from compare_tui.domain.json_types import Json
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.tiers import Tier
from compare_tui.engine.comparison import AnswerFeed, Chunk, Comparison, Turn
from compare_tui.engine.history import ComparisonRecord

DONE = (FinishReported("stop", "end_turn"), StreamEnded(done=True))


def feed(number: int, lane: Lane, turn: int, *events: tuple[float, AnswerEvent]) -> AnswerFeed:
    """Return an answer to which these events happened, at seconds after its start."""
    made = AnswerFeed(f"answer-{number}", lane, turn)
    began: tuple[tuple[float, AnswerEvent], ...] = ((0.0, AttemptStarted(1)), (0.1, RequestSent()))
    for at, event in (*began, *events):
        made.state = fold(made.state, event, at)
        if isinstance(event, TextReceived | ReasoningReceived):
            made.chunks.append(Chunk(round(at * 1000), isinstance(event, ReasoningReceived), event.text))
    return made


def lane(number: int, model: str, **params: Json) -> Lane:
    """Return a lane."""
    return Lane(LaneId(number), LaneSpec(model, "openrouter", params))


def record(text: str = "A *set* that merges.", *, prompt: str = "What is a CRDT?") -> ComparisonRecord:
    """Return two turns of three lanes, one of which was removed; the first lane says `text`."""
    lanes = (lane(0, "acme/large", temperature=0.2), lane(1, "acme/large"), lane(2, "=cmd()"))
    usage = UsageReported(Usage(12, 30, 4), 0.0125)
    first = feed(
        1, lanes[0], 1, (0.2, StreamOpened("gen-1")), (0.3, ModelServed("acme/large-2", "Acme")),
        (0.45, ReasoningReceived("hm ")), (0.7, TextReceived(text[:3])), (1.3337, TextReceived(text[3:])),
        *((1.4, event) for event in (usage, *DONE)),
    )  # fmt: skip
    fault = AnswerError(ErrorKind.RATE_LIMIT, "slow down", code=429, type="t", provider="P", retry_after_s=3, hint="W.")
    failed = feed(2, lanes[1], 1, (0.2, StreamFailed(fault)), (0.3, StreamEnded(done=False)))
    again = feed(3, lanes[1], 1, (0.5, TextReceived("short")), *((0.6, event) for event in DONE))
    stopped = feed(
        4, lanes[2], 1, (0.5, ToolCallReceived(0, "c1", "search", '{"q": "<b>"}')),
        (0.6, CitationReceived(Citation("http://example.org/?a=1&b=2", "E"))), (0.9, AnswerCancelled()),
    )  # fmt: skip
    one = Turn(1, prompt, 1_800_000_000.0, _by_lane((first, failed, again, stopped)), {LaneId(1): 1})
    later = feed(5, lanes[0], 2, (0.5, TextReceived("more")), *((0.8, event) for event in DONE))
    two = Turn(2, "And then?", 1_800_000_060.0, _by_lane((later,)))
    comparison = Comparison("c0ffee", 1_800_000_000.0, lanes[:2], "Be brief.", Tier.STANDARD, [one, two], 3)
    return ComparisonRecord(comparison, "What is a CRDT?", ("crdt", "@team"))


def _by_lane(feeds: Sequence[AnswerFeed]) -> dict[LaneId, list[AnswerFeed]]:
    found: dict[LaneId, list[AnswerFeed]] = {}
    for one in feeds:
        found.setdefault(one.lane.id, []).append(one)
    return found
