"""Sends a turn's answers on their way: tier, places in the limits, room at the servers, then the streams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from compare_tui.domain.answers import AnswerError
from compare_tui.domain.events import StreamEvent
from compare_tui.domain.lanes import LaneId
from compare_tui.domain.limits import Refusal
from compare_tui.engine.answer_run import AnswerRun, RunContext
from compare_tui.engine.comparison import Turn
from compare_tui.engine.ports import ComparisonSource, Emit, Ledger, Place
from compare_tui.engine.refusals import refused_by_limit, refused_by_tier


class Asking:
    """Asks for answers that exist already; whatever forbids it becomes their end."""

    def __init__(self, sources: Mapping[str, ComparisonSource], ledger: Ledger, context: RunContext) -> None:
        self._sources = sources
        self._ledger = ledger
        self._context = context

    async def ask(self, turn: Turn, runs: Sequence[AnswerRun]) -> None:
        """Ask for the answers of one turn."""
        runs = _those_within_tier(runs, len(turn.prompt))
        if not runs:
            return None
        turn_id = f"{runs[0].comparison.id}/{turn.number}"
        places = await self._context.admission.reserve([run.request for run in runs], turn_id)
        if isinstance(places, Refusal):
            return _refuse_all(runs, refused_by_limit(places, self._context.clock.wall()))
        waits = await self._context.room([run.feed.lane for run in runs])
        by_backend: dict[str, list[tuple[AnswerRun, Place]]] = defaultdict(list)
        for run, place, wait in zip(runs, places, waits, strict=True):
            if run.feed.state.status.is_final:  # stopped while the places were taken
                await self._ledger.release(place)
            elif wait is not None:
                run.begin_later(place, wait)
            else:
                by_backend[run.feed.lane.backend].append((run, place))
        for backend, group in by_backend.items():
            self._start(self._sources[backend], group)
        return None

    def _start(self, source: ComparisonSource, group: Sequence[tuple[AnswerRun, Place]]) -> None:
        emits: dict[LaneId, Emit] = {run.feed.lane.id: run.begin_attempt(place) for run, place in group}

        def emit(lane: LaneId, event: StreamEvent) -> None:
            emits[lane](lane, event)

        stream = source.start([run.request for run, _ in group], emit)
        for run, _ in group:
            run.attach(stream)


def _those_within_tier(runs: Iterable[AnswerRun], characters: int) -> list[AnswerRun]:
    """Refuse the runs whose tier is too small for the prompt; return the others."""
    within = []
    for run in runs:
        tier = run.request.tier
        too_long = refused_by_tier(tier, characters) if tier else None
        if too_long is None:
            within.append(run)
        else:
            run.refuse(too_long)
    return within


def _refuse_all(runs: Iterable[AnswerRun], error: AnswerError) -> None:
    for run in runs:
        run.refuse(error)
