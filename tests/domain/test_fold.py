from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare_tui.domain.answers import (
    AnswerError,
    AnswerState,
    AnswerStatus,
    Citation,
    CostSource,
    ErrorKind,
    ImageMark,
    ToolCall,
    Usage,
)
from compare_tui.domain.events import (
    AnswerCancelled,
    AnswerEvent,
    AnswerRefused,
    AttemptStarted,
    CitationReceived,
    FinishReported,
    ImageReceived,
    KeepAliveReceived,
    ModelServed,
    ReasoningDetailsReceived,
    ReasoningReceived,
    RefusalReceived,
    RequestSent,
    RetryScheduled,
    StreamCut,
    StreamEnded,
    StreamFailed,
    StreamOpened,
    TextReceived,
    ToolCallReceived,
    UsageReported,
    WarningRaised,
)
from compare_tui.domain.fold import fold

TEXT = TextReceived("abc")
ERROR = AnswerError(ErrorKind.SERVER, "boom", code=500)
ENDED = StreamEnded(done=False)
DONE = StreamEnded(done=True)
CUT = StreamCut("it broke")
CALL = ToolCallReceived(0, "a", "f", "{}")
IMAGE = ImageReceived(ImageMark("image/png", 3))


def after(*events: AnswerEvent) -> AnswerState:
    """The state after these events, which come a second apart, the first at 10."""
    state = AnswerState()
    for number, event in enumerate(events):
        state = fold(state, event, 10.0 + number)
    return state


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([], AnswerStatus.WAITING),
        ([RequestSent(), StreamOpened()], AnswerStatus.WAITING),
        ([KeepAliveReceived()], AnswerStatus.QUEUED),
        ([TEXT, KeepAliveReceived()], AnswerStatus.STREAMING),
        ([ReasoningReceived("a")], AnswerStatus.STREAMING),
        ([CALL], AnswerStatus.STREAMING),
        ([TEXT, FinishReported("stop"), ENDED], AnswerStatus.COMPLETE),
        ([TEXT, FinishReported("banana"), ENDED], AnswerStatus.COMPLETE),
        ([TEXT, DONE], AnswerStatus.COMPLETE),
        ([IMAGE, DONE], AnswerStatus.COMPLETE),
        ([TEXT, FinishReported("length"), DONE], AnswerStatus.TRUNCATED),
        ([FinishReported("length"), DONE], AnswerStatus.TRUNCATED),
        ([TEXT, FinishReported("content_filter"), DONE], AnswerStatus.FILTERED),
        ([RefusalReceived("no"), FinishReported("stop"), DONE], AnswerStatus.FILTERED),
        ([CALL, FinishReported("tool_calls"), DONE], AnswerStatus.TOOL_CALLS),
        ([CALL, FinishReported("stop"), DONE], AnswerStatus.TOOL_CALLS),
        ([FinishReported("stop"), DONE], AnswerStatus.EMPTY),
        ([ReasoningReceived("a"), DONE], AnswerStatus.EMPTY),
        ([DONE], AnswerStatus.EMPTY),
        ([TEXT, ENDED], AnswerStatus.CUT),
        ([ENDED], AnswerStatus.CUT),
        ([TEXT, CUT], AnswerStatus.CUT),
        ([TEXT, FinishReported("stop"), CUT], AnswerStatus.COMPLETE),
        ([TEXT, FinishReported("length"), FinishReported("stop"), ENDED], AnswerStatus.TRUNCATED),
        ([TEXT, FinishReported("stop"), StreamFailed(ERROR), DONE], AnswerStatus.ERROR),
        ([TEXT, StreamFailed(ERROR), FinishReported("stop"), DONE], AnswerStatus.ERROR),
        ([TEXT, StreamFailed(ERROR), CUT], AnswerStatus.ERROR),
        ([TEXT, FinishReported("error"), DONE], AnswerStatus.ERROR),
        ([TEXT, AnswerCancelled()], AnswerStatus.CANCELLED),
        ([AnswerRefused(ERROR)], AnswerStatus.REFUSED),
        ([RetryScheduled(ERROR, 3.0)], AnswerStatus.WAITING),
    ],
)
def test_the_end_of_a_stream_decides_the_status(events: list[AnswerEvent], status: AnswerStatus) -> None:
    assert after(*events).status is status


def test_an_error_is_the_first_one_and_text_stays() -> None:
    later = AnswerError(ErrorKind.TIMEOUT, "late")
    state = after(TEXT, StreamFailed(ERROR), StreamFailed(later), ENDED)
    assert state.error == ERROR
    assert state.n_chars == 3


def test_a_cut_says_how() -> None:
    state = after(TEXT, CUT)
    assert state.error is not None
    assert state.error.kind is ErrorKind.CONNECTION
    assert "it broke" in state.error.message


def test_a_finish_of_error_without_an_error_has_words_all_the_same() -> None:
    assert after(FinishReported("error"), DONE).error is not None


def test_a_new_attempt_begins_without_the_old_error_and_keeps_the_first_start() -> None:
    state = after(AttemptStarted(1), RequestSent(), StreamFailed(ERROR), RetryScheduled(ERROR, 5.0), AttemptStarted(2))
    assert (state.attempts, state.error, state.retry_at, state.requested_at) == (2, None, None, None)
    assert state.started_at == 10.0


def test_a_retry_is_waited_for_with_its_reason_and_its_time() -> None:
    state = after(AttemptStarted(1), RetryScheduled(ERROR, 5.0))
    assert (state.error, state.retry_at) == (ERROR, 16.0)


