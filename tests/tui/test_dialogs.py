"""What opens above the panes: lanes, palette, help, questions, the start screen."""

from __future__ import annotations

import threading

from textual.widgets import Input, Static

from compare_tui.domain.lanes import LaneSpec
from compare_tui.tui.commands import Mode
from compare_tui.tui.screens.comparison import ComparisonScreen
from compare_tui.tui.screens.confirm import ConfirmScreen
from compare_tui.tui.screens.help import HelpScreen
from compare_tui.tui.screens.lanes import LanesScreen
from compare_tui.tui.screens.palette import PaletteScreen
from compare_tui.tui.screens.start import StartScreen
from compare_tui.tui.services import Start, WayIn, WayInResult
from tests.support.pilot import Stand, stand


def _models(running: Stand) -> list[str]:
    return [pane.lane.model for pane in running.panes]


def _words(running: Stand) -> str:
    """Return what the labels of the open dialog say."""
    return " ".join(str(label.content) for label in running.app.screen.query(Static))


async def _enter(running: Stand, text: str) -> None:
    """Write `text` into the open field and take it."""
    field = running.app.screen.query_one(Input)
    field.value = text
    await running.press("enter")


async def test_lanes_are_added_edited_moved_and_removed_by_their_spelling() -> None:
    async with stand("one", "two") as running:
        await running.press("ctrl+o")
        await running.until(lambda: isinstance(running.app.screen, LanesScreen))
        await running.press("a")
        await _enter(running, "three@other,temperature=0.5")
        await running.until(lambda: _models(running) == ["one", "two", "three"])
        await running.press("less_than_sign")
        await running.until(lambda: _models(running) == ["one", "three", "two"])
        await running.press("e")
        assert running.app.screen.query_one(Input).value == "three@other,temperature=0.5"
        await _enter(running, "four")
        await running.until(lambda: _models(running) == ["one", "four", "two"])
        await running.press("k", "d")
        await running.until(lambda: _models(running) == ["four", "two"])
        await running.press("escape")
        await running.until(lambda: isinstance(running.app.screen, ComparisonScreen))
        await running.send("go")
        await running.asked(2)
        assert sorted(stream.request.lane.model for stream in running.source.streams) == ["four", "two"]


async def test_a_bad_spelling_is_told_in_the_dialog_and_changes_nothing() -> None:
    async with stand("one") as running:
        await running.press("ctrl+o")
        await running.until(lambda: isinstance(running.app.screen, LanesScreen))
        await running.press("a")
        await _enter(running, "model@nowhere")
        screen = running.app.screen
        assert isinstance(screen, LanesScreen)
        assert "No backend is called nowhere" in screen.error_text
        assert _models(running) == ["one"]
        await _enter(running, "model,n=16")
        assert "17 lanes are too many" in screen.error_text
        await running.press("escape", "escape")
        await running.until(lambda: isinstance(running.app.screen, ComparisonScreen))


async def test_lanes_change_in_mid_comparison_and_keep_their_history() -> None:
    async with stand("one", "two") as running:
        await running.send("first")
        await running.say(0, "from one")
        await running.say(1, "from two")
        await running.end(0)
        await running.end(1)
        await running.press("escape", "m")
        await running.until(lambda: isinstance(running.app.screen, LanesScreen))
        await running.press("e")
        await _enter(running, "one-b,temperature=1")
        await running.until(lambda: _models(running) == ["one-b", "two"])
        await running.press("a")
        await _enter(running, "new")
        await running.until(lambda: _models(running) == ["one-b", "two", "new"])
        await running.press("escape")
        await running.until(lambda: isinstance(running.app.screen, ComparisonScreen))
        assert "from one" in running.body(0)
        assert running.body(2) == "This lane joins with the next prompt."
        await running.press("i")
        await running.send("second")
        await running.asked(5)
        asked = {stream.request.lane.model: stream.request.messages for stream in running.source.streams[2:]}
        assert [message.content for message in asked["one-b"]] == ["first", "from one", "second"]
        assert [message.content for message in asked["new"]] == ["second"]
        assert "joins" not in running.body(2)


