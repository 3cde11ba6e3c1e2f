"""Writing and sending: the composer, its keys, whom it writes to."""

from __future__ import annotations

from textual import events

from compare_tui.domain.messages import Role
from compare_tui.tui.commands import Mode
from compare_tui.tui.widgets.prompt_history import PromptHistory
from tests.support.pilot import Stand, stand


def _prompts(running: Stand) -> list[tuple[int, str]]:
    return [(stream.request.lane.id, stream.request.messages[-1].content) for stream in running.source.streams]


async def test_enter_sends_to_all_lanes_and_empties_the_composer() -> None:
    async with stand("one", "two", "three") as running:
        await running.send("Explain CRDTs")
        await running.asked(3)
        assert sorted(_prompts(running)) == [(lane, "Explain CRDTs") for lane in (0, 1, 2)]
        assert running.screen.composer.text == ""
        assert all("› Explain CRDTs" in running.shown(place) for place in range(3))


async def test_a_prompt_given_at_the_start_is_sent_once_the_panes_stand() -> None:
    async with stand("one", "two", prompt="Hello") as running:
        await running.asked(2)
        assert sorted(_prompts(running)) == [(0, "Hello"), (1, "Hello")]


async def test_the_keys_for_a_new_line_do_not_send() -> None:
    async with stand("one") as running:
        await running.press("a", "ctrl+j", "b", "shift+enter", "c", "alt+enter", "d", "backslash", "enter", "e")
        assert running.screen.composer.text == "a\nb\nc\nd\ne"
        assert running.source.streams == []


async def test_pasting_never_sends_and_is_made_safe() -> None:
    async with stand("one") as running:
        running.app.post_message(events.Paste("two\nlines\x1b[31m\n"))
        await running.pilot.pause()
        assert running.screen.composer.text == "two\nlines␛[31m\n"
        assert running.source.streams == []


async def test_an_empty_prompt_is_not_sent() -> None:
    async with stand("one") as running:
        await running.press("space", "enter")
        assert running.source.streams == []


async def test_enter_and_newline_can_be_swapped() -> None:
    async with stand("one", enter_sends=False) as running:
        await running.press("a", "enter", "b", "ctrl+j")
        await running.asked(1)
        assert _prompts(running) == [(0, "a\nb")]


async def test_escape_goes_to_review_and_keeps_the_text() -> None:
    async with stand("one", "two") as running:
        await running.type("not yet")
        await running.press("escape")
        assert running.mode() is Mode.REVIEW
        assert running.panes[0].has_focus
        await running.press("j", "z", "z")
        await running.press("i")
        assert running.mode() is Mode.WRITE
        assert running.screen.composer.text == "not yet"


async def test_the_header_names_the_key_that_shows_the_help_in_this_mode() -> None:
    async with stand("one") as running:
        assert running.screen.header.text.endswith("F1 help ")
        await running.press("escape")
        assert running.screen.header.text.endswith("? help ")
        await running.press("i")
        assert running.screen.header.text.endswith("F1 help ")


async def test_tab_leaves_an_empty_composer_only() -> None:
    async with stand("one") as running:
        await running.press("a", "tab")
        assert running.mode() is Mode.WRITE
        assert running.screen.composer.text.strip() == "a"
        await running.press("ctrl+c", "tab")
        assert running.mode() is Mode.REVIEW


async def test_earlier_prompts_come_back_at_the_first_line_and_the_draft_at_last() -> None:
    async with stand("one") as running:
        await running.send("first")
        await running.end(0)
        await running.send("second")
        await running.end(0)
        await running.type("draft")
        await running.press("up")
        assert running.screen.composer.text == "second"
        await running.press("up", "up")
        assert running.screen.composer.text == "first"
        await running.press("down", "down")
        assert running.screen.composer.text == "draft"


async def test_in_a_prompt_of_several_lines_up_moves_the_cursor_first() -> None:
    async with stand("one") as running:
        await running.send("earlier")
        await running.end(0)
        await running.type("a\nb")
        await running.press("up")
        assert running.screen.composer.text == "a\nb"
        await running.press("up")
        assert running.screen.composer.text == "earlier"


async def test_a_follow_up_goes_to_every_lane_with_its_own_history() -> None:
    async with stand("same", "same") as running:
        await running.send("first")
        await running.say(0, "from zero")
        await running.say(1, "from one")
        await running.end(0)
        await running.end(1)
        await running.send("second")
        await running.asked(4)
        histories = {
            stream.request.lane.id: [message.content for message in stream.request.messages]
            for stream in running.source.streams[2:]
        }
        assert histories == {0: ["first", "from zero", "second"], 1: ["first", "from one", "second"]}


async def test_one_lane_alone_is_written_to() -> None:
    async with stand("one", "two") as running:
        await running.press("escape", "l", "I")
        assert "2 two" in running.screen.composer.query_one("#target").text  # type: ignore[attr-defined]
        await running.send("only you")
        assert _prompts(running) == [(1, "only you")]
        assert "only you" not in running.shown(0)
        assert "Sent to two only. The next prompt goes to all 2 lanes." in running.screen.header.text
        assert "all ›" in running.screen.composer.query_one("#target").text  # type: ignore[attr-defined]
        await running.end(1)
        await running.send("all of you")
        await running.asked(3)
        assert sorted(_prompts(running)[1:]) == [(0, "all of you"), (1, "only you\n\nall of you")]


async def test_a_lane_that_still_answers_is_not_sent_to_and_the_text_stays() -> None:
    async with stand("one", "two") as running:
        await running.send("first")
        await running.type("second")
        await running.press("enter")
        assert running.screen.composer.text == "second"
        assert "Still answering: one, two" in running.screen.header.text
        assert len(running.source.streams) == 2
        await running.end(0)
        await running.end(1)
        assert "Still answering" not in running.screen.header.text


async def test_the_system_prompt_goes_first() -> None:
    async with stand("one", system="Be brief.") as running:
        await running.send("hi")
        assert [message.role for message in running.source.of(0).request.messages] == [Role.SYSTEM, Role.USER]


async def test_what_is_pasted_while_reading_goes_into_the_composer() -> None:
    async with stand("one") as running:
        await running.press("escape")
        running.app.post_message(events.Paste("pasted"))
        await running.until(lambda: running.screen.composer.text == "pasted")
        assert running.mode() is Mode.WRITE


async def test_the_composer_grows_with_its_text_to_eight_lines() -> None:
    async with stand("one") as running:
        assert running.screen.composer.size.height == 1
        await running.type("1\n2\n3")
        assert running.screen.composer.size.height == 3
        await running.type("\n4\n5\n6\n7\n8\n9\n10")
        assert running.screen.composer.size.height == 8


def test_history_keeps_the_draft_and_stops_at_both_ends() -> None:
    history = PromptHistory(["a", "b"])
    assert history.later() is None
    assert history.earlier("draft") == "b"
    assert history.earlier("b") == "a"
    assert history.earlier("a") is None
    assert history.later() == "b"
    assert history.later() == "draft"
    history.add("b")
    assert history.earlier("") == "b"
    assert history.earlier("b") == "a"