def test_times_are_those_of_the_first_and_last_delta() -> None:
    state = after(
        RequestSent(), KeepAliveReceived(), ReasoningReceived("a"), ReasoningReceived("b"), TEXT, TEXT,
        KeepAliveReceived(), FinishReported("stop"), DONE,
    )  # fmt: skip
    assert (state.requested_at, state.first_content_at, state.first_delta_at) == (10.0, 12.0, 12.0)
    assert (state.reasoning_ended_at, state.last_delta_at, state.ended_at) == (14.0, 15.0, 18.0)
    assert (state.last_progress_at, state.last_byte_at) == (15.0, 17.0)
    assert (state.n_reasoning_chars, state.n_chars) == (2, 6)


def test_a_keep_alive_is_a_byte_and_no_progress() -> None:
    state = after(TEXT, KeepAliveReceived())
    assert (state.last_progress_at, state.last_byte_at) == (10.0, 11.0)


@pytest.mark.parametrize("event", [TEXT, ReasoningReceived("a"), CALL, IMAGE, RefusalReceived("no")])
def test_content_is_progress(event: AnswerEvent) -> None:
    state = after(event)
    assert (state.last_progress_at, state.status, state.has_content) == (10.0, AnswerStatus.STREAMING, True)


@pytest.mark.parametrize(
    "event",
    [
        RequestSent(),
        StreamOpened(),
        KeepAliveReceived(),
        ModelServed("m"),
        UsageReported(Usage(1, 1)),
        WarningRaised("odd"),
        FinishReported("stop"),
        ReasoningDetailsReceived(({},)),
        CitationReceived(Citation("https://a/", "")),
    ],
)
def test_other_events_are_no_progress_and_no_content(event: AnswerEvent) -> None:
    state = after(event)
    assert (state.last_progress_at, state.has_content) == (None, False)


def test_the_last_usage_wins_and_a_known_cost_stays_known() -> None:
    state = after(UsageReported(Usage(1, 1), 0.5), UsageReported(Usage(1, 9)))
    assert (state.usage, state.cost_usd, state.cost_source) == (Usage(1, 9), 0.5, CostSource.PROVIDER)
    assert after(UsageReported(Usage(1, 1))).cost_source is CostSource.UNKNOWN
    assert after(UsageReported(Usage(1, 0), 0.0)).cost_source is CostSource.PROVIDER


def test_who_serves_is_what_was_said_last() -> None:
    state = after(ModelServed("a", "P"), ModelServed(None, "Q"), ModelServed("b"))
    assert (state.served_model, state.provider) == ("b", "Q")
    assert after(StreamOpened("gen-1"), StreamOpened()).generation_id == "gen-1"


def test_fragments_join_by_position_and_a_new_id_is_a_new_call() -> None:
    state = after(
        ToolCallReceived(0, "a", "f", "{"),
        ToolCallReceived(1, "b", "g", ""),
        ToolCallReceived(0, None, None, "}"),
        ToolCallReceived(0, "c", "h", "[]"),
        ToolCallReceived(7, "d", "i", ""),
    )
    assert state.tool_calls == (
        ToolCall("a", "f", "{}"),
        ToolCall("b", "g", ""),
        ToolCall("c", "h", "[]"),
        ToolCall("d", "i", ""),
    )


def test_lists_keep_their_order_and_a_source_is_named_once() -> None:
    one, two = Citation("https://a/", "A"), Citation("https://b/", "B")
    state = after(
        CitationReceived(one), CitationReceived(two), CitationReceived(one), IMAGE, IMAGE,
        ReasoningDetailsReceived(({"a": 1},)), ReasoningDetailsReceived(({"b": 2}, {"c": 3})),
    )  # fmt: skip
    assert state.citations == (one, two)
    assert len(state.images) == 2
    assert state.reasoning_details == ({"a": 1}, {"b": 2}, {"c": 3})


def test_warnings_are_kept_once_each_and_not_without_end() -> None:
    assert after(WarningRaised("a"), WarningRaised("a"), WarningRaised("b")).warnings == ("a", "b")
    assert len(after(*(WarningRaised(str(number)) for number in range(100))).warnings) == 20


_EVENTS: st.SearchStrategy[AnswerEvent] = st.sampled_from(
    [
        RequestSent(), StreamOpened(), KeepAliveReceived(), ModelServed("m", "P"), TEXT, ReasoningReceived("hm"),
        ReasoningDetailsReceived(({},)), RefusalReceived("no"), CALL, IMAGE, CitationReceived(Citation("u", "")),
        UsageReported(Usage(1, 2), 0.1), FinishReported("stop"), FinishReported("length"), FinishReported("error"),
        WarningRaised("odd"), StreamFailed(ERROR), ENDED, DONE, CUT, AttemptStarted(1), RetryScheduled(ERROR, 1.0),
        AnswerCancelled(), AnswerRefused(ERROR),
    ]
)  # fmt: skip


@given(st.lists(_EVENTS, max_size=12), _EVENTS)
def test_nothing_changes_a_final_answer(events: list[AnswerEvent], more: AnswerEvent) -> None:
    state = after(*events, DONE)
    assert state.status.is_final
    assert fold(state, more, 99.0) is state


@given(st.lists(_EVENTS, max_size=12))
def test_text_is_never_uncounted(events: list[AnswerEvent]) -> None:
    state = AnswerState()
    for number, event in enumerate(events):
        later = fold(state, event, float(number))
        assert later.n_chars >= state.n_chars
        assert later.n_reasoning_chars >= state.n_reasoning_chars
        assert len(later.tool_calls) >= len(state.tool_calls)
        state = later
