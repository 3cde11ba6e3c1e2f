"""The pane: a lane's transcript in a frame. Draws lines by itself, has no child and no scrollbar (decision 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from compare_tui.domain.answers import AnswerState
from compare_tui.domain.lanes import Lane, LaneId
from compare_tui.engine.comparison import AnswerFeed, Turn
from compare_tui.tui.internals.paint import mark_dirty
from compare_tui.tui.line_filter import filter_strip
from compare_tui.tui.panes.frame import CHROME_COLUMNS, CHROME_ROWS, Frame, FrameStyles, status_room
from compare_tui.tui.panes.rows import Row, Voice
from compare_tui.tui.panes.scroll import Scroll
from compare_tui.tui.panes.status import Status, Tone, answer_status, fit_status
from compare_tui.tui.panes.title import Title, lane_title
from compare_tui.tui.panes.transcript import Look, Transcript

_WHEEL_ROWS = 3
_NO_STATUS = Status("", "", Tone.QUIET)


@dataclass(frozen=True, slots=True)
class Glance:
    """What a frame shows: the comparison as it stands, and the time on the engine's clock."""

    lanes: Sequence[Lane]
    turns: Sequence[Turn]
    now: float
    until: float
    """When to stop laying out (perf_counter): what is left waits for the next frame."""


