"""The room of the panes: which there are, how they share it, and which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.containers import Container
from textual.geometry import Size
from textual.message import Message

from compare_tui.tui.pane_layout import Arrangement, Layout, arrange
from compare_tui.tui.panes.pane import Glance, Pane

if TYPE_CHECKING:
    from compare_tui.domain.lanes import Lane
    from compare_tui.tui.looks import Looks


class PaneArea(Container):
    """Holds one pane per lane, in their order. `current` counts from 0."""

    DEFAULT_CSS = """
    PaneArea {
        height: 1fr;
        background: $background;
        layout: grid;
    }
    """

    class Rearranged(Message):
        """The panes share the room in another way."""

        def __init__(self, arrangement: Arrangement) -> None:
            self.arrangement = arrangement
            super().__init__()

    def __init__(self, looks: Looks, *, default_backend: str) -> None:
        super().__init__(id="panes")
        self._looks = looks
        self._default_backend = default_backend
        self.panes: list[Pane] = []
        self.current = 0
        self.layout_choice = Layout.AUTO
        self.is_zoomed = False
        self.arrangement = Arrangement(1, 1)

    @property
    def pane(self) -> Pane | None:
        """The chosen pane."""
        return self.panes[self.current] if self.current < len(self.panes) else None

    @property
    def shows_one(self) -> bool:
        """Whether one pane has all the room although there are others."""
        return len(self.panes) > 1 and (self.is_zoomed or self.arrangement.tabs)

    @property
    def pane_size(self) -> Size:
        """The size of the chosen pane."""
        return Size(0, 0) if self.pane is None else self.pane.size

    def set_lanes(self, lanes: Sequence[Lane]) -> bool:
        """Show `lanes`; panes of lanes that stay keep their place in the text. Return whether anything changed."""
        if [pane.lane for pane in self.panes] == list(lanes):
            return False
        chosen = self.pane.lane.id if self.pane is not None else None
        old = {pane.lane.id: pane for pane in self.panes}
        self.panes = [self._pane_of(lane, old.pop(lane.id, None)) for lane in lanes]
        for pane in old.values():
            pane.remove()
        self._put_in_order()
        places = [place for place, lane in enumerate(lanes) if lane.id == chosen]
        self.current = places[0] if places else min(self.current, max(0, len(lanes) - 1))
        self.apply()
        return True

    def clear(self) -> None:
        """Forget all panes."""
        for pane in self.panes:
            pane.remove()
        self.panes = []
        self.current = 0
        self.is_zoomed = False

    def choose(self, place: int) -> bool:
        """Choose the pane at `place`, if there is one."""
        if not 0 <= place < len(self.panes):
            return False
        self.current = place
        if self.shows_one:
            self.apply()
        return True

    def step(self, places: int) -> None:
        """Choose the pane `places` further, round about."""
        if self.panes:
            self.choose((self.current + places) % len(self.panes))

    def zoom(self, *, is_zoomed: bool) -> None:
        """Give the chosen pane all the room, or give it back."""
        self.is_zoomed = is_zoomed
        self.apply()

    def choose_layout(self, layout: Layout) -> None:
        """Share the room by `layout`."""
        self.layout_choice = layout
        self.is_zoomed = False
        self.apply()

    def pull(self, glance: Glance) -> list[Pane]:
        """Let every pane take what is new; return those on the screen that must be painted."""
        return [pane for pane in self.panes if pane.pull(glance) and pane.display and pane.is_attached]

    @property
    def is_settled(self) -> bool:
        """Whether nothing waits to be laid out."""
        return all(pane.is_settled for pane in self.panes)

    def on_resize(self, _: events.Resize) -> None:
        self.apply()

    def apply(self) -> None:
        """Arrange the panes by what was chosen and by the room there is."""
        # Before the first layout the screen's size is near enough.
        width, height = self.size if self.size.width else self.app.size
        before = self.arrangement
        self.arrangement = arrange(self.layout_choice, len(self.panes), width, height)
        single = self.shows_one
        columns, rows = (1, 1) if single else (self.arrangement.columns, self.arrangement.rows)
        self.styles.grid_size_columns = columns
        self.styles.grid_size_rows = rows
        for place, pane in enumerate(self.panes):
            pane.display = not single or place == self.current
            is_last = place == len(self.panes) - 1
            pane.styles.column_span = columns * rows - place if is_last and not single else 1
        if self.arrangement != before:
            self.post_message(self.Rearranged(self.arrangement))

    def _pane_of(self, lane: Lane, pane: Pane | None) -> Pane:
        if pane is None:
            return Pane(lane, self._looks, default_backend=self._default_backend)
        pane.set_lane(lane)
        return pane

    def _put_in_order(self) -> None:
        self.mount_all([pane for pane in self.panes if not pane.is_attached])
        for before, pane in zip(self.panes, self.panes[1:], strict=False):
            self.move_child(pane, after=before)
