"""Acting on answers: stop, ask again, alternatives, copy."""

from __future__ import annotations

import pytest

from compare_tui.domain.answers import AnswerError, AnswerStatus, ErrorKind
from compare_tui.domain.events import StreamEnded, StreamFailed
from compare_tui.domain.limits import Refusal
from tests.support.fakes import OpenLedger
from tests.support.pilot import stand

_FAILURE = (
    StreamFailed(AnswerError(ErrorKind.SERVER, "overloaded", code=502)),
    StreamEnded(done=True),
)


async def test_one_answer_is_stopped_and_keeps_its_text_while_the_others_go_on() -> None:
    async with stand("one", "two") as running:
        await running.send("go")
        await running.asked(2)
        await running.say(0, "half an ans")
        await running.say(1, "still ")
        await running.press("escape", "c")
        await running.until(lambda: running.feed(0).state.status is AnswerStatus.CANCELLED)
        await running.until(lambda: running.source.of(0).closed)
        await running.say(1, "here")
        assert running.status(0).startswith("■ cancelled")
        assert "half an ans ■ You stopped this answer. r ask again" in running.body(0)
        assert running.body(1) == "› go still here"


async def test_all_answers_are_stopped_with_one_key() -> None:
    async with stand("one", "two", "three") as running:
        await running.send("go")
        await running.asked(3)
        await running.press("escape", "C")
        await running.until(lambda: not running.screen.session.is_live)
        assert all(stream.closed for stream in running.source.streams)
        assert [running.feed(lane).state.status for lane in range(3)] == [AnswerStatus.CANCELLED] * 3


async def test_asking_again_keeps_what_was_said_as_an_alternative() -> None:
    async with stand("one") as running:
        await running.send("go")
        await running.say(0, "first try")
        await running.end(0)
        await running.press("escape", "r")
        await running.asked(2)
        await running.say(0, "second try")
        await running.end(0)
        assert "answer 2 of 2 second try" in running.body(0)
        await running.press("left_parenthesis")
        await running.until(lambda: "answer 1 of 2 first try" in running.body(0))
        await running.press("left_parenthesis", "right_parenthesis")
        await running.until(lambda: "answer 2 of 2 second try" in running.body(0))


async def test_the_answer_on_the_screen_is_what_the_follow_up_builds_on() -> None:
    async with stand("one") as running:
        await running.send("go")
        await running.say(0, "first try")
        await running.end(0)
        await running.press("escape", "r")
        await running.asked(2)
        await running.say(0, "second try")
        await running.end(0)
        await running.press("left_parenthesis", "i")
        await running.until(lambda: "first try" in running.body(0))
        await running.send("more")
        said = [message.content for message in running.source.of(0).request.messages]
        assert said == ["go", "first try", "more"]


async def test_all_that_failed_are_asked_again_and_no_others() -> None:
    async with stand("one", "two", "three") as running:
        await running.send("go")
        await running.asked(3)
        await running.say(0, "fine")
        await running.end(0)
        await running.say(1, *_FAILURE)
        await running.say(2, *_FAILURE)
        await running.press("escape", "R")
        await running.asked(5)
        assert sorted(stream.request.lane.id for stream in running.source.streams[3:]) == [1, 2]


async def test_a_refusal_by_a_limit_of_ours_is_said_in_the_pane() -> None:
    ledger = OpenLedger()
    ledger.refusal = Refusal("answers_per_minute", 20, 20, 2, 1_800_000_000.0)
    async with stand("one", "two", ledger=ledger) as running:
        running.screen.composer.area.insert("go")
        await running.press("enter")
        await running.until(lambda: "refused by a limit" in running.status(1))
        assert "answers_per_minute = 20: 20 used, 2 wanted. Allowed again on" in running.body(0)
        assert running.source.streams == []


async def test_an_answer_is_copied_as_it_was_received_and_it_is_said_where_to(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr("compare_tui.tui.internals.terminal.write_raw", lambda _app, data: written.append(data))
    monkeypatch.setenv("TERM", "xterm")
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    async with stand("one") as running:
        await running.send("go")
        await running.say(0, "**as** received\n")
        await running.end(0)
        await running.press("escape", "y")
        await running.until(lambda: "terminal's clipboard (OSC 52)" in running.screen.header.text)
    assert written == ["\x1b]52;c;KiphcyoqIHJlY2VpdmVkCg==\x07"]


async def test_a_key_that_has_nothing_to_act_upon_says_so() -> None:
    async with stand("one") as running:
        await running.send("go")
        await running.say(0, StreamFailed(AnswerError(ErrorKind.KEY, "no", code=401)), StreamEnded(done=True))
        await running.until(lambda: "401" in running.status(0))
        await running.press("escape", "y")
        assert "Nothing to copy: the last answer of this lane has no text." in running.screen.header.text
        await running.press("c")
        assert "Nothing to stop" in running.screen.header.text


async def test_todays_figures_are_read_again_when_answers_begin_and_when_they_have_ended() -> None:
    from compare_tui.tui.services import Today

    readings = iter(range(1, 100))
    async with stand("one", today=lambda: Today(next(readings), 0.5, 5.0, (3, 20))) as running:
        await running.until(
            lambda: "today 1 answer · $0.5000 of $5.00 · 3/20 this minute" in running.screen.header.text
        )
        await running.send("go")
        await running.until(lambda: "today 2 answers" in running.screen.header.text)
        await running.end(0)
        await running.until(lambda: "today 3 answers" in running.screen.header.text)