async def test_a_removed_lane_is_stopped_and_its_pane_goes() -> None:
    async with stand("one", "two") as running:
        await running.send("go")
        await running.asked(2)
        await running.press("escape", "2", "m")
        await running.until(lambda: isinstance(running.app.screen, LanesScreen))
        await running.press("j", "d")
        await running.until(lambda: isinstance(running.app.screen, ConfirmScreen))
        assert "Remove two? It is still answering" in _words(running)
        await running.press("escape")
        await running.until(lambda: isinstance(running.app.screen, LanesScreen))
        assert _models(running) == ["one", "two"]
        assert not running.source.of(1).closed
        await running.press("d")
        await running.until(lambda: isinstance(running.app.screen, ConfirmScreen))
        await running.press("y")
        await running.until(lambda: _models(running) == ["one"])
        await running.until(lambda: running.source.of(1).closed)


async def test_a_lane_that_has_answered_is_removed_only_on_yes() -> None:
    async with stand("one", "two") as running:
        await running.send("go")
        await running.end(0)
        await running.end(1)
        await running.press("escape", "m")
        await running.until(lambda: isinstance(running.app.screen, LanesScreen))
        await running.press("d")
        await running.until(lambda: isinstance(running.app.screen, ConfirmScreen))
        assert "Remove one? Its answers leave the screen." in _words(running)
        await running.press("y")
        await running.until(lambda: _models(running) == ["two"])


async def test_the_palette_finds_a_command_and_runs_it() -> None:
    async with stand("one", "two") as running:
        await running.press("escape", "colon")
        await running.until(lambda: isinstance(running.app.screen, PaletteScreen))
        await running.pilot.press(*"zoom")
        await running.press("enter")
        await running.until(lambda: running.screen.area.is_zoomed)
        assert running.mode() is Mode.REVIEW


async def test_the_palette_offers_only_what_works_now() -> None:
    async with stand("one") as running:
        await running.press("ctrl+p")
        await running.until(lambda: isinstance(running.app.screen, PaletteScreen))
        screen = running.app.screen
        assert isinstance(screen, PaletteScreen)
        assert {"quit", "lanes", "help"} <= set(screen.offered)
        assert not {"stop", "copy", "zoom", "ask-again"} & set(screen.offered)
        await running.press("escape")
        await running.until(lambda: isinstance(running.app.screen, ComparisonScreen))
        assert running.mode() is Mode.WRITE


async def test_the_help_opens_and_closes_in_both_modes() -> None:
    async with stand("one") as running:
        await running.press("f1")
        await running.until(lambda: isinstance(running.app.screen, HelpScreen))
        await running.press("j", "q")
        await running.until(lambda: isinstance(running.app.screen, ComparisonScreen))
        await running.press("escape", "question_mark")
        await running.until(lambda: isinstance(running.app.screen, HelpScreen))


async def test_quitting_while_something_streams_asks_first() -> None:
    async with stand("one") as running:
        await running.send("go")
        await running.press("ctrl+q")
        await running.until(lambda: isinstance(running.app.screen, ConfirmScreen))
        assert running.screen.session.is_live
        await running.press("n")
        await running.until(lambda: isinstance(running.app.screen, ComparisonScreen))
        await running.press("ctrl+q")
        await running.until(lambda: isinstance(running.app.screen, ConfirmScreen))
        await running.press("y")
        await running.until(lambda: not running.app.is_running)


async def test_quitting_with_nothing_under_way_does_not_ask() -> None:
    async with stand("one") as running:
        await running.press("ctrl+q")
        await running.until(lambda: not running.app.is_running)


async def test_q_at_the_top_asks_and_escape_there_does_nothing() -> None:
    async with stand("one") as running:
        await running.press("escape", "escape", "escape")
        assert running.mode() is Mode.REVIEW
        await running.press("q")
        await running.until(lambda: isinstance(running.app.screen, ConfirmScreen))
        await running.press("escape")
        await running.until(lambda: isinstance(running.app.screen, ComparisonScreen))


