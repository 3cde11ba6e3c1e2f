"""A live comparison: lanes, turns and the answers as they grow.

Written by the engine's thread alone. Any thread may read: states are immutable and replaced whole, chunks are only
ever appended, so a reader keeps an index and needs no lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from compare_tui.domain.answers import AnswerState
from compare_tui.domain.lanes import Lane, LaneId
from compare_tui.domain.messages import Exchange
from compare_tui.domain.tiers import Tier


class Chunk(NamedTuple):
    """One delta as it arrived."""

    at_ms: int
    """Milliseconds since the answer's start."""
    is_reasoning: bool
    text: str


@dataclass(slots=True)
class AnswerFeed:
    """One answer as it grows."""

    id: str
    lane: Lane
    """The lane as it was asked; its parameters may have changed since."""
    turn: int
    state: AnswerState = field(default_factory=AnswerState)
    chunks: list[Chunk] = field(default_factory=list)

    def text(self) -> str:
        """Return the whole answer so far."""
        return "".join(chunk.text for chunk in self.chunks if not chunk.is_reasoning)

    def reasoning(self) -> str:
        """Return the whole reasoning so far."""
        return "".join(chunk.text for chunk in self.chunks if chunk.is_reasoning)


@dataclass(slots=True)
class Turn:
    """One prompt, sent to all lanes or to some. A lane asked again has several alternatives."""

    number: int
    """Counts from 1."""
    prompt: str
    started_at: float
    """Wall clock, Unix seconds."""
    answers: dict[LaneId, list[AnswerFeed]] = field(default_factory=dict)
    shown: dict[LaneId, int] = field(default_factory=dict)
    """Which alternative is on the screen; it alone counts as said."""

    def answer(self, lane: LaneId) -> AnswerFeed | None:
        """Return the lane's alternative that is on the screen, or None if the lane was not asked."""
        alternatives = self.answers.get(lane)
        if not alternatives:
            return None
        return alternatives[self.shown.get(lane, len(alternatives) - 1)]


@dataclass(slots=True)
class Comparison:
    """An ordered list of lanes and the turns sent to them."""

    id: str
    created_at: float
    """Wall clock, Unix seconds."""
    lanes: tuple[Lane, ...]
    system: str | None = None
    tier: Tier | None = None
    turns: list[Turn] = field(default_factory=list)
    next_lane_id: int = 0
    is_read_only: bool = False
    """Another running copy of the program has it open: it can be looked at."""

    def lane(self, lane_id: LaneId) -> Lane | None:
        """Return the lane with this id, or None if it was removed."""
        return next((lane for lane in self.lanes if lane.id == lane_id), None)

    def history(self, lane_id: LaneId, before: int) -> Sequence[Exchange]:
        """Return what was said in this lane in the turns before number `before`."""
        exchanges = []
        for turn in self.turns:
            feed = turn.answer(lane_id)
            if turn.number >= before or feed is None:
                continue
            details = feed.state.reasoning_details
            exchanges.append(Exchange(turn.prompt, feed.text() or feed.state.refusal, details))
        return exchanges

    def live_answers(self) -> list[AnswerFeed]:
        """Return the answers that have not ended."""
        return [
            feed
            for turn in self.turns
            for alternatives in turn.answers.values()
            for feed in alternatives
            if not feed.state.status.is_final
        ]
