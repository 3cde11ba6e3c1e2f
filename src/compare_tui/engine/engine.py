"""The engine: opens comparisons, sends turns, stops and asks again. Everything happens on one asyncio loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from compare_tui.domain.errors import UsageError
from compare_tui.domain.events import AnswerEvent
from compare_tui.domain.lanes import MAX_LANES, Lane, LaneId, LaneSpec
from compare_tui.domain.messages import AnswerRequest, build_messages
from compare_tui.domain.tiers import Tier
from compare_tui.engine.admission import Admission
from compare_tui.engine.answer_run import AnswerRun, RunContext
from compare_tui.engine.asking import Asking
from compare_tui.engine.comparison import AnswerFeed, Comparison, Turn
from compare_tui.engine.history import ComparisonRecord, History
from compare_tui.engine.live_runs import LiveRuns
from compare_tui.engine.policy import Policy
from compare_tui.engine.ports import (
    Clock,
    ComparisonSource,
    Ledger,
    Observer,
    Pacing,
    Prices,
    Recorder,
    TellsCosts,
)

_CLOSE_LIMIT_S = 2.0


class Engine:
    """One core for all faces. Call it only on its loop; read comparisons from anywhere."""

    def __init__(
        self,
        *,
        sources: Mapping[str, ComparisonSource],
        recorder: Recorder,
        ledger: Ledger,
        clock: Clock,
        new_id: Callable[[], str],
        random: Callable[[], float],
        policy: Policy,
        observer: Observer,
        tiers: Mapping[str, Tier] | None = None,
        history: History | None = None,
        prices: Prices | None = None,
        pacing: Pacing | None = None,
    ) -> None:
        """`tiers` names the tier of backends where one is always in force; the comparison's own wins."""
        self._sources = sources
        self._tiers = tiers or {}
        self._recorder = recorder
        self._history = history
        self._ledger = ledger
        self._clock = clock
        self._new_id = new_id
        self._observer = observer
        self._context = RunContext(clock, Admission(ledger, prices), policy, random, pacing)
        self._asking = Asking(sources, ledger, self._context)
        self._live = LiveRuns(clock)
        self._lookups: set[asyncio.Task[None]] = set()

    # Comparisons

    def open_comparison(
        self, specs: Sequence[LaneSpec], *, system: str | None = None, tier: Tier | None = None
    ) -> Comparison:
        """Open a comparison of `specs`, in their order. Raises UsageError as `set_lanes` does."""
        comparison = Comparison(self._new_id(), self._clock.wall(), (), system, tier)
        self._place_lanes(comparison, specs)
        self._recorder.comparison_opened(comparison)
        return comparison

    @property
    def history(self) -> History | None:
        """Return the comparisons of the past; its methods read a file, so call them on another thread."""
        return self._history

    async def resume(self, comparison: str | None = None) -> ComparisonRecord:
        """Open a comparison of the past, the newest by default, to go on with it.

        One that another program has open is read-only. Raises UsageError and StorageError.
        """
        if self._history is None:
            raise UsageError("There is no history here.")
        record = await asyncio.to_thread(_open, self._history, comparison)
        self.adopt_comparison(record.comparison)
        return record

    def adopt_comparison(self, comparison: Comparison) -> None:
        """Take in a comparison of the past, to go on with it. Read-only ones can be looked at."""
        self._recorder.comparison_opened(comparison)

    def leave_comparison(self, comparison: Comparison) -> None:
        """Stop what it is answering and give it back, so that another program may go on with it."""
        self.stop_all(comparison)
        if not comparison.is_read_only:
            self._recorder.comparison_left(comparison)

    def set_lanes(self, comparison: Comparison, lanes: Sequence[Lane | LaneSpec]) -> None:
        """Make `lanes` the lanes of the comparison.

        A `Lane` keeps its id and history, also with other parameters; a `LaneSpec` begins without history. A lane that
        is left out is stopped; what it said stays. Raises UsageError for an unknown backend or too many lanes.
        """
        _check_writable(comparison)
        kept = {lane.id for lane in lanes if isinstance(lane, Lane)}
        self._place_lanes(comparison, lanes)
        for run in self._live.of(comparison):
            if run.feed.lane.id not in kept:
                run.stop()
        self._recorder.lanes_changed(comparison)

    def _place_lanes(self, comparison: Comparison, lanes: Sequence[Lane | LaneSpec]) -> None:
        if len(lanes) > MAX_LANES:
            raise UsageError(f"{len(lanes)} lanes are too many: {MAX_LANES} are allowed.")
        self._check_backends(lanes)
        placed = []
        for lane in lanes:
            if isinstance(lane, LaneSpec):
                placed.append(Lane(LaneId(comparison.next_lane_id), lane))
                comparison.next_lane_id += 1
            else:
                placed.append(lane)
        comparison.lanes = tuple(placed)

    def _check_backends(self, lanes: Iterable[Lane | LaneSpec]) -> None:
        for lane in lanes:
            if lane.backend not in self._sources:
                raise UsageError(f"The backend {lane.backend} is not configured.")

    # Turns

    def start_turn(self, comparison: Comparison, prompt: str, lanes: Sequence[LaneId] | None = None) -> Turn:
        """Send `prompt` to all lanes, or to `lanes`. Returns at once; the answers stream.

        Raises UsageError if a lane is still answering, or none is left to ask.
        """
        _check_writable(comparison)
        asked = [lane for lane in comparison.lanes if lanes is None or lane.id in lanes]
        if not asked:
            raise UsageError("There is no lane to send to.")
        self._check_backends(asked)
        busy = {feed.lane.id for feed in comparison.live_answers()}
        for position, lane in enumerate(comparison.lanes, 1):
            if lane in asked and lane.id in busy:
                raise UsageError(f"Lane {position} ({lane.model}) is still answering.")
        number = comparison.turns[-1].number + 1 if comparison.turns else 1
        turn = Turn(number, prompt, self._clock.wall())
        runs = [self._new_run(comparison, turn, lane) for lane in asked]
        comparison.turns.append(turn)
        self._recorder.turn_started(comparison, turn)
        self._begin(comparison, turn, runs)
        return turn

    def ask_again(self, comparison: Comparison, lane_id: LaneId, turn_number: int) -> AnswerFeed:
        """Ask one lane once more in a turn: a further alternative, shown from now on.

        Raises UsageError if the lane was removed or is still answering.
        """
        _check_writable(comparison)
        lane = comparison.lane(lane_id)
        if lane is None:
            raise UsageError("This lane was removed.")
        self._check_backends([lane])
        if any(feed.lane.id == lane_id for feed in comparison.live_answers()):
            raise UsageError(f"{lane.model} is still answering.")
        turn = _turn(comparison, turn_number)
        run = self._new_run(comparison, turn, lane)
        self._recorder.alternative_shown(comparison, turn)
        self._begin(comparison, turn, [run])
        return run.feed

    def show_alternative(self, comparison: Comparison, lane_id: LaneId, turn_number: int, place: int) -> None:
        """Show one of a lane's answers in a turn, counted from 0; it alone counts as said. Raises UsageError."""
        turn = _turn(comparison, turn_number)
        if not 0 <= place < len(turn.answers.get(lane_id, ())):
            raise UsageError("There is no such answer.")
        turn.shown[lane_id] = place
        if not comparison.is_read_only:
            self._recorder.alternative_shown(comparison, turn)

    def _new_run(self, comparison: Comparison, turn: Turn, lane: Lane) -> AnswerRun:
        system = lane.params.get("system", comparison.system)
        messages = build_messages(
            system if isinstance(system, str) else None, comparison.history(lane.id, turn.number), turn.prompt
        )
        tier = comparison.tier or self._tiers.get(lane.backend)
        request = AnswerRequest(lane, messages, tier, comparison.id)
        feed = AnswerFeed(self._new_id(), lane, turn.number)
        alternatives = turn.answers.setdefault(lane.id, [])
        turn.shown[lane.id] = len(alternatives)
        alternatives.append(feed)
        run = AnswerRun(
            comparison,
            feed,
            request,
            self._sources[lane.backend],
            self._context,
            changed=self._answer_changed,
            ended=self._answer_ended,
        )
        self._live.add(run)
        return run

    def _begin(self, comparison: Comparison, turn: Turn, runs: Sequence[AnswerRun]) -> None:
        for run in runs:
            self._recorder.answer_started(comparison, run.feed)
        self._observer.turn_started(comparison, turn)
        self._live.spawn(self._asking.ask(turn, runs))
        self._live.watch()

    def _answer_changed(self, run: AnswerRun, event: AnswerEvent) -> None:
        self._observer.answer_changed(run.comparison, run.feed, event)

    def _answer_ended(self, run: AnswerRun) -> None:
        self._recorder.answer_ended(run.comparison, run.feed)
        self._live.ended(run)
        self._stop_rest(run)
        if run.feed.state.cost_usd is None and run.feed.state.generation_id and run.used is not None:
            self._lookups.add(lookup := asyncio.create_task(self._find_cost(run)))
            lookup.add_done_callback(self._lookups.discard)

    def _stop_rest(self, ended: AnswerRun) -> None:
        """Stop the turn's other lanes when enough of them have answered."""
        enough = self._context.policy.stop_rest_after
        if enough is None or not ended.feed.state.status.is_answered:
            return
        turn = _turn(ended.comparison, ended.feed.turn)
        shown = [feed for lane in turn.answers if (feed := turn.answer(lane)) is not None]
        if sum(feed.state.status.is_answered for feed in shown) >= enough:
            for run in self._live.of(ended.comparison, turn=turn.number):
                run.stop()

    async def _find_cost(self, run: AnswerRun) -> None:
        """Ask the backend what an answer has cost that ended without saying so."""
        source = self._sources[run.feed.lane.backend]
        generation_id = run.feed.state.generation_id
        if generation_id is None or not isinstance(source, TellsCosts):
            return
        cost_usd = await source.cost_of(generation_id)
        if cost_usd is not None:
            run.take_cost(cost_usd)
            self._recorder.cost_found(run.comparison, run.feed)

    # Stopping and waiting

    def stop(self, comparison: Comparison, lane: LaneId) -> None:
        """Stop what this lane is answering; its text stays."""
        for run in self._live.of(comparison, lane=lane):
            run.stop()

    def stop_all(self, comparison: Comparison | None = None) -> None:
        """Stop every answer of the comparison, or of all."""
        for run in self._live.of(comparison):
            run.stop()

    async def wait(self, comparison: Comparison) -> None:
        """Wait until no answer of the comparison is live."""
        await self._live.wait(comparison)

    async def warm_up(self, backends: Iterable[str]) -> None:
        """Let these backends do what would make the first request late."""
        names = {name for name in backends if name in self._sources}
        prices = self._context.admission.refresh_prices(names)
        await asyncio.gather(prices, *(self._sources[name].warm_up() for name in names))

    async def aclose(self) -> None:
        """Stop everything, keep everything, give everything back, within 2 s."""
        self.stop_all()
        for lookup in self._lookups:
            lookup.cancel()
        try:
            async with asyncio.timeout(_CLOSE_LIMIT_S):
                await self._live.drain()
                await self._recorder.flush()
                await asyncio.gather(*(source.aclose() for source in self._sources.values()), return_exceptions=True)
        except TimeoutError:
            self._live.abandon()


def _open(history: History, comparison: str | None) -> ComparisonRecord:
    wanted = history.last() if comparison is None else comparison
    if wanted is None:
        raise UsageError("There is no comparison yet.")
    return history.open(wanted)


def _check_writable(comparison: Comparison) -> None:
    if comparison.is_read_only:
        raise UsageError("Another running copy of the program has this comparison open: here it can only be read.")


def _turn(comparison: Comparison, number: int) -> Turn:
    turn = next((turn for turn in comparison.turns if turn.number == number), None)
    if turn is None:
        raise UsageError(f"There is no turn {number}.")
    return turn
