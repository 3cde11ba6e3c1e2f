"""The lanes dialog: add, edit, move and remove lanes by their spelling. Every change holds at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from compare_tui.domain.errors import CompareTuiError
from compare_tui.domain.lanes import MAX_LANES, Lane, LaneSpec
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.tui.panes.title import short_name
from compare_tui.tui.screens.confirm import ConfirmScreen
from compare_tui.tui.screens.dialog import Box, Dialog
from compare_tui.tui.session import Session
from compare_tui.tui.situation import last_answer_of
from compare_tui.tui.widgets.choice_list import ChoiceList, Entry

_LIST_KEYS = "a add   e edit   d remove   < > move   Esc close"
_FIELD_KEYS = "MODEL[@BACKEND][,key=value...]   Enter take   Esc back"


class LanesScreen(Dialog[str | None]):
    """Lists the lanes; a field below takes a spelling."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("a,plus,insert", "add", show=False),
        Binding("e,enter", "edit", show=False),
        Binding("d,x,minus,delete", "remove", show=False),
        Binding("less_than_sign,K", "shift(-1)", show=False),
        Binding("greater_than_sign,J", "shift(1)", show=False),
        Binding("q", "dismiss(None)", show=False),
        Binding("escape,ctrl+c,ctrl+o", "leave", show=False),
        Binding("ctrl+q", "dismiss(None)", show=False, priority=True),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    LanesScreen Box { width: 90; }
    LanesScreen ChoiceList { max-height: 16; }
    LanesScreen Input { margin-top: 1; display: none; }
    LanesScreen.-typing Input { display: block; }
    LanesScreen #error { color: $error; height: auto; max-height: 3; }
    LanesScreen #keys { margin-top: 1; color: $quiet; }
    """

    def __init__(
        self,
        session: Session,
        parse: Callable[[str], Sequence[LaneSpec]],
        spell: Callable[[LaneSpec], str],
    ) -> None:
        super().__init__()
        self._session = session
        self._parse = parse
        self._spell = spell
        self._list = ChoiceList(empty="no lane yet: a adds one")
        self._field = Input()
        self._field.cursor_blink = False
        self._error = Static(id="error", markup=False)
        self._keys = Static(Content(_LIST_KEYS), id="keys", markup=False)
        self._editing: Lane | None = None
        self.error_text = ""
        """The error that is shown."""

    def compose(self) -> ComposeResult:
        with Box() as box:
            box.border_title = "Lanes"
            yield self._list
            yield self._field
            yield self._error
            yield self._keys

    def on_mount(self) -> None:
        self._show()
        if not self._session.lanes:
            self.action_add()
        else:
            self._list.focus()

    @property
    def _lanes(self) -> list[Lane]:
        return list(self._session.lanes)

    def action_move(self, places: int) -> None:
        self._list.move_to(self._list.place + places)

    def action_add(self) -> None:
        self._editing = None
        self._type("")

    def action_edit(self) -> None:
        if self._lanes:
            self._editing = self._lanes[self._list.place]
            self._type(self._spell(self._editing.spec))

    def action_remove(self) -> None:
        lanes = self._lanes
        if not lanes:
            return
        lane = lanes[self._list.place]
        loss = self._loss(lane)
        if not loss:
            self._remove(lane)
            return
        question = f"Remove {short_name(lane, lanes)}? {loss}"
        self.app.push_screen(
            ConfirmScreen(question, "remove it"), lambda is_sure: self._remove(lane) if is_sure else None
        )

    def _remove(self, lane: Lane) -> None:
        self._apply([other for other in self._lanes if other.id != lane.id])

    def _loss(self, lane: Lane) -> str:
        """Say what goes with the lane, or nothing."""
        if self._session.busy([lane.id]):
            return "It is still answering: that is stopped, and its text leaves the screen."
        comparison = self._session.comparison
        return "Its answers leave the screen." if last_answer_of(comparison, lane.id) is not None else ""

    def action_shift(self, places: int) -> None:
        lanes, here = self._lanes, self._list.place
        there = here + places
        if 0 <= there < len(lanes):
            lanes[here], lanes[there] = lanes[there], lanes[here]
            self._list.place = there
            self._apply(lanes)

    def action_leave(self) -> None:
        if self.has_class("-typing") and self._session.lanes:
            self._stop_typing()
        else:
            self.dismiss(None)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            self._stop_typing()
            return
        try:
            specs = list(self._parse(event.value.strip()))
        except CompareTuiError as error:
            self._say(str(error))
            return
        lanes: list[Lane | LaneSpec] = list(self._lanes)
        if self._editing is None or self._editing not in lanes:
            lanes += specs
            place = len(lanes) - 1
        else:
            place = lanes.index(self._editing)
            lanes[place : place + 1] = [Lane(self._editing.id, specs[0]), *specs[1:]]
        if len(lanes) > MAX_LANES:
            self._say(f"{len(lanes)} lanes are too many: at most {MAX_LANES}.")
            return
        self._list.place = place
        self._apply(lanes)
        self._stop_typing()

    @on(ChoiceList.Chosen)
    def _clicked(self) -> None:
        self._list.focus()

    def _apply(self, lanes: Sequence[Lane | LaneSpec]) -> None:
        self._say("")
        self._session.set_lanes(lanes, lambda error: self._say(str(error)), self._show)
        self._show()

    def _show(self) -> None:
        if not self.is_attached:
            return
        entries = [Entry(f"{number:>2}  {self._spell(lane.spec)}") for number, lane in enumerate(self._lanes, 1)]
        self._list.set_entries(entries)

    def _say(self, text: str) -> None:
        self.error_text = make_safe_line(text)
        self._error.update(Content(self.error_text))

    def _type(self, text: str) -> None:
        self.add_class("-typing")
        self._field.value = text
        self._field.cursor_position = len(text)
        self._field.focus()
        self._keys.update(Content(_FIELD_KEYS))

    def _stop_typing(self) -> None:
        self.remove_class("-typing")
        self._say("")
        self._list.focus()
        self._keys.update(Content(_LIST_KEYS))
