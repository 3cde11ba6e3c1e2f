"""The stream of a comparison, trap by trap, without a network."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare_tui.domain.answers import AnswerStatus, ErrorKind
from compare_tui.domain.events import (
    ImageReceived,
    KeepAliveReceived,
    ModelServed,
    StreamEnded,
    TurnAwaited,
    TurnCame,
)
from compare_tui.sources.compare_wire import ComparisonDecoder
from tests.support.answers import Answer
from tests.support.compare_server import chunk, complete, done, event, start, top_error, usual

MODELS = ("a/x", "b/y", "c/z")


def play(
    *frames: bytes,
    models: Sequence[str] = MODELS[:1],
    done_is_last: bool = True,
    is_sequential: bool = False,
    reason: str | None = None,
) -> dict[str, Answer]:
    """Feed frames and the end of the stream; return each model's answer."""
    decoder = ComparisonDecoder(models, done_is_last=done_is_last, is_sequential=is_sequential)
    answers = {model: Answer() for model in models}
    told = decoder.opened()
    for frame in frames:
        told += decoder.feed(frame.decode().removeprefix("data: "))
    for model, happened in told + decoder.close(reason):
        answers[model].take(happened)
    return answers


def play_one(*frames: bytes, reason: str | None = None) -> Answer:
    return play(*frames, reason=reason)["a/x"]


@pytest.mark.parametrize("generation", ["OCT", "CA", "CI"])
def test_each_generations_usual_stream_gives_each_model_its_text(generation: str) -> None:
    frames = [item for item in usual(generation)({"models": MODELS}) if isinstance(item, bytes)]
    answers = play(*frames, models=MODELS, done_is_last=generation != "CA", is_sequential=generation == "OCT")
    assert {model: answer.text for model, answer in answers.items()} == {model: f"Hello, {model}." for model in MODELS}
    assert {answer.status for answer in answers.values()} == {AnswerStatus.COMPLETE}


def test_text_behind_done_is_kept_where_done_is_not_the_last_word() -> None:
    frames = [start("a/x"), done("a/x"), chunk("a/x", "all of "), chunk("a/x", "it"), complete()]
    assert play(*frames, done_is_last=False)["a/x"].text == "all of it"


def test_a_model_ends_with_its_done_where_that_is_the_last_word() -> None:
    decoder = ComparisonDecoder(MODELS[:2], done_is_last=True, is_sequential=True)
    told = decoder.feed(done("a/x").decode().removeprefix("data: "))
    assert ("a/x", StreamEnded(done=True)) in told


@pytest.mark.parametrize(
    ("said", "error", "kind", "code"),
    [
        ("Error: Authentication failed", True, ErrorKind.SERVER, 401),
        ("Error: Model not available - no endpoints", True, ErrorKind.REQUEST, 404),
        ("Error: Rate limited", True, ErrorKind.RATE_LIMIT, 429),
        ("Error: Error code: 500 - {'error': {'code': 500, 'message': 'boom'}}", True, ErrorKind.SERVER, 500),
        ("Error: Invalid request - Error code: 400 - {}", True, ErrorKind.REQUEST, 400),
        ("Error: timed out", True, ErrorKind.TIMEOUT, 504),
        ("Error: This request requires more credits or fewer max_tokens.", False, ErrorKind.REQUEST, 402),
        ("Error: Model 'a/x' is temporarily unavailable due to provider issues.", False, ErrorKind.SERVER, 503),
        ("Error: something never seen", True, ErrorKind.SERVER, None),
    ],
)
def test_a_failure_in_place_of_an_answer_is_no_text(said: str, error: bool, kind: ErrorKind, code: int | None) -> None:
    answer = play_one(start("a/x"), chunk("a/x", said), done("a/x", error=error), complete())
    assert (answer.status, answer.text) == (AnswerStatus.ERROR, "")
    assert answer.state.error is not None
    assert (answer.state.error.kind, answer.state.error.code) == (kind, code)
    assert answer.state.error.message == said.removeprefix("Error: ")
    assert not answer.state.error.retryable


