"""The comparison screen: a switchboard. It routes keys to commands, commands to actions, and wake-ups to panes."""

from __future__ import annotations

import os
from collections.abc import Callable
from time import perf_counter

from textual import events, on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import TextArea

from compare_tui.domain.errors import CompareTuiError
from compare_tui.tui.actions import Action
from compare_tui.tui.actions.answers import AnswerActions
from compare_tui.tui.actions.copying import CopyActions
from compare_tui.tui.actions.dialogs import DialogActions
from compare_tui.tui.actions.leaving import LeaveActions
from compare_tui.tui.actions.output import OutputActions
from compare_tui.tui.actions.outside import OutsideActions
from compare_tui.tui.actions.panes import PaneActions
from compare_tui.tui.actions.past import PastActions
from compare_tui.tui.actions.searching import SearchActions
from compare_tui.tui.actions.writing import WriteActions
from compare_tui.tui.beside import run_beside
from compare_tui.tui.commands import Mode, Situation
from compare_tui.tui.internals.display import DisplayApp
from compare_tui.tui.internals.paint import paint_now
from compare_tui.tui.keymap import Keymap
from compare_tui.tui.live import Live
from compare_tui.tui.looks import Looks
from compare_tui.tui.pane_layout import Layout
from compare_tui.tui.panes.pane import Glance, Pane
from compare_tui.tui.panes.pane_area import PaneArea
from compare_tui.tui.panes.title import short_name
from compare_tui.tui.services import EnginePort, Services, Start, WayInResult
from compare_tui.tui.session import Session
from compare_tui.tui.situation import ComposerState, read_situation
from compare_tui.tui.today import TodayReader
from compare_tui.tui.widgets.composer import Composer
from compare_tui.tui.widgets.footer import Footer
from compare_tui.tui.widgets.header import NOTICE_S, Header, Weight
from compare_tui.tui.widgets.tab_bar import Tab, TabBar

_LAYOUT_BUDGET_S = 0.03
"""Of a frame: a very long text that arrives at once must not make keys wait."""


