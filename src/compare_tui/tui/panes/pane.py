"""The pane: a lane's transcript in a frame. Draws lines by itself, has no child and no scrollbar (decision 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from compare_tui.tui.internals.paint import mark_dirty
from compare_tui.tui.line_filter import filter_strip
from compare_tui.tui.panes.dragging import Dragging
from compare_tui.tui.panes.frame import CHROME_COLUMNS, CHROME_ROWS, Frame, status_room
from compare_tui.tui.panes.scroll import Scroll
from compare_tui.tui.panes.status_line import NO_STATUS, Status, fit_status
from compare_tui.tui.panes.title import Title, lane_title
from compare_tui.tui.theme_styles import frame_styles

if TYPE_CHECKING:
    from compare_tui.domain.answers import AnswerState
    from compare_tui.domain.lanes import Lane, LaneId
    from compare_tui.engine.comparison import AnswerFeed, Turn
    from compare_tui.tui.looks import Looks
    from compare_tui.tui.panes.finds import Found, PaneFinds
    from compare_tui.tui.panes.rows import Anchor, Row
    from compare_tui.tui.panes.transcript import Transcript

_WHEEL_ROWS = 3


class Glance(NamedTuple):
    """What a frame shows: the comparison as it stands, and the time on the engine's clock."""

    lanes: Sequence[Lane]
    turns: Sequence[Turn]
    now: float
    until: float
    """When to stop laying out (perf_counter): what is left waits for the next frame."""


