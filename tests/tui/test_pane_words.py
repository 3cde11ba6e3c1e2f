"""What a pane says in its borders and below an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

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
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.tui.panes.amounts import dollars, per_second, seconds, size, whole_seconds
from compare_tui.tui.panes.notes import notes_after_text, notes_before_text
from compare_tui.tui.panes.status import answer_status
from compare_tui.tui.panes.status_line import fit_status
from compare_tui.tui.panes.title import lane_title, short_name
from compare_tui.tui.panes.tones import Tone
from compare_tui.tui.signs import ASCII, UNICODE, Signs, signs_for

_STREAMED = AnswerState(
    status=AnswerStatus.STREAMING,
    attempts=1,
    started_at=10.0,
    requested_at=10.0,
    first_content_at=10.4,
    first_delta_at=10.4,
    last_delta_at=14.0,
    n_chars=1248,
)
_DONE = replace(
    _STREAMED,
    status=AnswerStatus.COMPLETE,
    ended_at=14.1,
    usage=Usage(12, 312),
    cost_usd=0.0031,
    cost_source=CostSource.PROVIDER,
)


def _said(state: AnswerState, now: float = 20.0, width: int = 45, place: str = "", signs: Signs = UNICODE) -> str:
    return "".join(fit_status(answer_status(state, now, signs), width, signs, place))


def _keys(command: str) -> str:
    return {"ask-again": "r", "lanes": "m", "stop": "c"}[command]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (AnswerState(), "◌ waiting"),
        (AnswerState(attempts=1, started_at=8.0, requested_at=8.0), "◌ waiting 12 s"),
        (AnswerState(attempts=1, started_at=8.0, requested_at=8.0, waits_for_turn=True), "◌ waiting for its turn"),
        (AnswerState(AnswerStatus.QUEUED, attempts=1, started_at=8.0, requested_at=8.0), "◌ queued 12 s"),
        (AnswerState(AnswerStatus.STREAMING, requested_at=19.9, first_content_at=20.0), "● streaming · 0.1 s"),
        (_STREAMED, "● 87 tok/s · 0.4 s · ~312"),
        (_DONE, "✓ done · 87 tok/s · 0.4 s · 312 · $0.0031"),
        (replace(_DONE, status=AnswerStatus.CUT, cost_usd=None), "✂ cut after 312 tokens · 87 tok/s · 0.4 s"),
        (replace(_DONE, status=AnswerStatus.TRUNCATED), "▢ stopped at the token limit · 87 tok/s · $0.0031"),
        (replace(_DONE, status=AnswerStatus.FILTERED, cost_usd=None), "⚠ filtered · 87 tok/s · 0.4 s · 312"),
        (replace(_DONE, status=AnswerStatus.CANCELLED, cost_usd=None), "■ cancelled · 87 tok/s · 0.4 s · 312"),
        (AnswerState(AnswerStatus.EMPTY), "▢ empty"),
        (AnswerState(AnswerStatus.TOOL_CALLS), "✓ asked for a tool"),
        (AnswerState(AnswerStatus.REFUSED), "✗ refused by a limit"),
        (
            AnswerState(AnswerStatus.ERROR, error=AnswerError(ErrorKind.RATE_LIMIT, "no", code=429)),
            "✗ 429 rate limited",
        ),
        (AnswerState(AnswerStatus.ERROR, error=AnswerError(ErrorKind.TIMEOUT, "no")), "✗ timed out"),
        (
            AnswerState(retry_at=36.2, error=AnswerError(ErrorKind.RATE_LIMIT, "no", code=429)),
            "✗ 429 rate limited · again in 17 s",
        ),
    ],
)
def test_a_status_has_a_sign_and_a_word(state: AnswerState, said: str) -> None:
    assert _said(state, width=50) == said


def test_where_room_is_short_cost_and_speed_stay_longest_and_the_place_in_the_text_always() -> None:
    assert _said(_DONE, width=36) == "✓ done · 87 tok/s · 312 · $0.0031"
    assert _said(_DONE, width=30) == "✓ done · 87 tok/s · $0.0031"
    assert _said(_DONE, width=20) == "✓ done · $0.0031"
    assert _said(replace(_DONE, cost_usd=None), width=24) == "✓ done · 87 tok/s · 312"
    assert _said(_DONE, width=36, place="41%") == "✓ done · 87 tok/s · $0.0031 · 41%"
    assert _said(_DONE, width=14, place="41%") == "✓ done · 41%"
    assert _said(_DONE, width=7) == "✓ done"
    assert _said(_DONE, width=3) == "✓"


@pytest.mark.parametrize("width", range(1, 100))
def test_a_status_never_takes_more_room_than_there_is(width: int) -> None:
    assert cell_len(_said(_DONE, width=width, place="41% · 12 new")) <= max(width, 1)


def test_wide_panes_name_their_figures() -> None:
    assert _said(_DONE, width=80) == "✓ done · 87 tok/s · first 0.4 s · took 4.1 s · 312 tokens · $0.0031"
    assert _said(_DONE, width=62) == "✓ done · 87 tok/s · first 0.4 s · 312 tokens · $0.0031"


def test_names_of_figures_go_before_the_cost() -> None:
    assert _said(replace(_DONE, status=AnswerStatus.TRUNCATED), width=64) == (
        "▢ stopped at the token limit · 87 tok/s · 0.4 s · 312 · $0.0031"
    )


def test_every_status_has_a_tone_of_its_kind() -> None:
    tones = {status: answer_status(AnswerState(status), 0.0, UNICODE).tone for status in AnswerStatus}
    assert {status for status, tone in tones.items() if tone is Tone.BAD} == {AnswerStatus.CUT, AnswerStatus.ERROR}
    assert {status for status, tone in tones.items() if tone is Tone.GOOD} == {
        AnswerStatus.COMPLETE,
        AnswerStatus.TOOL_CALLS,
    }


def test_the_linux_console_gets_ascii_signs_of_one_cell() -> None:
    assert signs_for("linux") == ASCII
    assert signs_for("tmux-256color") == UNICODE
    for signs in (ASCII, UNICODE):
        for sign in (getattr(signs, name) for name in Signs.__slots__ if name != "corners"):
            assert cell_len(sign) == 1
        assert cell_len(signs.corners) == 4
    assert all(getattr(ASCII, name).isascii() for name in Signs.__slots__)


def _lanes(*specs: LaneSpec) -> list[Lane]:
    return [Lane(LaneId(place), spec) for place, spec in enumerate(specs)]


def _title(lanes: list[Lane], place: int, state: AnswerState | None = None) -> str:
    title = lane_title(lanes[place], lanes, state, default_backend="openrouter", signs=UNICODE)
    return " ".join((title.number, title.name, *title.details))


def test_a_title_is_number_and_short_name_and_what_differs() -> None:
    lanes = _lanes(
        LaneSpec("anthropic/claude-sonnet-4.5", "openrouter", {"temperature": 0.2, "seed": 1}),
        LaneSpec("anthropic/claude-sonnet-4.5", "openrouter", {"temperature": 0.9, "seed": 1}),
        LaneSpec("qwen3:8b", "ollama", {"seed": 1, "provider": {"sort": "price"}}),
    )
    assert _title(lanes, 0) == "1 claude-sonnet-4.5 T 0.2"
    assert _title(lanes, 1) == "2 claude-sonnet-4.5 T 0.9"
    assert _title(lanes, 2) == "3 qwen3:8b @ollama provider sort price"


def test_a_title_names_who_really_answers_if_it_is_another() -> None:
    lanes = _lanes(LaneSpec("openai/gpt-5", "openrouter"))
    same = AnswerState(served_model="openai/gpt-5", provider="OpenAI")
    other = AnswerState(served_model="openai/gpt-5-2025-08-07", provider="Azure")
    assert _title(lanes, 0, same) == "1 gpt-5"
    assert _title(lanes, 0, other) == "1 gpt-5 → gpt-5-2025-08-07 via Azure"


def test_two_makers_of_one_model_name_are_told_apart() -> None:
    lanes = _lanes(LaneSpec("meta/llama", "openrouter"), LaneSpec("nous/llama", "openrouter"))
    assert [short_name(lane, lanes) for lane in lanes] == ["meta/llama", "nous/llama"]
    assert short_name(lanes[0], lanes[:1]) == "llama"


def test_a_failure_says_what_went_wrong_what_the_server_said_and_which_key_helps() -> None:
    error = AnswerError(
        ErrorKind.KEY, "User not found.", code=401, type="invalid_key", provider="Azure", hint="Set OPENROUTER_API_KEY."
    )
    notes = notes_after_text(AnswerState(AnswerStatus.ERROR, error=error), UNICODE, _keys)
    assert [note.text for note in notes] == [
        "✗ The key is missing or was rejected (401).",
        "User not found.",
        "invalid_key, from Azure",
        "Set OPENROUTER_API_KEY.",
        "r ask again · m other model",
    ]


def test_a_refusal_says_that_the_limit_is_ones_own_and_names_no_server() -> None:
    error = AnswerError(ErrorKind.RATE_LIMIT, "Refused by the limit.", type="answers_per_minute", retry_after_s=9.0)
    notes = notes_after_text(AnswerState(AnswerStatus.REFUSED, error=error), UNICODE, _keys)
    assert [note.text for note in notes] == [
        "✗ Not sent: a limit of yours.",
        "Refused by the limit.",
        "r ask again · m other model",
    ]


def test_a_retry_counts_down_and_names_the_key_that_stops_it() -> None:
    state = AnswerState(retry_at=30.0, error=AnswerError(ErrorKind.RATE_LIMIT, "Slow down.", code=429))
    notes = notes_before_text(state, 12.4, UNICODE, _keys)
    assert [note.text for note in notes] == [
        "✗ Too many requests (429).",
        "Slow down.",
        "Asking again in 18 s. c stops it.",
    ]


def test_what_is_not_text_is_named_below_it() -> None:
    state = replace(
        _DONE,
        tool_calls=(ToolCall("1", "get_weather", '{"city": "Paris"}'),),
        images=(ImageMark("image/png", 1_234_567),),
        citations=(Citation("https://example.com", "Example"),),
        refusal="I would rather not.",
        warnings=("one frame was unreadable",),
    )
    assert [note.text for note in notes_after_text(state, UNICODE, _keys)] == [
        "The model refuses: I would rather not.",
        '⚒ asked for the tool get_weather({"city": "Paris"})',
        "▣ an image came: image/png, 1.2 MB",
        "[1] Example https://example.com",
        "⚠ one frame was unreadable",
    ]


def test_amounts_read_at_a_glance() -> None:
    assert [seconds(value) for value in (0.04, 3.14, 12.3, 119.6, 185.0)] == [
        "0.0 s",
        "3.1 s",
        "12 s",
        "2 min 00 s",
        "3 min 05 s",
    ]
    assert [whole_seconds(value) for value in (4.9, 119.0, 125.0)] == ["4 s", "119 s", "2 min 05 s"]
    assert [dollars(value) for value in (0.0, 0.0031, 0.000042, 0.25, 3.5, 1234.5)] == [
        "$0",
        "$0.0031",
        "$0.000042",
        "$0.2500",
        "$3.50",
        "$1,234.50",
    ]
    assert [per_second(value) for value in (3.21, 86.4)] == ["3.2 tok/s", "86 tok/s"]
    assert [size(value) for value in (812, 14_000, 999_600)] == ["812 B", "14 kB", "1.0 MB"]
