"""The comparison on the screen and what is done to it. Every change is made by the engine, on its own thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from compare_tui.domain.errors import CompareTuiError
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.tui.situation import any_live, failed_lanes, is_live, last_answer_of, last_turn_of

if TYPE_CHECKING:
    from compare_tui.domain.tiers import Tier
    from compare_tui.engine.comparison import Comparison, Turn
    from compare_tui.engine.engine import Engine
    from compare_tui.engine.history import ComparisonRecord
    from compare_tui.tui.engine_calls import EngineCalls


class Session:
    """Holds what is compared. The comparison is opened with its first turn; until then the lanes are a draft.

    `changed` is called when lanes or turns may be others than before.
    """

    def __init__(
        self,
        specs: Sequence[LaneSpec],
        *,
        system: str | None,
        tier: Tier | None,
        changed: Callable[[], None],
    ) -> None:
        self.comparison: Comparison | None = None
        self._draft = _draft(specs)
        self._system = system
        self._tier = tier
        self._changed = changed
        self._calls: EngineCalls | None = None
        self._waiting: list[Callable[[EngineCalls], None]] = []

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return self._draft if self.comparison is None else self.comparison.lanes

    @property
    def turns(self) -> Sequence[Turn]:
        return () if self.comparison is None else self.comparison.turns

    @property
    def is_live(self) -> bool:
        """Whether any answer is still to come. Those of another running program do not count."""
        return not self.is_read_only and any_live(self.comparison)

    @property
    def is_read_only(self) -> bool:
        """Whether another running program has the comparison open."""
        return self.comparison is not None and self.comparison.is_read_only

    def attach(self, calls: EngineCalls) -> None:
        """Take the engine; what was asked for before is done now."""
        self._calls = calls
        for action in self._waiting:
            action(calls)
        self._waiting.clear()
        if self.lanes:
            calls.warm_up({lane.backend for lane in self.lanes})

    def busy(self, lanes: Sequence[LaneId] | None) -> list[Lane]:
        """Return those of `lanes` (all, if None) that are still answering."""
        return [
            lane
            for lane in self.lanes
            if (lanes is None or lane.id in lanes) and is_live(last_answer_of(self.comparison, lane.id))
        ]

    def send(self, prompt: str, lanes: Sequence[LaneId] | None, otherwise: Callable[[CompareTuiError], None]) -> None:
        """Send `prompt` to `lanes`, or to all if None."""

        def begin(engine: Engine) -> Comparison:
            comparison = self.comparison
            if comparison is None:
                specs = [lane.spec for lane in self._draft]
                comparison = engine.open_comparison(specs, system=self._system, tier=self._tier)
                self.comparison = comparison
            engine.start_turn(comparison, prompt, lanes)
            return comparison

        self._do(lambda calls: calls.call(begin, lambda _: self._changed(), otherwise))

    def stop(self, lane: LaneId) -> None:
        """Stop this lane's answer."""
        self._with_comparison(lambda engine, comparison: engine.stop(comparison, lane))

    def stop_all(self) -> None:
        """Stop every answer."""
        self._with_comparison(lambda engine, comparison: engine.stop_all(comparison))

    def ask_again(self, lane: LaneId) -> None:
        """Ask `lane` again in the last turn it was asked."""
        turn = last_turn_of(self.comparison, lane)
        if turn is not None:
            number = turn.number
            self._with_comparison(lambda engine, comparison: _drop(engine.ask_again(comparison, lane, number)))

    def ask_failed_again(self) -> None:
        """Ask every lane again whose last answer failed."""
        for lane in failed_lanes(self.comparison):
            self.ask_again(lane)

    def show_alternative(self, lane: LaneId, step: int) -> None:
        """Show the lane's answer before or after the one shown, in its last turn; it alone counts as said."""
        turn = last_turn_of(self.comparison, lane)
        if turn is None:
            return
        number, count = turn.number, len(turn.answers[lane])
        place = turn.shown.get(lane, count - 1) + step

        if 0 <= place < count:
            self._with_comparison(lambda engine, comparison: engine.show_alternative(comparison, lane, number, place))

    def set_lanes(
        self,
        lanes: Sequence[Lane | LaneSpec],
        otherwise: Callable[[CompareTuiError], None] | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Make `lanes` the lanes; a `Lane` keeps its history."""

        def changed() -> None:
            self._changed()
            if then is not None:
                then()

        comparison = self.comparison
        if comparison is None:
            self._draft = _draft([lane.spec if isinstance(lane, Lane) else lane for lane in lanes])
            changed()
        else:
            self._do(
                lambda calls: calls.call(
                    lambda engine: engine.set_lanes(comparison, lanes), lambda _: changed(), otherwise
                )
            )

    def open(self, comparison: str, then: Callable[[ComparisonRecord], None]) -> None:
        """Leave this comparison and go on with one of the past; `then` is called before it is shown."""
        left = self.comparison

        async def fetch(engine: Engine) -> ComparisonRecord:
            record = await engine.resume(comparison)
            if left is not None:
                engine.leave_comparison(left)
            return record

        def show(record: ComparisonRecord) -> None:
            self.comparison = record.comparison
            then(record)
            self._changed()

        self._do(lambda calls: calls.run(fetch, show))

    def begin_anew(self) -> None:
        """Leave this comparison, which keeps what it has, and begin another with the same lanes."""
        self._with_comparison(lambda engine, comparison: engine.leave_comparison(comparison))
        self._draft = _draft([lane.spec for lane in self.lanes])
        self.comparison = None
        self._changed()

    def _with_comparison(self, action: Callable[[Engine, Comparison], None]) -> None:
        comparison = self.comparison
        if comparison is not None:
            self._do(lambda calls: calls.call(lambda engine: action(engine, comparison), lambda _: self._changed()))

    def _do(self, action: Callable[[EngineCalls], None]) -> None:
        if self._calls is None:
            self._waiting.append(action)
        else:
            action(self._calls)


def _draft(specs: Sequence[LaneSpec]) -> tuple[Lane, ...]:
    """Return lanes with the ids that the engine will give them."""
    return tuple(Lane(LaneId(place), spec) for place, spec in enumerate(specs))


def _drop(_: object) -> None:
    return None