class ComparisonScreen(Screen[None], inherit_bindings=False):
    """Header, panes, composer, footer."""

    AUTO_FOCUS = "#prompt"
    DEFAULT_CSS = """
    ComparisonScreen { background: $background; color: $foreground; }
    ComparisonScreen > #tabs { display: none; }
    ComparisonScreen.-single > #tabs { display: block; }
    """

    def __init__(self, services: Services, keymap: Keymap, looks: Looks, after_first_paint: Callable[[], None]) -> None:
        super().__init__()
        self._after_first_paint = after_first_paint
        self._services = services
        self._keymap = keymap
        self._looks = looks
        self.mode = Mode.WRITE
        self.session = Session(services.lanes, system=services.system, tier=services.tier, changed=self.show_lanes)
        self.header = Header(separator=looks.signs.separator)
        self.tabs = TabBar()
        self.area = PaneArea(looks, default_backend=services.default_backend)
        self.composer = Composer(self.take_key, self.write, looks.signs.prompt)
        self.footer = Footer(keymap)
        self._live = Live(self, self.session, looks.thrift, pull=self.pull, turned=lambda: self._today.refresh())
        self._today = TodayReader(services.today, self.header.set_today)
        self._actions: dict[str, Action] = {}
        self._pane_actions = PaneActions(
            self.area, self.session, glance=self.glance, focus=self.review, say=self.header.notify_person
        )
        self._search = SearchActions(self, self.area, show=self._live.frame, focus=self.review)
        self._write_actions = WriteActions(
            self.composer, self.area, self.session, review=self.review, write=self.write,
            say=self.header.notify_person, warn=self.warn, lanes_key=keymap.shown_key("lanes", Mode.WRITE),
        )  # fmt: skip
        self._past_actions = PastActions(
            services, self.session, looks.signs,
            push=lambda screen, then: _ignore(self.app.push_screen(screen, then)),
            work=lambda work: run_beside(self, work, group="past"), ask=self._ask,
            say=self.header.notify_person, warn=self.warn, clear=self._forget_panes, is_idle=self._is_idle,
            today=lambda: self.header.today,
        )  # fmt: skip

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.tabs
        yield self.area
        yield self.composer
        yield self.footer

    def on_mount(self) -> None:
        services = self._services
        self._actions.update(self._make_actions())
        outside = OutsideActions(
            self, self.composer, self.area, self.session, write=self.write, copy=self._copy, warn=self.warn
        )
        self._actions.update(outside.table())
        self.header.set_subject(services.lineup, services.tier or "")
        self.show_lanes()
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        self._today.close()

    def _begin(self) -> None:
        """After the first paint: start what it did not need."""
        self._after_first_paint()
        self._live.start(self._services, told=self.tell, noticed=self.warn)
        self.run_worker(self._looks.warm_up, thread=True)
        if self._services.start is not None and not self.session.lanes:
            self._show_start(self._services.start)
        elif self._services.prompt and self._services.opens is None:
            self._write_actions.send_text(self._services.prompt)
        self._past_actions.begin()

    def _show_start(self, start: Start) -> None:
        from compare_tui.tui.screens.start import StartScreen

        self.app.push_screen(StartScreen(start), self._go_on)

    def _go_on(self, result: WayInResult | None) -> None:
        """A way in was found, or none was wanted."""
        if result is None:
            self.app.exit()
            return
        self.session.set_lanes(result.lanes)
        if result.notice:
            self.header.notify_person(result.notice)
        if self._services.prompt:
            self.composer.put(self._services.prompt)

    def _make_actions(self) -> dict[str, Action]:
        app = self.app
        leaving = LeaveActions(
            self.composer, self.area, self.session, self._keymap,
            mode=lambda: self.mode, leave_search=self._search.leave,
            ask=self._ask, say=self.header.notify_person, begin_anew=self._begin_anew,
            suspend=app.action_suspend_process, redraw=self._draw_anew, end=lambda: app.exit(),
        )  # fmt: skip
        dialogs = DialogActions(
            lambda screen, then: _ignore(app.push_screen(screen, then)), self._services, self.session, self._keymap,
            situation=self.situation, run=self.run_command,
        )  # fmt: skip
        output = OutputActions(self._looks.thrift, self._keymap, say=self.header.notify_person)
        answers = AnswerActions(self.area, self.session, self._copy)
        copying = CopyActions(self, self.area, self.session, copy=self._copy, say=self.header.notify_person)
        groups = (
            self._write_actions,
            self._pane_actions,
            answers,
            copying,
            output,
            self._search,
            leaving,
            dialogs,
            self._past_actions,
        )
        return {name: action for group in groups for name, action in group.table().items()}

    @property
    def engine(self) -> EnginePort | None:
        """The engine's thread, once it is started."""
        return self._live.engine

    # Keys and commands

    @property
    def key_target(self) -> Widget:
        """Where all keys and pastes go, whatever has the focus: one queue keeps them in order."""
        return self.composer.area

    def take_key(self, key: str) -> bool:
        """Run the command behind `key`, if one is available; say whether the key must not be typed."""
        if not self.is_current:
            return True
        if self.mode is Mode.REVIEW and self._pane_actions.take_digit(key):
            self.show_state()
            return True
        situation = self.situation()
        command = self._keymap.find(key, situation)
        if command is None:
            why_not = self._keymap.why_not(key, situation)
            if why_not:
                self.header.notify_person(why_not)
            return self.mode is Mode.REVIEW
        self._actions[command.id](key)
        self.show_state()
        return True

    def run_command(self, command_id: str) -> None:
        """Run a command by its id."""
        self._actions[command_id]("")
        self.show_state()

    def situation(self) -> Situation:
        """Return what the commands' availability is decided by."""
        area = self.composer.area
        pane = self.area.pane
        return read_situation(
            self.session.comparison,
            mode=self.mode,
            n_lanes=len(self.session.lanes),
            lane=None if pane is None else pane.lane.id,
            composer=ComposerState(bool(area.text.strip()), area.at_first_line, area.at_last_line),
            searches=self._search.is_active,
        )

    # What is shown

    def glance(self) -> Glance:
        """Return the comparison as it stands now."""
        return Glance(
            self.session.lanes, self.session.turns, self._services.monotonic(), perf_counter() + _LAYOUT_BUDGET_S
        )

    def pull(self) -> bool:
        """Let the panes take what is new, and paint it at once; return whether more waits to be laid out."""
        self._search.keep_up()
        dirty = self.area.pull(self.glance())
        self.show_state()
        paint_now(self, dirty)
        return not self.area.is_settled

    def show_lanes(self) -> None:
        """Show the lanes and turns as they are now, whatever has changed."""
        self.area.set_lanes(self.session.lanes)
        notes = {self._services.backend_notes.get(lane.backend, "") for lane in self.session.lanes}
        read_only = ["read-only: open in another program"] if self.session.is_read_only else []
        self.header.set_banner("; ".join([*read_only, *sorted(notes - {""})]))
        self._write_actions.show_target()
        self._live.frame()

    def show_state(self) -> None:
        """Show what follows from the state: hints, notices, tabs. Bars repaint only where they differ."""
        self.header.check_notice()
        self.header.set_help_key(self._keymap.shown_key("help", self.mode))
        self.footer.set_situation(self.situation(), self._search.line())
        self.set_class(self.area.shows_one, "-single")
        if self.area.shows_one:
            lanes = self.session.lanes
            tabs = [
                Tab(number, short_name(pane.lane, lanes), pane.status) for number, pane in enumerate(self.area.panes, 1)
            ]
            self.tabs.set_tabs(tabs, self.area.current)

    def tell(self, error: CompareTuiError) -> None:
        """Say an error in one line."""
        self.warn(str(error))

    def warn(self, text: str, *, holds: Callable[[], bool] | None = None, for_s: float = NOTICE_S) -> None:
        """Say that something cannot be done."""
        self.header.notify_person(text, Weight.WARN, holds=holds, for_s=for_s)

    # Focus: it decides the mode

    def review(self) -> None:
        """Give the focus to the chosen pane."""
        pane = self.area.pane
        if pane is not None:
            self.mode = Mode.REVIEW
            self.set_focus(pane)
            pane.pull(self.glance())

    def write(self) -> None:
        """Give the focus to the composer."""
        self.mode = Mode.WRITE
        self.set_focus(self.composer.area)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow a focus that was moved by the mouse, or by Textual when a pane went away."""
        if event.widget is not self.focused:
            return
        if isinstance(event.widget, Pane) and event.widget in self.area.panes:
            self.mode = Mode.REVIEW
            self.area.choose(self.area.panes.index(event.widget))
        else:
            self.mode = Mode.WRITE
        self.show_state()

    @on(TabBar.Chosen)
    def _tab_chosen(self, message: TabBar.Chosen) -> None:
        self.area.choose(message.place)
        self.review()

    @on(Pane.Selected)
    def _selected(self, message: Pane.Selected) -> None:
        self._copy(message.text)

    @on(PaneArea.Rearranged)
    def _rearranged(self, message: PaneArea.Rearranged) -> None:
        if message.arrangement.tabs and self.area.layout_choice is Layout.AUTO:
            key = self._keymap.shown_key("layout", Mode.REVIEW)
            self.header.notify_person(
                f"One pane at a time: there is no room for {len(self.area.panes)}. {key} changes it.",
                holds=lambda: self.area.arrangement.tabs,
            )
        self.pull()

    @on(TextArea.Changed)
    def _edited(self) -> None:
        self.show_state()

    # Deeds that need the app

    def _draw_anew(self) -> None:
        app = self.app
        assert isinstance(app, DisplayApp)
        app.draw_anew()

    def _begin_anew(self) -> None:
        self.area.clear()
        self.session.begin_anew()

    def _forget_panes(self) -> None:
        """Other panes follow: the mode stays, although the focus goes with the old ones."""
        self.area.clear()
        if self.mode is Mode.REVIEW:
            self.call_after_refresh(self.review)

    def _is_idle(self) -> bool:
        """Whether a person has begun nothing yet."""
        return self.is_current and not self.composer.text and self.session.comparison is None

    def _ask(self, question: str, deed: str, act: Callable[[], None]) -> None:
        from compare_tui.tui.screens.confirm import ConfirmScreen

        self.app.push_screen(ConfirmScreen(question, deed), lambda yes: act() if yes else None)

    def _copy(self, text: str) -> None:
        self.run_worker(self._copy_and_say(text), exclusive=True)

    async def _copy_and_say(self, text: str) -> None:
        from compare_tui.tui.clipboard import copy
        from compare_tui.tui.internals.terminal import write_raw

        said = await copy(text, os.environ, lambda data: write_raw(self.app, data))
        self.header.notify_person(said)


def _ignore(_: object) -> None:
    return None
