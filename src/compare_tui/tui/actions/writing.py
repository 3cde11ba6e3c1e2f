"""Actions on the composer: write, send, fetch earlier prompts, leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from compare_tui.domain.errors import CompareTuiError
from compare_tui.domain.lanes import LaneId
from compare_tui.tui.actions import Actions, Say
from compare_tui.tui.panes.pane_area import PaneArea
from compare_tui.tui.panes.title import short_name
from compare_tui.tui.session import Session
from compare_tui.tui.widgets.composer import Composer
from compare_tui.tui.widgets.prompt_history import PromptHistory


class WriteActions:
    """Writes to all lanes, or one prompt to one. `review` and `write` give the focus away, `warn` says an error.

    `lanes_key` opens the lanes dialog.
    """

    def __init__(
        self,
        composer: Composer,
        area: PaneArea,
        session: Session,
        *,
        review: Callable[[], None],
        write: Callable[[], None],
        say: Say,
        warn: Say,
        lanes_key: str,
    ) -> None:
        self._composer = composer
        self._area = area
        self._session = session
        self._review = review
        self._write_here = write
        self._say = say
        self._warn = warn
        self._lanes_key = lanes_key
        self._history = PromptHistory()
        self._lane: LaneId | None = None

    def table(self) -> Actions:
        """Return the actions by command id."""
        return {
            "send": lambda _: self.send(),
            "new-line": lambda _: self._composer.new_line(),
            "review": lambda _: self._review(),
            "review-when-empty": lambda _: self._review(),
            "earlier-prompt": lambda _: self._show(self._history.earlier(self._composer.text), at_start=True),
            "later-prompt": lambda _: self._show(self._history.later(), at_start=False),
            "write-all": lambda _: self._write(None),
            "write-lane": lambda _: self._write(self._area.pane.lane.id if self._area.pane else None),
        }

    def show_target(self) -> None:
        """Say in the composer who is written to."""
        lanes = self._session.lanes
        place = next((place for place, lane in enumerate(lanes) if lane.id == self._lane), None)
        if place is None:
            self._lane = None
            many = f"all {len(lanes)} lanes" if len(lanes) > 1 else short_name(lanes[0]) if lanes else ""
            hint = f"Write to {many}" if many else f"No lane yet: {self._lanes_key} adds one"
            self._composer.set_target("all" if len(lanes) != 1 else "1", hint)
        else:
            name = short_name(lanes[place], lanes)
            self._composer.set_target(f"{place + 1} {name}", f"Write to {name} only")

    def send(self) -> None:
        r"""Send the text, or make a new line of the `\` before the cursor."""
        if self._composer.take_backslash():
            self._composer.new_line()
            return
        text = self._composer.text
        lane = self._lane
        targets = None if lane is None else [lane]
        if not text.strip() or not self._may_send(targets):
            return
        self._history.add(text)
        self._composer.take()
        self.send_text(text, targets)
        if lane is not None:
            self._back_to_all(lane)

    def send_text(self, text: str, targets: Sequence[LaneId] | None = None) -> None:
        """Send `text` to `targets`, or to all lanes; those panes follow their end again."""
        for pane in self._area.panes:
            if targets is None or pane.lane.id in targets:
                pane.scroll.follow()
        self._session.send(text, targets, lambda error: self._give_back(text, targets, error))

    def _may_send(self, targets: Sequence[LaneId] | None) -> bool:
        if not self._session.lanes:
            self._warn("There is no lane to send to: add one first.", holds=lambda: not self._session.lanes)
            return False
        if self._session.is_read_only:
            self._warn("Another running program has this comparison open: here it can only be read.")
            return False
        busy = self._session.busy(targets)
        if busy:
            names = ", ".join(short_name(lane, self._session.lanes) for lane in busy[:3])
            others = " and others" if len(busy) > 3 else ""
            self._warn(
                f"Still answering: {names}{others}. Wait, or stop first.",
                holds=lambda: bool(self._session.busy(targets)),
            )
        return not busy

    def _back_to_all(self, lane: LaneId) -> None:
        lanes = self._session.lanes
        self._lane = None
        self.show_target()
        if len(lanes) > 1:
            name = next((short_name(other, lanes) for other in lanes if other.id == lane), "")
            self._say(f"Sent to {name} only. The next prompt goes to all {len(lanes)} lanes.")

    def _give_back(self, text: str, targets: Sequence[LaneId] | None, error: CompareTuiError) -> None:
        """What could not be sent is not lost."""
        if not self._composer.text:
            self._composer.put(text)
            self._lane = targets[0] if targets else None
            self.show_target()
        self._warn(str(error))

    def _write(self, lane: LaneId | None) -> None:
        self._lane = lane
        self.show_target()
        self._write_here()

    def _show(self, text: str | None, *, at_start: bool) -> None:
        if text is None:
            return
        self._composer.put(text)
        if at_start:
            self._composer.area.move_cursor((0, 0))