@pytest.mark.parametrize("said", ["Error: Provider disconnected", "Error: timed out", "Error: Overloaded"])
def test_a_failure_glued_to_a_text_is_taken_off_it(said: str) -> None:
    answer = play_one(start("a/x"), chunk("a/x", "half a sen"), chunk("a/x", said), done("a/x"), complete())
    assert (answer.status, answer.text) == (AnswerStatus.ERROR, "half a sen")
    assert answer.state.error is not None
    assert answer.state.error.message in said


def test_a_failure_in_an_open_code_block_is_taken_off_it() -> None:
    frames = [chunk("a/x", "```py"), chunk("a/x", "thon\nprint(1)\n"), chunk("a/x", "Error: Overloaded"), done("a/x")]
    answer = play_one(*frames, complete())
    assert (answer.status, answer.text) == (AnswerStatus.ERROR, "```python\nprint(1)\n")


@pytest.mark.parametrize(
    "pieces",
    [
        ["Error: ", "that is how it begins."],
        ["It prints:\n\n", "Error: disk full"],
        ["The message is: ", "Error: disk full"],
        ["Lines:\n", "Error: one\nError: two\n"],
        ["See ", "Error: disk full", " in the log."],
        ["```\n", "Error: Overloaded\n", "```"],
        ["Error: " + "a long explanation " * 60],
    ],
)
def test_an_answer_that_talks_about_errors_is_an_answer(pieces: list[str]) -> None:
    answer = play_one(start("a/x"), *(chunk("a/x", piece) for piece in pieces), done("a/x"), complete())
    assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "".join(pieces))


def test_an_answer_that_may_be_a_failure_is_kept_with_a_word_about_it() -> None:
    answer = play_one(start("a/x"), chunk("a/x", "Error: is what you asked me to say."), done("a/x"), complete())
    assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "Error: is what you asked me to say.")
    assert "did not say that the model failed" in answer.state.warnings[0]


def test_a_failure_without_words_is_a_failure() -> None:
    answer = play_one(start("a/x"), chunk("a/x", "half"), done("a/x", error=True), complete())
    assert (answer.status, answer.text) == (AnswerStatus.ERROR, "half")


@pytest.mark.parametrize(
    ("note", "status"),
    [
        ("\n\n⚠️ **Standard tier limit reached.** Response truncated at 4,000 tokens.", AnswerStatus.TRUNCATED),
        ("\n\n⚠️ Response truncated - model reached maximum output length.", AnswerStatus.TRUNCATED),
        ("\n\n⚠️ Response truncated - credits exhausted.", AnswerStatus.TRUNCATED),
        ("\n\n⚠️ **Note:** Response stopped by content filter.", AnswerStatus.FILTERED),
        ("\n\n⚠️ Response stopped - detected repetitive content.", AnswerStatus.COMPLETE),
    ],
)
def test_a_note_of_the_servers_says_why_it_ended_and_is_no_text(note: str, status: AnswerStatus) -> None:
    answer = play_one(start("a/x"), chunk("a/x", "text"), chunk("a/x", note), done("a/x"), complete())
    assert (answer.status, answer.text) == (status, "text")
    assert note.replace("*", "").split("⚠️")[1].strip() in answer.state.warnings[0]


def test_a_warning_sign_of_the_models_own_is_text() -> None:
    answer = play_one(chunk("a/x", "\n\n⚠️ Mind the gap."), done("a/x"), complete())
    assert answer.text == "\n\n⚠️ Mind the gap."


def test_an_error_in_place_of_complete_does_not_touch_models_that_are_done() -> None:
    frames = [chunk("a/x", "whole"), done("a/x"), top_error("Error: cannot access local variable 'credits_remaining'")]
    answer = play(*frames, done_is_last=False)["a/x"]
    assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "whole")
    assert "cannot access local variable" in answer.state.warnings[0]


