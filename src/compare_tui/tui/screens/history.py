"""The history: comparisons of the past, newest first; typing searches. Pages come as far as they are looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from compare_tui.domain.errors import CompareTuiError, UsageError
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.history import PAGE, UNDO_S, History, HistoryEntry, HistoryFilter
from compare_tui.tui.beside import run_beside
from compare_tui.tui.past.query import read_filter
from compare_tui.tui.past.rows import history_row
from compare_tui.tui.screens.confirm import ConfirmScreen
from compare_tui.tui.screens.dialog import Box, Dialog
from compare_tui.tui.services import Past
from compare_tui.tui.signs import Signs
from compare_tui.tui.widgets.choice_list import ChoiceList

T = TypeVar("T")
_KEYS = "Enter open   Ctrl+R rename   Ctrl+T tags   Ctrl+D delete   Esc close"
_FIELD_KEYS = "Enter take   Esc back"
_PLACEHOLDER = 'words, "a phrase", model: status: tag: since: until:'
_AHEAD = 25
"""So many rows before the last, the next page is fetched."""
_LIST_ACTIONS = frozenset({"move", "rename", "tag", "delete", "undo"})


class HistoryScreen(Dialog[str | None]):
    """Returns the id of the comparison to open. `open_id` is the one on the screen, which cannot be deleted."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("escape,ctrl+c", "leave", show=False, priority=True),
        Binding("ctrl+q", "dismiss(None)", show=False, priority=True),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(15)", show=False, priority=True),
        Binding("pageup", "move(-15)", show=False, priority=True),
        Binding("ctrl+r", "rename", show=False, priority=True),
        Binding("ctrl+t", "tag", show=False, priority=True),
        Binding("ctrl+d", "delete", show=False, priority=True),
        Binding("ctrl+u", "undo", show=False, priority=True),
    ]
    AUTO_FOCUS = "#search"
    DEFAULT_CSS = """
    HistoryScreen Box { width: 116; height: 90%; }
    HistoryScreen ChoiceList { height: 1fr; margin-top: 1; }
    HistoryScreen #edit { display: none; }
    HistoryScreen.-typing #edit { display: block; }
    HistoryScreen.-typing #keys { display: none; }
    HistoryScreen #said, HistoryScreen #keys { height: 1; color: $quiet; }
    """

    def __init__(self, past: Past, signs: Signs, *, open_id: str | None) -> None:
        super().__init__()
        self._past = past
        self._signs = signs
        self._open_id = open_id
        self._wanted = HistoryFilter()
        self._entries: list[HistoryEntry] = []
        self._has_more = False
        self._is_known = False
        self.count: int | None = None
        """How many there are; None until it is known."""
        self._deleted: tuple[int, HistoryEntry] | None = None
        self._take: Callable[[str], None] | None = None
        self._list = ChoiceList(empty="one moment ...")
        self._search = Input(placeholder=_PLACEHOLDER, id="search")
        self._edit = Input(id="edit")
        self._search.cursor_blink = self._edit.cursor_blink = False
        self._said = Static(id="said", markup=False)
        self.said = ""
        """What is said below the list."""

    @property
    def entries(self) -> list[HistoryEntry]:
        """What is listed so far."""
        return list(self._entries)

    def compose(self) -> ComposeResult:
        with Box() as box:
            box.border_title = "History"
            yield self._search
            yield self._list
            yield self._said
            yield self._edit
            yield Static(Content(_KEYS), id="keys", markup=False)

    def on_mount(self) -> None:
        self._look()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a title or tags are typed, the keys belong to their field."""
        return not (action in _LIST_ACTIONS and self._take is not None)

    # The list

    @on(Input.Changed, "#search")
    def _typed(self, event: Input.Changed) -> None:
        try:
            self._wanted = read_filter(event.value, self._past.read_time)
        except UsageError as error:
            self._say(str(error))
            return
        self._say("")
        self._look()

    def _look(self, place: int = 0) -> None:
        wanted = self._wanted

        def show(page: tuple[HistoryEntry, ...]) -> None:
            self._entries, self._has_more = list(page), len(page) == PAGE
            self.count = None if self._has_more else len(page)
            self._is_known = True
            self._show(place)
            self.workers.cancel_group(self, "count")
            if self._has_more:
                run_beside(self, partial(self._ask, count, show_count), group="count")

        def count(history: History) -> int:
            return history.count(wanted)

        def show_count(found: int) -> None:
            self.count = found
            self._show_count()

        self._list_work(lambda history: history.page(wanted), show)

    def _look_further(self) -> None:
        wanted, last = self._wanted, self._entries[-1]
        self._has_more = False

        def show(page: tuple[HistoryEntry, ...]) -> None:
            self._entries += page
            self._has_more = len(page) == PAGE
            now, width = self._now(), self._list.size.width
            self._list.add_entries([history_row(entry, now, width, self._signs) for entry in page])

        self._list_work(lambda history: history.page(wanted, after=last), show)

    def _show(self, place: int | None = None) -> None:
        if not self._is_known:
            return
        now, width = self._now(), self._list.size.width
        self._list.set_empty("nothing found" if self._wanted != HistoryFilter() else "no comparison yet")
        self._list.set_entries([history_row(entry, now, width, self._signs) for entry in self._entries], place)
        self._show_count()

    def _show_count(self) -> None:
        count = self.count
        said = "" if count is None else f"{count:,} comparison{'' if count == 1 else 's'}"
        self.query_one(Box).border_subtitle = said

    def action_move(self, places: int) -> None:
        self._list.move_to(self._list.place + places)
        if self._has_more and self._list.place >= len(self._entries) - _AHEAD:
            self._look_further()

    @property
    def _marked(self) -> HistoryEntry | None:
        return self._entries[self._list.place] if self._entries else None

    # What is done to a comparison

    @on(Input.Submitted, "#search")
    @on(ChoiceList.Chosen)
    def _open(self) -> None:
        if self._marked is not None:
            self.dismiss(self._marked.id)

    def action_rename(self) -> None:
        entry = self._marked
        if entry is None:
            return

        def rename(title: str) -> None:
            if title.strip():
                self._change(entry.id, lambda history: history.rename(entry.id, title.strip()))

        self._type("Its title:", entry.title, rename)

    def action_tag(self) -> None:
        entry = self._marked
        if entry is None:
            return

        def tag(words: str) -> None:
            tags = tuple(word.removeprefix("#") for word in words.replace(",", " ").split())
            self._change(entry.id, lambda history: history.tag(entry.id, tags))

        self._type("Its tags, with a space between them:", " ".join(entry.tags), tag)

    def action_delete(self) -> None:
        entry = self._marked
        if entry is None:
            return
        if entry.id == self._open_id:
            self._say("This comparison is on the screen: begin another one first, then delete it.")
            return
        question = f"Delete “{make_safe_line(entry.title, 80)}” and its answers?"
        self.app.push_screen(ConfirmScreen(question, "delete"), lambda yes: self._delete(entry) if yes else None)

    def _delete(self, entry: HistoryEntry) -> None:
        def deleted(_: None) -> None:
            place = self._entries.index(entry)
            del self._entries[place]
            self._deleted = (place, entry)
            self.count = None if self.count is None else self.count - 1
            self._show()
            self._say(f"Deleted. Ctrl+U takes it back within {UNDO_S:.0f} s.")
            self.set_timer(UNDO_S, partial(self._too_late, entry))
            # The app's timer: it also runs when this screen is closed.
            self.app.set_timer(UNDO_S + 1, partial(_purge, self._past))

        run_beside(self, partial(self._ask, lambda history: history.delete(entry.id), deleted), group="change")

    def action_undo(self) -> None:
        if self._deleted is None:
            return
        place, entry = self._deleted
        self._deleted = None

        def restored(_: None) -> None:
            self._say("It is back.")
            self._look(place)

        run_beside(self, partial(self._ask, lambda history: history.restore(entry.id), restored), group="change")

    def _too_late(self, entry: HistoryEntry) -> None:
        if self._deleted is not None and self._deleted[1] is entry:
            self._deleted = None
            self._say("")

    def _change(self, comparison: str, change: Callable[[History], None]) -> None:
        """Make a change and show the comparison as it is then."""

        def make(history: History) -> HistoryEntry | None:
            change(history)
            record = history.record(comparison)
            known = next((entry for entry in self._entries if entry.id == comparison), None)
            return None if known is None else replace(known, title=record.title, tags=record.tags)

        def show(entry: HistoryEntry | None) -> None:
            if entry is not None:
                self._entries = [entry if old.id == entry.id else old for old in self._entries]
                self._show()

        run_beside(self, partial(self._ask, make, show), group="change")

    # The field for titles and tags

    def _type(self, what: str, text: str, take: Callable[[str], None]) -> None:
        self._take = take
        self._say(f"{what}   {_FIELD_KEYS}")
        self.add_class("-typing")
        self._edit.value = text
        self._edit.cursor_position = len(text)
        self._edit.focus()

    @on(Input.Submitted, "#edit")
    def _typed_in(self, event: Input.Submitted) -> None:
        take, text = self._take, event.value
        self._stop_typing()
        if take is not None:
            take(text)

    def action_leave(self) -> None:
        if self._take is None:
            self.dismiss(None)
        else:
            self._stop_typing()

    def _stop_typing(self) -> None:
        self._take = None
        self.remove_class("-typing")
        self._say("")
        self._search.focus()

    # Reading and saying

    def _list_work(self, read: Callable[[History], T], then: Callable[[T], None]) -> None:
        """Read for the list; what is still being read for it is no longer wanted."""
        run_beside(self, partial(self._ask, read, then), group="list", replaces=True)

    async def _ask(self, read: Callable[[History], T], then: Callable[[T], None]) -> None:
        """Do something with the history on another thread, then something with what comes of it."""
        try:
            found = await asyncio.to_thread(lambda: read(self._past.history()))
        except CompareTuiError as error:
            self._say(str(error))
        else:
            then(found)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._past.wall())

    def _say(self, text: str) -> None:
        self.said = make_safe_line(text)
        self._said.update(Content(self.said))


async def _purge(past: Past) -> None:
    """Remove for good what can no longer be taken back; what fails waits for the next start."""

    def purge() -> None:
        try:
            past.history().purge()
        except CompareTuiError:
            return

    await asyncio.to_thread(purge)