class Pane(Widget, can_focus=True):
    """Shows one lane."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "pane--border", "pane--number", "pane--name", "pane--detail",
        "pane--answer", "pane--prompt", "pane--quiet", "pane--live", "pane--good", "pane--warn", "pane--bad",
    }  # fmt: skip
    DEFAULT_CSS = """
    Pane {
        background: $background;
        color: $foreground;
        & > .pane--border, & > .pane--detail, & > .pane--quiet { color: $quiet; }
        & > .pane--border { color: $line; }
        & > .pane--number { color: $quiet; }
        & > .pane--name, & > .pane--answer, & > .pane--live { color: $foreground; }
        & > .pane--prompt { color: $prompt; text-style: bold; }
        & > .pane--good { color: $success; }
        & > .pane--warn { color: $warning; }
        & > .pane--bad { color: $error; }
        &:focus {
            & > .pane--border { color: $line-focus; }
            & > .pane--number { color: $line-focus; text-style: bold reverse; }
            & > .pane--name { text-style: bold; }
        }
    }
    """

    class Focused(Message):
        """A pane took the focus."""

        def __init__(self, pane: Pane) -> None:
            self.pane = pane
            super().__init__()

    def __init__(self, lane: Lane, look: Look, *, default_backend: str) -> None:
        super().__init__()
        self.lane = lane
        self.scroll = Scroll()
        self.transcript = Transcript(lane.id, look, 2)
        self._look = look
        self._default_backend = default_backend
        self._title = Title("", "")
        self._status = _NO_STATUS
        self._fitted = Size(0, 0)
        self._frame: Frame | None = None
        self._rows: list[Row] = []
        self._strips: list[Strip] = []
        self._top: Strip | None = None
        self._bottom: Strip | None = None
        self._bottom_words = ("", "")

    @property
    def status(self) -> Status:
        """The status in the lower border."""
        return self._status

    @property
    def is_settled(self) -> bool:
        """Whether nothing waits to be laid out."""
        return not self.display or self.transcript.is_settled

    def pull(self, glance: Glance) -> bool:
        """Take what is new, mark what must be painted, return whether anything must.

        A pane that is not on the screen only notes its status: nothing is laid out for nobody.
        """
        feed = _last_answer(glance.turns, self.lane.id)
        state = None if feed is None else feed.state
        self._status = _NO_STATUS if state is None else answer_status(state, glance.now, self._look.signs)
        dirty = self._set_title(glance, state)
        self._fit()
        if self.display and self.transcript.pull(glance.turns, glance.now, glance.until):
            self.scroll.measure(self.transcript.height, self._n_rows)
            dirty |= self._compare_rows()
        return self._set_bottom() | dirty

    @property
    def title(self) -> Title:
        """What the upper border says."""
        return self._title

    def set_lane(self, lane: Lane, look: Look) -> None:
        """Show the lane with other parameters, or another place in the order."""
        self.lane = lane
        if look != self._look:
            self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Draw in other colours, or under another preface."""
        self._look = look
        self.transcript.set_look(look)
        self._forget()

    def toggle_reasoning(self, glance: Glance) -> None:
        """Unfold or fold the reasoning; what is read stays in place."""
        anchor = self.transcript.anchor(self.scroll.top)
        self.transcript.shows_reasoning = not self.transcript.shows_reasoning
        self.transcript.pull(glance.turns, glance.now, glance.until)
        self.scroll.measure(self.transcript.height, self._n_rows)
        if not self.scroll.follows:
            self.scroll.to(self.transcript.row_at(anchor))
        self.moved()

    def scroll_rows(self, rows: int) -> None:
        """Scroll down by `rows`, up if negative."""
        self.scroll.by(rows)
        self.moved()

    def moved(self) -> None:
        """Draw what `scroll` shows now."""
        if self._compare_rows() | self._set_bottom():
            self.refresh()

    @property
    def n_rows(self) -> int:
        """Rows of text that the pane shows at once."""
        return self._n_rows

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the strips of `crop`; drawn strips are kept until what they show changes."""
        if not self.is_attached:  # removed, but still in a screen below a dialog: it has no styles any more
            return [Strip.blank(crop.width)] * crop.height
        self._fit()
        if self._frame is None or self._top is None or self._bottom is None:
            self._draw()
        strips = [self._top or Strip.blank(0), *self._strips, self._bottom or Strip.blank(0)][: self.size.height]
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
        self.post_message(self.Focused(self))

    def on_blur(self) -> None:
        self._forget()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(-_WHEEL_ROWS)

    @property
    def _n_rows(self) -> int:
        return max(0, self.size.height - CHROME_ROWS)

    def _fit(self) -> bool:
        """Wrap at the width there is; what is read stays in place. Return whether it was another.

        Also asked before drawing: a pane that is mounted below a dialog may be drawn before it is told its size.
        """
        if self.size == self._fitted:
            return False
        anchor = self.transcript.anchor(self.scroll.top)
        if self.size.width != self._fitted.width:
            self.transcript.set_width(self.size.width - CHROME_COLUMNS)
        self._fitted = self.size
        self.scroll.measure(self.transcript.height, self._n_rows)
        if not self.scroll.follows:
            self.scroll.to(self.transcript.row_at(anchor))
        self._frame = None
        return True

    def _forget(self) -> None:
        self._frame = None
        self.refresh()

    def _set_title(self, glance: Glance, state: AnswerState | None) -> bool:
        signs = self._look.signs
        title = lane_title(self.lane, glance.lanes, state, default_backend=self._default_backend, signs=signs)
        if title == self._title:
            return False
        self._title = title
        self._top = None
        mark_dirty(self, Region(0, 0, self.size.width, 1))
        return True

    def _set_bottom(self) -> bool:
        words = self._words()
        if words == self._bottom_words and self._bottom is not None:
            return False
        self._bottom_words = words
        self._bottom = None
        mark_dirty(self, Region(0, max(0, self.size.height - 1), self.size.width, 1))
        return True

    def _words(self) -> tuple[str, str]:
        scroll, signs = self.scroll, self._look.signs
        place = "" if scroll.at_end else f"{scroll.percent}%"
        if scroll.n_new:
            place += f" {signs.separator} {scroll.n_new} new"
        return fit_status(self._status, status_room(self.size.width), signs, place)

    def _compare_rows(self) -> bool:
        """Draw again what differs from the rows on the screen; mark it; return whether anything does."""
        if self._frame is None:
            mark_dirty(self)
            return True
        rows = self._visible_rows()
        changed = [y for y, row in enumerate(rows) if not _same(row, self._rows[y])]
        if not changed:
            return False
        known = {id(row.line): (row, strip) for row, strip in zip(self._rows, self._strips, strict=True)}
        for y in changed:
            old, strip = known.get(id(rows[y].line), (None, None))
            self._strips[y] = strip if strip is not None and old == rows[y] else self._strip(rows[y])
        self._rows = rows
        first, last = changed[0], changed[-1]
        mark_dirty(self, Region(0, 1 + first, self.size.width, last - first + 1))
        return True

    def _visible_rows(self) -> list[Row]:
        top = self.scroll.top
        return [self.transcript.row(y) for y in range(top, top + self._n_rows)]

    def _draw(self) -> None:
        if self._frame is None:
            self._frame = Frame(self.size.width, self._styles(), self._look.signs)
            self._rows = self._visible_rows()
            self._strips = [self._strip(row) for row in self._rows]
            self._top = self._bottom = None
        if self._top is None:
            self._top = self._filtered(self._frame.top(self._title))
        if self._bottom is None:
            self._bottom_words = self._words()
            self._bottom = self._filtered(self._frame.bottom(self._bottom_words, self._status.tone))

    def _strip(self, row: Row) -> Strip:
        assert self._frame is not None
        return self._filtered(self._frame.body(row))

    def _filtered(self, strip: Strip) -> Strip:
        return filter_strip(strip, self.app.get_line_filters(), self.background_colors[1])

    def _styles(self) -> FrameStyles:
        style = self.get_component_rich_style
        quiet, live = style("pane--quiet"), style("pane--live")
        good, warn, bad = style("pane--good"), style("pane--warn"), style("pane--bad")
        return FrameStyles(
            border=style("pane--border"),
            number=style("pane--number"),
            name=style("pane--name"),
            detail=style("pane--detail"),
            tones={Tone.QUIET: quiet, Tone.LIVE: live, Tone.GOOD: good, Tone.WARN: warn, Tone.BAD: bad},
            voices={
                Voice.ANSWER: style("pane--answer"),
                Voice.PROMPT: style("pane--prompt"),
                Voice.QUIET: quiet,
                Voice.LIVE: live,
                Voice.GOOD: good,
                Voice.WARN: warn,
                Voice.BAD: bad,
            },
        )


def _last_answer(turns: Sequence[Turn], lane: LaneId) -> AnswerFeed | None:
    return next((feed for turn in reversed(turns) if (feed := turn.answer(lane)) is not None), None)


def _same(row: Row, other: Row) -> bool:
    return row.line is other.line and row.voice is other.voice and row.prefix == other.prefix