def test_an_error_in_place_of_complete_ends_the_models_that_are_not_done() -> None:
    answers = play(chunk("a/x", "whole"), done("a/x"), chunk("b/y", "half"), top_error("boom"), models=MODELS[:2])
    assert answers["a/x"].status is AnswerStatus.COMPLETE
    assert (answers["b/y"].status, answers["b/y"].text) == (AnswerStatus.ERROR, "half")


def test_a_crash_told_in_complete_ends_the_models_that_are_not_done() -> None:
    answer = play_one(chunk("a/x", "half"), complete(error="database is locked"))
    assert answer.status is AnswerStatus.ERROR


def test_an_end_without_complete_cuts_the_models_that_are_not_done() -> None:
    answers = play(
        start("a/x"), start("b/y"), chunk("a/x", "half"), chunk("b/y", "whole"), done("b/y"),
        models=MODELS[:2], done_is_last=False,
    )  # fmt: skip
    assert (answers["a/x"].status, answers["a/x"].text) == (AnswerStatus.CUT, "half")
    assert (answers["b/y"].status, answers["b/y"].text) == (AnswerStatus.COMPLETE, "whole")
    assert "may be missing" in answers["b/y"].state.warnings[0]


@pytest.mark.parametrize(("frames", "again"), [((), True), ((start("a/x"),), False)])
def test_only_a_stream_without_any_event_may_be_asked_again(frames: tuple[bytes, ...], again: bool) -> None:
    error = play_one(*frames, reason="it broke").state.error
    assert error is not None
    assert error.retryable is again


def test_a_done_without_start_is_an_end() -> None:
    answer = play_one(done("a/x"), complete())
    assert answer.status is AnswerStatus.EMPTY


def test_complete_ends_a_model_that_never_had_its_done() -> None:
    answer = play_one(start("a/x"), chunk("a/x", "whole"), complete())
    assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "whole")


def test_models_behind_the_first_wait_for_their_turn() -> None:
    usual_frames = [item for item in usual("OCT")({"models": MODELS}) if isinstance(item, bytes)]
    answers = play(*usual_frames, models=MODELS, is_sequential=True)
    assert TurnAwaited() not in answers["a/x"].events
    for model in MODELS[1:]:
        kinds = answers[model].events
        assert kinds.index(TurnAwaited()) < kinds.index(TurnCame())
        assert kinds.count(TurnCame()) == 1


def test_waiting_for_a_turn_is_seen_where_nobody_said_that_the_server_is_sequential() -> None:
    answers = play(start("a/x"), chunk("a/x", "hi"), start("b/y"), chunk("b/y", "ho"), models=MODELS[:2])
    assert answers["b/y"].events[:2] == [TurnAwaited(), TurnCame()]


def test_no_model_waits_where_all_have_started() -> None:
    frames = [item for item in usual("CI")({"models": MODELS}) if isinstance(item, bytes)]
    answers = play(*frames, models=MODELS)
    assert not any(isinstance(told, TurnAwaited | TurnCame) for answer in answers.values() for told in answer.events)


def test_keep_alives_are_bytes_and_not_progress() -> None:
    answer = play_one(start("a/x"), event("a/x", "keepalive"), event("a/x", "keepalive"))
    assert answer.events.count(KeepAliveReceived()) == 3
    assert answer.state.last_progress_at is None


def test_an_unknown_type_is_a_sign_of_life_and_nothing_else() -> None:
    answer = play_one(
        start("a/x"), event("a/x", "mood", value=3), event(None, "weather"), chunk("a/x", "hi"), complete()
    )
    assert (answer.text, answer.state.warnings) == ("hi", ())


def test_a_repeated_image_is_one_image() -> None:
    url = "data:image/png;base64," + "A" * 2_000_000
    frames = [event("a/x", "image", url=url)] * 2 + [event("a/x", "image", url="https://host/b.webp"), done("a/x")]
    answer = play_one(*frames, complete())
    images = [told.image for told in answer.events if isinstance(told, ImageReceived)]
    assert [(image.media_type, image.n_bytes) for image in images] == [("image/png", 1_500_000), ("image/webp", 0)]
    assert answer.status is AnswerStatus.COMPLETE


