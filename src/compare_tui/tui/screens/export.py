"""Writing a comparison to a file: which format, what name."""

from __future__ import annotations

import asyncio
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from compare_tui.domain.errors import CompareTuiError
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.comparison import Comparison
from compare_tui.engine.history import ComparisonRecord
from compare_tui.tui.beside import run_beside
from compare_tui.tui.past.copy_of import copy_of, file_name, title_of
from compare_tui.tui.screens.dialog import Box, Dialog
from compare_tui.tui.services import NameTakenError, Past
from compare_tui.tui.widgets.choice_list import ChoiceList, Entry


class ExportScreen(Dialog[str | None]):
    """Writes `comparison`; returns the file's whole path, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        Binding("escape,ctrl+c,ctrl+q", "dismiss(None)", show=False, priority=True),
        Binding("down,tab", "move(1)", show=False, priority=True),
        Binding("up,shift+tab", "move(-1)", show=False, priority=True),
    ]
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    ExportScreen Box { width: 76; }
    ExportScreen ChoiceList { margin-bottom: 1; }
    ExportScreen #said { height: auto; max-height: 3; }
    ExportScreen #keys { margin-top: 1; }
    """

    def __init__(self, past: Past, comparison: Comparison) -> None:
        super().__init__()
        self._past = past
        self._comparison = comparison
        self._formats = list(past.formats)
        self._list = ChoiceList()
        self._field = Input(f"{file_name(title_of(comparison), comparison.id)}.{self._formats[0]}")
        self._field.cursor_blink = False
        self._said = Static(id="said", classes="error", markup=False)
        self._taken = ""
        self.said = ""
        """Why nothing was written."""

    def compose(self) -> ComposeResult:
        with Box() as box:
            box.border_title = "Export"
            yield self._list
            yield self._field
            yield self._said
            yield Static(Content("Up Down format   Enter write   Esc leave"), id="keys", classes="quiet")

    def on_mount(self) -> None:
        self._list.set_entries([Entry(form, about) for form, about in self._past.formats.items()], 0)
        self._field.cursor_position = len(self._field.value)

    def action_move(self, places: int) -> None:
        self._choose((self._list.place + places) % len(self._formats))

    @on(ChoiceList.Chosen)
    def _clicked(self) -> None:
        self._choose(self._list.place)
        self._field.focus()

    def _choose(self, place: int) -> None:
        """Mark a format; the file's ending goes with it."""
        self._list.move_to(place)
        stem, dot, ending = self._field.value.rpartition(".")
        if dot and ending in self._formats:
            self._field.value = f"{stem}.{self._formats[place]}"
            self._field.cursor_position = len(self._field.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not name:
            self._say("The file needs a name.")
            return
        form = self._formats[self._list.place]
        run_beside(self, partial(self._write, form, name, replace=name == self._taken), group="write", replaces=True)

    async def _write(self, form: str, name: str, *, replace: bool) -> None:
        comparison = copy_of(self._comparison)
        try:
            where = await asyncio.to_thread(
                lambda: self._past.write_file(self._record(comparison), form, name, replace)
            )
        except NameTakenError as error:
            self._taken = name
            self._say(f"{error} Enter again replaces it.")
        except CompareTuiError as error:
            self._say(str(error))
        else:
            self.dismiss(where)

    def _record(self, comparison: Comparison) -> ComparisonRecord:
        """Return the comparison with its title and tags, as far as they are kept."""
        try:
            kept = self._past.history().record(comparison.id)
        except CompareTuiError:
            return ComparisonRecord(comparison, title_of(comparison))
        return ComparisonRecord(comparison, kept.title, kept.tags)

    def _say(self, text: str) -> None:
        self.said = make_safe_line(text)
        self._said.update(Content(self.said))