async def test_ctrl_c_clears_then_stops_all_then_quits_each_on_a_second_press() -> None:
    async with stand("one") as running:
        await running.send("go")
        await running.type("draft")
        await running.press("ctrl+c")
        assert running.screen.composer.text == ""
        assert running.screen.session.is_live
        await running.press("ctrl+c")
        assert "Ctrl+C again stops all answers" in running.screen.header.text
        assert running.screen.session.is_live
        await running.press("ctrl+c")
        assert "again stops" not in running.screen.header.text
        await running.until(lambda: not running.screen.session.is_live)
        await running.press("ctrl+c")
        assert "Ctrl+C again quits" in running.screen.header.text
        await running.press("ctrl+c")
        await running.until(lambda: not running.app.is_running)


async def test_a_second_ctrl_c_quits_only_where_the_first_said_so() -> None:
    async with stand("one") as running:
        await running.send("go")
        await running.press("ctrl+c")
        assert "Ctrl+C again stops all answers" in running.screen.header.text
        await running.end(0)
        assert "again stops" not in running.screen.header.text
        await running.press("ctrl+c")
        assert running.app.is_running
        assert "Ctrl+C again quits" in running.screen.header.text


async def test_a_new_comparison_begins_with_the_same_lanes_and_no_history() -> None:
    async with stand("one", "two") as running:
        await running.send("old")
        await running.asked(2)
        await running.press("ctrl+n")
        await running.until(lambda: isinstance(running.app.screen, ConfirmScreen))
        await running.press("y")
        await running.until(lambda: running.screen.session.comparison is None)
        await running.until(lambda: all(stream.closed for stream in running.source.streams))
        assert running.body(0) == ""
        await running.send("new")
        await running.asked(4)
        assert [len(stream.request.messages) for stream in running.source.streams[2:]] == [1, 1]
        await running.until(lambda: running.body(0) == "› new")


def _start(*ways: WayIn) -> Start:
    return Start("There is no key yet.", ways)


async def test_the_start_screen_says_what_is_missing_and_leads_on() -> None:
    threads: list[str] = []

    def go(typed: str, say: object) -> WayInResult:
        threads.append(threading.current_thread().name)
        if typed != "sk-good":
            return WayInResult(error="This is no key[/red].")
        return WayInResult((LaneSpec("one", "scripted"), LaneSpec("two", "scripted")), notice="The key is kept.")

    way = WayIn("k", "Paste a key", "Any model.", go, asks="key", is_secret=True)
    async with stand(start=_start(way)) as running:
        await running.until(lambda: isinstance(running.app.screen, StartScreen))
        await running.press("k")
        await running.until(lambda: running.app.screen.query_one(Input).password)
        await _enter(running, "nonsense")
        screen = running.app.screen
        assert isinstance(screen, StartScreen)
        await running.until(lambda: screen.said == "This is no key[/red].")
        await running.press("k")
        await _enter(running, "sk-good")
        await running.until(lambda: isinstance(running.app.screen, ComparisonScreen))
        assert _models(running) == ["one", "two"]
        assert "The key is kept." in running.screen.header.text
        assert "MainThread" not in threads
        await running.send("go")
        await running.asked(2)


async def test_the_start_screen_can_be_left() -> None:
    async with stand(start=_start()) as running:
        await running.until(lambda: isinstance(running.app.screen, StartScreen))
        await running.press("q")
        await running.until(lambda: not running.app.is_running)


async def test_without_lanes_the_dialog_opens_its_field_at_once() -> None:
    async with stand() as running:
        await running.type("hello")
        await running.press("enter")
        assert "no lane" in running.screen.header.text
        assert running.screen.composer.text == "hello"
        await running.press("ctrl+o")
        await running.until(lambda: isinstance(running.app.screen, LanesScreen))
        await _enter(running, "one")
        await running.until(lambda: _models(running) == ["one"])
