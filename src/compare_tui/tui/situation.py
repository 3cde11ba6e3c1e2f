"""Reads the situation off a comparison: what the commands' availability is decided by."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from compare_tui.tui.commands import Mode, Situation

if TYPE_CHECKING:
    from compare_tui.domain.lanes import LaneId
    from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn


class ComposerState(NamedTuple):
    """What the composer adds to the situation."""

    has_text: bool
    at_first_line: bool
    at_last_line: bool


def last_turn_of(comparison: Comparison | None, lane: LaneId) -> Turn | None:
    """Return the last turn that `lane` was asked, or None."""
    if comparison is None:
        return None
    return next((turn for turn in reversed(comparison.turns) if turn.answers.get(lane)), None)


def last_answer_of(comparison: Comparison | None, lane: LaneId) -> AnswerFeed | None:
    """Return the lane's last answer, as it is shown, or None."""
    turn = last_turn_of(comparison, lane)
    return None if turn is None else turn.answer(lane)


def is_live(feed: AnswerFeed | None) -> bool:
    """Whether the answer has begun and not ended."""
    return feed is not None and not feed.state.status.is_final


def any_live(comparison: Comparison | None) -> bool:
    """Whether any answer is still to come."""
    return comparison is not None and any(
        not feed.state.status.is_final
        for turn in comparison.turns
        for alternatives in turn.answers.values()
        for feed in alternatives
    )


def failed_lanes(comparison: Comparison | None) -> Collection[LaneId]:
    """Return the lanes whose last answer failed."""
    if comparison is None:
        return ()
    from compare_tui.domain.answers import AnswerStatus

    failed = (AnswerStatus.ERROR, AnswerStatus.CUT, AnswerStatus.REFUSED, AnswerStatus.EMPTY)
    feeds = ((lane.id, last_answer_of(comparison, lane.id)) for lane in comparison.lanes)
    return [lane for lane, feed in feeds if feed is not None and feed.state.status in failed]


def read_situation(
    comparison: Comparison | None,
    *,
    mode: Mode,
    n_lanes: int,
    lane: LaneId | None,
    composer: ComposerState,
    searches: bool = False,
) -> Situation:
    """Return the situation; `lane` is the chosen pane's."""
    turn = None if lane is None else last_turn_of(comparison, lane)
    feed = None if turn is None or lane is None else turn.answer(lane)
    writable = comparison is not None and not comparison.is_read_only
    return Situation(
        mode=mode,
        n_lanes=n_lanes,
        n_turns=0 if comparison is None else len(comparison.turns),
        has_text=composer.has_text,
        at_first_line=composer.at_first_line,
        at_last_line=composer.at_last_line,
        any_live=writable and any_live(comparison),
        lane_live=writable and is_live(feed),
        any_failed=writable and bool(failed_lanes(comparison)),
        lane_asked=writable and feed is not None,
        lane_has_text=feed is not None and feed.state.n_chars > 0,
        lane_has_reasoning=lane is not None and _has_reasoning(comparison, lane),
        searches=searches,
        n_alternatives=0 if turn is None or lane is None else len(turn.answers[lane]),
    )


def _has_reasoning(comparison: Comparison | None, lane: LaneId) -> bool:
    feeds = [turn.answer(lane) for turn in comparison.turns] if comparison is not None else []
    return any(feed is not None and feed.state.n_reasoning_chars > 0 for feed in feeds)