class Pane(Widget, can_focus=True):
    """Shows one lane. Its transcript is made when there is something to write into it."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Pane { background: $background; }
    """

    class Selected(Message):
        """A text was selected with the mouse."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    def __init__(self, lane: Lane, looks: Looks, *, default_backend: str) -> None:
        super().__init__()
        self.lane = lane
        self.scroll = Scroll(jump=lambda: looks.thrift.jump_rows)
        self.transcript: Transcript | None = None
        self.finds: PaneFinds | None = None
        """What is searched for, and where it was found."""
        self._looks = looks
        self._default_backend = default_backend
        self._title = Title("", "")
        self._dragging = Dragging(self.scroll)
        self._status = NO_STATUS
        self._column = 0
        """Where the lines of answers begin that are longer than the pane is wide."""
        self._fitted = Size(0, 0)
        self._frame: Frame | None = None
        self._rows: list[Row | None] = []
        self._strips: list[Strip] = []
        self._empty = Strip.blank(0)
        self._top: Strip | None = None
        self._bottom: Strip | None = None
        self._bottom_words = ("", "")

    @property
    def status(self) -> Status:
        """The status in the lower border."""
        return self._status

    @property
    def is_settled(self) -> bool:
        """Whether nothing waits to be laid out, or to be searched."""
        if self.transcript is None or not (self.display or self.finds is not None):
            return True
        return self.transcript.is_settled and (self.finds is None or self.finds.is_complete)

    @property
    def n_rows(self) -> int:
        """Rows of text that the pane shows at once."""
        return max(0, self.size.height - CHROME_ROWS)

    def pull(self, glance: Glance) -> bool:
        """Take what is new, mark what must be painted, return whether anything must.

        A pane that is not on the screen only notes its status, unless it is searched: nothing is laid out for nobody.
        """
        feed = _last_answer(glance.turns, self.lane.id)
        state = None if feed is None else feed.state
        self._status = NO_STATUS if state is None else self._status_of(state, glance.now)
        dirty = self._set_title(glance, state)
        self._fit()
        if (self.display or self.finds is not None) and self._pull_text(glance) and self.display:
            dirty |= self._compare_rows()
        return self._set_bottom() | dirty

    def set_lane(self, lane: Lane) -> None:
        """Show the lane with other parameters, or another place in the order."""
        changes_note = self._looks.note_on(lane) != self._looks.note_on(self.lane)
        self.lane = lane
        if changes_note and self.transcript is not None:
            self.transcript.set_look(self._looks.of(lane))
            self._forget()

    def toggle_reasoning(self, glance: Glance) -> None:
        """Unfold or fold the reasoning; what is read stays in place."""
        transcript = self.transcript
        if transcript is None:
            return
        anchor = transcript.anchor(self.scroll.top)
        transcript.shows_reasoning = not transcript.shows_reasoning
        self._pull_text(glance)
        if not self.scroll.follows:
            self.scroll.to(transcript.row_at(anchor))
        self.moved()

    @property
    def wraps_code(self) -> bool:
        """Whether long lines of code are wrapped."""
        return self.transcript is None or self.transcript.wraps_code

    def toggle_code_wrap(self) -> None:
        """Wrap long lines of code, or leave them as long as they are; what is read stays in place."""
        transcript = self.transcript
        if transcript is None:
            return
        anchor = transcript.anchor(self.scroll.top)
        transcript.set_code_wrap(wraps=not transcript.wraps_code)
        self._column = 0
        self._keep_place(transcript, anchor)
        self._forget()

    def scroll_sideways(self, cells: int) -> None:
        """Scroll to the right by `cells`, left if negative, as far as the widest line goes."""
        if self.transcript is not None and not self.wraps_code:
            end = max(0, self.transcript.widest - (self._fitted.width - CHROME_COLUMNS))
            self._column = max(0, min(self._column + cells, end))
            self._forget()

    def search(self, finds: PaneFinds | None, size: Size) -> None:
        """Mark what is found from the next pull on; `size` is of the panes on the screen, if this was never there."""
        if finds is None and self.finds is None:
            return
        self.finds = finds
        if not self._fitted.width:
            self._fitted = size
        self.moved()

    def found(self) -> list[Found]:
        """Return what was found, from the top."""
        if self.finds is None or self.transcript is None:
            return []
        return self.finds.found(self.transcript.parts())

    def turn_starts(self) -> Sequence[int]:
        """Return the rows where the prompts stand."""
        return () if self.transcript is None else self.transcript.turn_starts()

    def scroll_rows(self, rows: int) -> None:
        """Scroll down by `rows`, up if negative."""
        self.scroll.by(rows)
        self.moved()

    def moved(self) -> None:
        """Draw what `scroll` shows now."""
        if self._compare_rows() | self._set_bottom():
            self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the strips of `crop`; drawn strips are kept until what they show changes."""
        if not self.is_attached:  # removed, but still in a screen below a dialog: it has no styles any more
            return [Strip.blank(crop.width)] * crop.height
        self._fit()
        top, bottom = self._draw()
        strips = [top, *self._strips, bottom][: self.size.height]
        part = strips[crop.y : crop.bottom]
        if crop.x == 0 and crop.width == self.size.width:
            return part
        return [strip.crop(crop.x, crop.right) for strip in part]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return container.height

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._forget()

    def on_resize(self) -> None:
        if self._fit():
            self.refresh()

    def on_focus(self) -> None:
        self._forget()

    def on_blur(self) -> None:
        self._forget()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to select; what was selected before is so no more."""
        self._dragging.selection = None
        if event.button == 1 and self.transcript is not None:
            self._dragging.press(self.transcript, event, self._left)
            self.capture_mouse()
        self.moved()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select up to the mouse."""
        if self._dragging.is_under_way and self.transcript is not None:
            self._dragging.move(self.transcript, event, self._left)
            self.moved()

    def on_mouse_up(self) -> None:
        """Hand on what is selected."""
        if self._dragging.is_under_way and self.transcript is not None:
            self.release_mouse()
            if text := self._dragging.let_go(self.transcript):
                self.post_message(self.Selected(text))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(-_WHEEL_ROWS)

    # Text

    def _pull_text(self, glance: Glance) -> bool:
        transcript = self.transcript
        if transcript is None:
            if not glance.turns and not self._looks.note_on(self.lane):
                return False
            from compare_tui.tui.panes.transcript import Transcript

            transcript = Transcript(self.lane.id, self._looks.of(self.lane), self._fitted.width - CHROME_COLUMNS)
            self.transcript = transcript
        changed = transcript.pull(glance.turns, glance.now, glance.until)
        self.scroll.measure(transcript.height, self.n_rows)
        if self.finds is not None and (changed or not self.finds.is_complete):
            self.finds.update((part for _, part in transcript.parts()), glance.until)
            return True
        return changed

    def _fit(self) -> bool:
        """Wrap at the width there is; what is read stays in place. Return whether it was another.

        Also asked before drawing: a pane that is mounted below a dialog may be drawn before it is told its size.
        """
        if self.size == self._fitted or not self.size:
            return False
        is_other_width = self.size.width != self._fitted.width
        self._fitted = self.size
        self._frame = None
        transcript = self.transcript
        if transcript is not None:
            anchor = transcript.anchor(self.scroll.top)
            if is_other_width:
                transcript.set_width(self.size.width - CHROME_COLUMNS)
            self._keep_place(transcript, anchor)
        return True

    def _keep_place(self, transcript: Transcript, anchor: Anchor) -> None:
        """Stay where one reads after the lines of the transcript have become others."""
        self._dragging.selection = None
        self.scroll.measure(transcript.height, self.n_rows)
        if not self.scroll.follows:
            self.scroll.to(transcript.row_at(anchor))
        if self.finds is not None:
            self.finds.update((part for _, part in transcript.parts()), float("inf"))

    def _visible_rows(self) -> list[Row | None]:
        transcript = self.transcript
        if transcript is None:
            return [None] * self.n_rows
        top, end = self.scroll.top, self.scroll.top + self.n_rows
        shown = [self._row(transcript, y) for y in range(top, min(end, transcript.height))]
        return [*shown, *[None] * (self.n_rows - len(shown))]

    @property
    def _left(self) -> int:
        """The column of the pane at which cell 0 of a line would stand."""
        return CHROME_COLUMNS // 2 - self._column

    def _row(self, transcript: Transcript, y: int) -> Row:
        row = transcript.row(y)
        if self.finds is None or self._dragging.selection is not None:
            return self._dragging.mark(row, y)
        part, line = transcript.part_at(y)
        if part is None or part.flow.line(line) is not row.line:
            return row
        return row._replace(marks=self.finds.marks(part, line))

    # Title and status

    def _set_title(self, glance: Glance, state: AnswerState | None) -> bool:
        signs = self._looks.signs
        title = lane_title(self.lane, glance.lanes, state, default_backend=self._default_backend, signs=signs)
        if title == self._title:
            return False
        self._title = title
        self._top = None
        mark_dirty(self, Region(0, 0, self.size.width, 1))
        return True

    def _status_of(self, state: AnswerState, now: float) -> Status:
        from compare_tui.tui.panes.status import answer_status

        return answer_status(state, now, self._looks.signs)

    def _set_bottom(self) -> bool:
        words = self._words()
        if words == self._bottom_words and self._bottom is not None:
            return False
        self._bottom_words = words
        self._bottom = None
        mark_dirty(self, Region(0, max(0, self.size.height - 1), self.size.width, 1))
        return True

    def _words(self) -> tuple[str, str]:
        scroll, signs = self.scroll, self._looks.signs
        place = "" if scroll.at_end else f"{scroll.percent}%"
        if scroll.n_new:
            place += f" {signs.separator} {scroll.n_new} new"
        if self._column:
            place = f"column {self._column + 1} {place}".rstrip()
        return fit_status(self._status, status_room(self.size.width), signs, place)

    # Drawing

    def _forget(self) -> None:
        self._frame = None
        self.refresh()

    def _compare_rows(self) -> bool:
        """Draw again what differs from the rows on the screen; mark it; return whether anything does."""
        frame = self._frame
        if frame is None:
            mark_dirty(self)
            return True
        rows = self._visible_rows()
        changed = [y for y, row in enumerate(rows) if not _is_same(row, self._rows[y])]
        if not changed:
            return False
        known = {id(row.line): (row, strip) for row, strip in zip(self._rows, self._strips, strict=True) if row}
        for y in changed:
            row = rows[y]
            old, strip = known.get(id(row.line), (None, None)) if row else (None, None)
            self._strips[y] = strip if strip is not None and old == row else self._strip(frame, row)
        self._rows = rows
        first, last = changed[0], changed[-1]
        mark_dirty(self, Region(0, 1 + first, self.size.width, last - first + 1))
        return True

    def _draw(self) -> tuple[Strip, Strip]:
        """Draw what was forgotten; return the borders."""
        frame = self._frame
        if frame is None:
            styles = frame_styles(self.app.theme_variables, is_chosen=self.has_focus)
            frame = self._frame = Frame(self.size.width, styles, self._looks.signs)
            self._rows = self._visible_rows()
            self._empty = self._filtered(frame.empty())
            self._strips = [self._strip(frame, row) for row in self._rows]
            self._top = self._bottom = None
        if self._top is None:
            self._top = self._filtered(frame.top(self._title))
        if self._bottom is None:
            self._bottom_words = self._words()
            self._bottom = self._filtered(frame.bottom(self._bottom_words, self._status.tone))
        return self._top, self._bottom

    def _strip(self, frame: Frame, row: Row | None) -> Strip:
        return self._empty if row is None else self._filtered(frame.body(row, self._column))

    def _filtered(self, strip: Strip) -> Strip:
        return filter_strip(strip, self.app.get_line_filters(), self.background_colors[1])


def _last_answer(turns: Sequence[Turn], lane: LaneId) -> AnswerFeed | None:
    return next((feed for turn in reversed(turns) if (feed := turn.answer(lane)) is not None), None)


def _is_same(row: Row | None, other: Row | None) -> bool:
    if row is None or other is None:
        return row is other
    return row.line is other.line and row.voice is other.voice and row[2:] == other[2:]
