from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from compare_tui.domain.answers import AnswerError, AnswerStatus, Citation, ErrorKind, ImageMark, Usage
from compare_tui.domain.errors import StorageError, UsageError
from compare_tui.domain.events import (
    AnswerCancelled,
    CitationReceived,
    FinishReported,
    ImageReceived,
    ModelServed,
    ReasoningDetailsReceived,
    ReasoningReceived,
    StreamEnded,
    StreamFailed,
    TextReceived,
    ToolCallReceived,
    UsageReported,
    WarningRaised,
)
from compare_tui.domain.figures import duration_s, reasoning_s, tokens_per_second, ttft_s
from compare_tui.domain.lanes import LaneId
from compare_tui.engine.comparison import AnswerFeed
from compare_tui.engine.history import HistoryFilter
from compare_tui.storage.history import SqliteHistory
from compare_tui.storage.recorder import SqliteRecorder
from tests.storage.support import Notices, Scene, open_database, rows, start_program
from tests.support.manual_clock import ManualClock


class Kept:
    """A recorder and a history on one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = ManualClock()
        self.database = open_database(path, clock=self.clock)
        self.recorder = SqliteRecorder(self.database, clock=self.clock, on_notice=Notices())
        self.history = SqliteHistory(self.database, clock=self.clock)

    async def answered(self, prompt: str, *texts: str, models: tuple[str, ...] = ("a", "b")) -> Scene:
        """Keep a comparison of one turn."""
        scene = Scene(self.recorder, self.clock, *models)
        await self.clock.advance(1)
        for feed, text in zip(scene.ask(prompt), texts, strict=False):
            end(scene, feed, text)
        await self.recorder.flush()
        return scene

    def titles(self, query: str = "", **wanted: object) -> list[str]:
        found = self.history.page(HistoryFilter(query=query, **wanted))  # type: ignore[arg-type]
        return [entry.title for entry in found]

    def close(self) -> None:
        self.recorder.close()
        self.database.close()


def end(scene: Scene, feed: AnswerFeed, text: str) -> None:
    scene.happen(feed, TextReceived(text), FinishReported("stop"), StreamEnded(done=True))


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path / "compare-tui.db")
    yield kept
    kept.close()


async def test_an_empty_store_has_no_history(kept: Kept) -> None:
    assert kept.history.page(HistoryFilter()) == ()
    assert kept.history.count(HistoryFilter()) == 0
    assert kept.history.last() is None
    assert kept.history.interrupted() == ()


async def test_the_newest_comparison_comes_first_with_its_models_turns_and_worst_status(kept: Kept) -> None:
    await kept.answered("First", "one", "two")
    scene = await kept.answered("Second", "one", models=("x", "y", "x"))
    feeds = [alternatives[0] for alternatives in scene.comparison.turns[0].answers.values()]
    scene.happen(feeds[1], AnswerCancelled())
    scene.happen(feeds[2], StreamFailed(AnswerError(ErrorKind.SERVER, "no")), StreamEnded(done=False))
    scene.ask("Again", scene.comparison.lanes[:1])
    await kept.recorder.flush()
    second, first = kept.history.page(HistoryFilter())
    assert (second.title, second.models, second.turns) == ("Second", ("x", "y", "x"), 2)
    assert second.status is AnswerStatus.WAITING
    assert (first.title, first.models, first.turns, first.status) == ("First", ("a", "b"), 1, AnswerStatus.COMPLETE)
    assert first.created_at == 1_800_000_000.0
    assert kept.history.last() == second.id


async def test_of_several_alternatives_the_last_counts(kept: Kept) -> None:
    scene = await kept.answered("Ask", models=("a",))
    [feed] = scene.comparison.turns[0].answers[LaneId(0)]
    scene.happen(feed, StreamFailed(AnswerError(ErrorKind.SERVER, "no")), StreamEnded(done=False))
    await kept.recorder.flush()
    assert kept.titles(status=AnswerStatus.ERROR) == ["Ask"]
    end(scene, scene.ask_again(scene.comparison.lanes[0], scene.comparison.turns[0]), "well")
    await kept.recorder.flush()
    assert kept.titles(status=AnswerStatus.ERROR) == []
    assert kept.titles(status=AnswerStatus.COMPLETE) == ["Ask"]


async def test_pages_follow_each_other_without_a_gap(kept: Kept) -> None:
    for number in range(7):
        await kept.answered(f"Prompt {number}", "x")
    seen, after = [], None
    while page := kept.history.page(HistoryFilter(), after=after, limit=3):
        seen += [entry.title for entry in page]
        after = page[-1]
    assert seen == [f"Prompt {number}" for number in reversed(range(7))]
    assert kept.history.count(HistoryFilter()) == 7


async def test_words_are_found_in_prompts_answers_titles_and_tags(kept: Kept) -> None:
    await kept.answered("今天天气很好吗", "Yes, sunny", "Ja, sonnig")
    rust = await kept.answered("What is borrowing?", "Rust lends a value", "Ownership, shared")
    await kept.answered("What is a monad?", "A burrito", "天下的气球")
    assert kept.titles("天气") == ["今天天气很好吗"]
    assert kept.titles("what") == ["What is a monad?", "What is borrowing?"]
    assert kept.titles("owner borrow") == ["What is borrowing?"]
    assert kept.titles('"lends a value"') == ["What is borrowing?"]
    assert kept.titles('"value a lends"') == []
    kept.history.rename(rust.comparison.id, "Loans 100%")
    kept.history.tag(rust.comparison.id, ("systems", " systems ", ""))
    assert kept.titles("loans") == kept.titles("100%") == kept.titles("syst") == kept.titles(tag="systems")
    assert kept.titles("loans") == ["Loans 100%"]
    assert kept.history.page(HistoryFilter(query="loans"))[0].tags == ("systems",)
    assert kept.history.count(HistoryFilter(query="what")) == 2


async def test_model_and_time_narrow_the_list(kept: Kept) -> None:
    first = await kept.answered("Old", "x", models=("openai/gpt-5", "b"))
    await kept.answered("New", "x", models=("qwen_8b", "b"))
    assert kept.titles(model="gpt") == ["Old"]
    assert kept.titles(model="n_8") == ["New"]
    assert kept.titles(model="n%8") == []
    between = first.comparison.created_at + 0.5
    assert kept.titles(since=between) == ["New"]
    assert kept.titles(until=between) == ["Old"]


async def test_an_id_is_found_by_its_beginning(kept: Kept) -> None:
    one = (await kept.answered("One", "x")).comparison.id
    two = (await kept.answered("Two", "x")).comparison.id
    assert kept.history.find(one) == one
    with pytest.raises(UsageError, match=f"begins with id-: .*{two}"):
        kept.history.find("id-")
    for unknown in ("nope", "", "%", "\x1b[2J"):
        with pytest.raises(UsageError, match="No comparison has the id"):
            kept.history.find(unknown)


async def test_a_comparison_comes_back_as_it_was(kept: Kept) -> None:
    scene = Scene(kept.recorder, kept.clock, "a", "b", "a", system="Be brief.")
    thinker, caller, failed = scene.ask("Hello\n\nthere")
    await kept.clock.advance(0.3)
    scene.happen(thinker, ModelServed("a-2026", "Acme"), ReasoningReceived("hm "))
    await kept.clock.advance(0.25)
    scene.happen(
        thinker, ReasoningDetailsReceived(({"type": "reasoning.text", "text": "\x1bhm "},)), TextReceived("Hi")
    )
    await kept.clock.advance(1.333)
    scene.happen(thinker, TextReceived("!"), WarningRaised("odd"), UsageReported(Usage(9, 30, 4), 0.0125))
    scene.happen(thinker, FinishReported("stop", "end_turn"), StreamEnded(done=True))
    scene.happen(caller, ToolCallReceived(0, "c1", "search", '{"q": 1}'), CitationReceived(Citation("http://e", "E")))
    scene.happen(caller, ImageReceived(ImageMark("image/png", 9)), FinishReported("tool_calls"), StreamEnded(done=True))
    fault = AnswerError(ErrorKind.RATE_LIMIT, "slow", code=429, type="t", provider="P", retry_after_s=3, hint="Wait.")
    scene.happen(failed, StreamFailed(fault), StreamEnded(done=False))
    end(scene, scene.ask_again(failed.lane, scene.comparison.turns[0]), "second try")
    await kept.recorder.flush()

    back = kept.history.record(scene.comparison.id).comparison
    assert (back.id, back.created_at, back.system) == (scene.comparison.id, scene.comparison.created_at, "Be brief.")
    assert back.lanes == scene.comparison.lanes
    assert back.next_lane_id == 3
    [turn] = back.turns
    assert turn.prompt == "Hello\n\nthere"
    for lane in back.lanes:
        for old, new in zip(scene.comparison.turns[0].answers[lane.id], turn.answers[lane.id], strict=True):
            assert (new.id, new.lane, new.chunks, new.text()) == (old.id, old.lane, old.chunks, old.text())
            for name in (
                "status", "attempts", "n_chars", "n_reasoning_chars", "served_model", "provider", "finish_reason",
                "native_finish_reason", "usage", "cost_usd", "cost_source", "tool_calls", "images", "citations",
                "reasoning_details", "warnings", "error", "refusal",
            ):  # fmt: skip
                assert getattr(new.state, name) == getattr(old.state, name), name
            for figure in (ttft_s, tokens_per_second):
                assert figure(new.state) == pytest.approx(figure(old.state), abs=0.002), figure
            for ending in (duration_s, reasoning_s):
                assert ending(new.state, 99) == pytest.approx(ending(old.state, 99), abs=0.002), ending
    assert back.live_answers() == []
    assert back.history(LaneId(2), 2)[0].answer == "second try"


async def test_the_alternative_that_counted_counts_again(kept: Kept) -> None:
    scene = await kept.answered("Ask", "first", models=("a",))
    turn = scene.comparison.turns[0]
    end(scene, scene.ask_again(scene.comparison.lanes[0], turn), "second")
    turn.shown[LaneId(0)] = 0
    kept.recorder.alternative_shown(scene.comparison, turn)
    await kept.recorder.flush()
    back = kept.history.record(scene.comparison.id).comparison
    assert back.history(LaneId(0), 2)[0].answer == "first"


async def test_texts_of_a_tampered_file_come_back_harmless(kept: Kept) -> None:
    scene = await kept.answered("Ask", "text")
    with kept.database.write() as db:
        db.execute("UPDATE answers SET text = 'a' || char(27) || '[2Jb', error = '{\"message\":\"\\u001b]52;c\"}'")
        db.execute("UPDATE answers SET status = 'odd', params = '[1', arrivals = x'00', tool_calls = '{}'")
        db.execute("UPDATE comparisons SET title = char(27) || 'c'")
        db.execute('UPDATE turns SET shown = \'{"0": 7, "1": "x"}\'')
    record = kept.history.record(scene.comparison.id)
    [turn] = record.comparison.turns
    feed = turn.answer(LaneId(0))
    assert feed is not None
    assert (record.title, feed.text()) == ("␛c", "a␛[2Jb")
    assert feed.state.error is not None
    assert feed.state.error.message == "␛]52;c"
    assert feed.state.status is AnswerStatus.ERROR


async def test_a_deletion_can_be_taken_back_until_it_is_carried_out(kept: Kept) -> None:
    scene = await kept.answered("Forget 秘密", "soon", models=("a",))
    await kept.answered("Keep", "this")
    identity = scene.comparison.id
    kept.history.delete(identity)
    assert kept.titles() == ["Keep"]
    assert kept.titles("秘密") == []
    with pytest.raises(UsageError):
        kept.history.find(identity)
    with pytest.raises(UsageError):
        kept.history.record(identity)
    kept.history.restore(identity)
    assert kept.titles("秘密") == ["Forget 秘密"]
    kept.history.delete(identity)
    await kept.clock.advance(9)
    assert kept.history.purge() == 0
    await kept.clock.advance(2)
    assert kept.history.purge() == 1
    kept.history.restore(identity)
    assert kept.titles() == ["Keep"]
    for table in ("lanes", "turns", "answers", "tags"):
        assert rows(kept.path, f"SELECT count(*) FROM {table} WHERE comparison = ?", identity) == [(0,)]
    assert rows(kept.path, "SELECT rowid FROM words WHERE words MATCH 'soon OR 密'") == []
    with kept.database.write() as db:
        db.execute("INSERT INTO words (words) VALUES ('integrity-check')")


async def test_what_was_deleted_is_gone_after_the_next_start(kept: Kept) -> None:
    scene = await kept.answered("Forget", "soon")
    kept.history.delete(scene.comparison.id)
    await kept.clock.advance(60)
    again = SqliteRecorder(kept.database, clock=kept.clock, on_notice=Notices())
    await again.flush()
    again.close()
    assert rows(kept.path, "SELECT count(*) FROM comparisons") == [(0,)]


async def test_a_comparison_that_another_program_has_open_can_only_be_read(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    with (tmp_path / "log").open("w") as log:
        program = start_program("record", path, stdout=log.fileno())
        kept = Kept(path)
        try:
            while (identity := kept.history.last()) is None:
                assert program.poll() is None
            record = kept.history.open(identity)
            assert record.comparison.is_read_only
            assert record.comparison.live_answers()
            with pytest.raises(StorageError, match="has this comparison open"):
                kept.history.delete(identity)
            assert kept.history.interrupted() == ()
            program.kill()
            program.communicate(timeout=10)
            record = kept.history.open(identity)
            assert not record.comparison.is_read_only
            assert record.comparison.live_answers() == []
            assert {feed.state.status for feed in _feeds(record.comparison.turns[0].answers)} == {AnswerStatus.CUT}
        finally:
            program.kill()
            program.communicate(timeout=10)
            kept.close()


async def test_an_interrupted_comparison_is_offered_until_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    with (tmp_path / "log").open("w") as log:
        program = start_program("record", path, stdout=log.fileno())
        while not path.exists() or not rows_or_none(path):
            assert program.poll() is None
        program.kill()
        program.communicate(timeout=10)
    kept = Kept(path)
    await kept.recorder.flush()
    [offered] = kept.history.interrupted()
    assert offered.status is AnswerStatus.CUT
    kept.history.forget_interrupted()
    assert kept.history.interrupted() == ()
    with kept.database.write() as db:
        db.execute("UPDATE comparisons SET interrupted = 1")
    kept.history.open(offered.id)
    assert kept.history.interrupted() == ()
    kept.close()


async def test_a_file_of_a_newer_version_is_gone_on_with_in_memory(kept: Kept) -> None:
    scene = await kept.answered("First", "one", "two")
    with kept.database.write() as db:
        db.execute("PRAGMA user_version = 99")
    newer = Kept(kept.path)
    [entry] = newer.history.page(HistoryFilter())
    record = newer.history.open(entry.id)
    assert (record.comparison.id, record.comparison.is_read_only) == (scene.comparison.id, False)
    again = Scene(newer.recorder, newer.clock)
    again.comparison = record.comparison
    newer.recorder.comparison_opened(record.comparison)
    for feed in again.ask("Second"):
        end(again, feed, "more")
    await newer.recorder.flush()
    newer.close()
    assert rows(kept.path, "SELECT count(*) FROM turns") == [(1,)]


def rows_or_none(path: Path) -> list[tuple[object, ...]]:
    try:
        return rows(path, "SELECT 1 FROM chunks LIMIT 1")
    except sqlite3.OperationalError:
        return []


def _feeds(answers: dict[LaneId, list[AnswerFeed]]) -> list[AnswerFeed]:
    return [feed for alternatives in answers.values() for feed in alternatives]


async def test_a_comparison_that_was_left_is_free_for_another_program(kept: Kept) -> None:
    scene = await kept.answered("Ask", "x")
    assert rows(kept.path, "SELECT count(*) FROM comparisons WHERE owner IS NULL") == [(0,)]
    other = Kept(kept.path)
    assert other.history.open(scene.comparison.id).comparison.is_read_only
    kept.recorder.comparison_left(scene.comparison)
    await kept.recorder.flush()
    assert not other.history.open(scene.comparison.id).comparison.is_read_only
    assert kept.history.open(scene.comparison.id).comparison.is_read_only
    other.history.leave(scene.comparison.id)
    assert not kept.history.open(scene.comparison.id).comparison.is_read_only
    other.close()


async def test_a_comparison_of_the_past_goes_on_in_the_same_place(kept: Kept) -> None:
    scene = await kept.answered("First", "one", "two")
    kept.recorder.comparison_left(scene.comparison)
    await kept.recorder.flush()
    again = Scene(kept.recorder, kept.clock)
    again.comparison = kept.history.open(scene.comparison.id).comparison
    kept.recorder.comparison_opened(again.comparison)
    for feed in again.ask("Second"):
        end(again, feed, "more")
    await kept.recorder.flush()
    [entry] = kept.history.page(HistoryFilter())
    assert (entry.id, entry.title, entry.turns, entry.status) == (
        scene.comparison.id,
        "First",
        2,
        AnswerStatus.COMPLETE,
    )
    back = kept.history.record(entry.id).comparison
    assert [turn.prompt for turn in back.turns] == ["First", "Second"]
    assert back.lanes == scene.comparison.lanes