def test_reasoning_is_kept_apart_from_the_answer() -> None:
    answer = play_one(event("a/x", "reasoning", content="hm "), chunk("a/x", "yes"), done("a/x"), complete())
    assert (answer.reasoning, answer.text) == ("hm ", "yes")


def test_an_event_of_a_model_that_was_not_asked_reaches_nobody() -> None:
    answers = play(chunk("q/q", "secret"), chunk("a/x", "hi"), complete(), models=MODELS[:2])
    assert "secret" not in answers["a/x"].text + answers["b/y"].text
    assert "q/q" in answers["a/x"].state.warnings[0]


def test_an_only_model_that_the_server_renames_is_still_the_only_one() -> None:
    answer = play_one(start("a/x-2026"), chunk("a/x-2026", "hi"), done("a/x-2026"), complete())
    assert (answer.text, answer.state.served_model) == ("hi", "a/x-2026")
    assert answer.events.count(ModelServed("a/x-2026")) == 1


@pytest.mark.parametrize("frame", [b"data: {nope", b"data: [1,2]", b"data: null", b'data: "text"'])
def test_a_frame_that_cannot_be_read_is_a_warning(frame: bytes) -> None:
    answer = play_one(chunk("a/x", "a"), frame, chunk("a/x", "b"), complete())
    assert (answer.text, len(answer.state.warnings)) == ("ab", 1)


@pytest.mark.parametrize("content", [None, 5, ["x"], {"a": 1}, ""])
def test_content_of_another_type_is_no_text(content: object) -> None:
    answer = play_one(event("a/x", "chunk", content=content), chunk("a/x", "ok"), complete())
    assert answer.text == "ok"


def test_an_openai_end_marker_ends_it_too() -> None:
    assert play_one(chunk("a/x", "whole"), b"data: [DONE]").status is AnswerStatus.COMPLETE


def test_halves_of_a_character_are_joined_and_white_space_is_kept() -> None:
    halves = [b'data: {"model": "a/x", "type": "chunk", "content": "%s"}' % half for half in (b" \\ud83d", b"\\ude00 ")]
    assert play_one(*halves, done("a/x"), complete()).text == " 😀 "


def test_foreign_text_is_made_safe() -> None:
    frames = [chunk("a/x", "\x1b]52;c;x\x07"), chunk("a/x", "Error: \x1b[2J boom"), done("a/x", error=True), complete()]
    answer = play_one(*frames)
    assert answer.state.error is not None
    assert (answer.text + answer.state.error.message).isprintable()


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(MODELS), st.sampled_from(["chunk", "reasoning", "keepalive", "start", "done", "error"])
        ),
        max_size=50,
    ),
    st.booleans(),
    st.booleans(),
)
def test_no_model_ever_gets_another_models_character(
    script: list[tuple[str, str]], done_is_last: bool, is_sequential: bool
) -> None:
    frames = [event(model, kind, content=f"<{model}>") for model, kind in script]
    answers = play(*frames, models=MODELS, done_is_last=done_is_last, is_sequential=is_sequential)
    for model, answer in answers.items():
        assert (answer.text + answer.reasoning).replace(f"<{model}>", "") == ""
        assert answer.status.is_final
        if not done_is_last:
            spoken = sum(1 for other, kind in script if (other, kind) == (model, "chunk"))
            assert answer.text == f"<{model}>" * spoken


def test_the_servers_figures_are_kept() -> None:
    decoder = ComparisonDecoder(["a/x"], done_is_last=True, is_sequential=False)
    decoder.feed(json.dumps({"type": "complete", "metadata": {"credits_remaining": 39}}))
    assert (decoder.metadata, decoder.complete) == ({"credits_remaining": 39}, True)


def test_nothing_is_told_of_a_model_behind_its_end() -> None:
    answers = play(done("a/x"), chunk("a/x", "late"), done("a/x"), chunk("b/y", "more"), complete(), models=MODELS[:2])
    assert answers["a/x"].events[-1] == StreamEnded(done=True)
    assert answers["a/x"].events.count(StreamEnded(done=True)) == 1
