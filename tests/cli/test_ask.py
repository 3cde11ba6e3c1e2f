"""`ask` in this process: real engine, scripted models, a clock that gives every figure exactly."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compare_tui.cli.exit_status import ExitStatus
from compare_tui.domain.answers import AnswerError, Citation, ErrorKind, ImageMark, Usage
from compare_tui.domain.events import (
    CitationReceived,
    FinishReported,
    ImageReceived,
    KeepAliveReceived,
    ModelServed,
    ReasoningReceived,
    RefusalReceived,
    RequestSent,
    StreamCut,
    StreamEnded,
    StreamEvent,
    StreamFailed,
    TextReceived,
    ToolCallReceived,
    UsageReported,
    WarningRaised,
)
from compare_tui.domain.limits import Refusal
from compare_tui.domain.messages import AnswerRequest, Role
from compare_tui.sources.scripted import Script, Step
from tests.support.command_line import Done, Stage, run_command

GOLDEN = Path(__file__).parent / "golden"


def said(*events: StreamEvent) -> Script:
    """Every event 100 ms after the one before."""
    return [Step(0.0, RequestSent()), *(Step(0.1, event) for event in events)]


FULL = said(
    ModelServed("acme/full-2026", "Acme"),
    ReasoningReceived("First, think."),
    TextReceived("\n\nTwo "),
    TextReceived("words\n"),
    TextReceived("and one more."),
    ToolCallReceived(0, "call-1", "look_up", '{"q": "x"}'),
    ImageReceived(ImageMark("image/png", 12_345)),
    CitationReceived(Citation("https://example.org/a", "A page")),
    WarningRaised("An unreadable frame was left out."),
    UsageReported(Usage(12, 90, 40), 0.000042),
    FinishReported("stop"),
    StreamEnded(done=True),
)
SCRIPTS: dict[str, Script] = {
    "full": FULL,
    "short": said(TextReceived("Yes."), StreamEnded(done=True)),
    "late": [
        *said(),
        Step(2.0, TextReceived("Late.")),
        Step(0.1, FinishReported("length")),
        Step(0.0, StreamEnded(done=True)),
    ],
    "cut": said(TextReceived("Half an ans"), StreamCut("the server closed it")),
    "empty": said(FinishReported("stop"), StreamEnded(done=True)),
    "refuses": said(RefusalReceived("I cannot."), FinishReported("stop"), StreamEnded(done=True)),
    "hostile": said(ModelServed("\x1b]0;x\x07", None), TextReceived("a\x1b[2Jb"), StreamEnded(done=True)),
    "forbidden": said(
        StreamFailed(AnswerError(ErrorKind.KEY, "The key was rejected.", code=401, hint="Check OPENROUTER_API_KEY.")),
        StreamEnded(done=False),
    ),
    "busy": said(
        StreamFailed(AnswerError(ErrorKind.RATE_LIMIT, "Too many.", code=429, retry_after_s=3, retryable=True)),
        StreamEnded(done=False),
    ),
    "hangs": [*said(TextReceived("So far")), Step(50.0, StreamEnded(done=True))],
}  # fmt: skip


def script_for(request: AnswerRequest) -> Script:
    return SCRIPTS[request.lane.model]


def ask(*args: str, **how: Any) -> Done:
    return run_command(Stage(script_for), "ask", *args, **how)


def check_golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


LANES = ("-m", "full,temperature=0.2", "-m", "late@local", "-m", "cut", "-m", "empty", "-m", "forbidden")


def test_text_has_one_section_per_lane() -> None:
    done = ask("What?", *LANES)
    assert done.status == ExitStatus.SOME_ANSWERED
    check_golden("sections.txt", done.out)
    check_golden("sections.err.txt", done.err)


def test_colours_are_for_terminals_only() -> None:
    done = ask("What?", "-m", "short", "-m", "forbidden", terminal=True, colours=True)
    check_golden("colours.txt", done.out.replace("\x1b", "ESC"))
    assert done.err == ""


def test_json_is_one_document_with_every_key_of_the_contract() -> None:
    done = ask("What?", *LANES, "--json")
    assert done.status == ExitStatus.SOME_ANSWERED
    check_golden("document.json", done.out)
    assert json.loads(done.out)["exit_status"] == done.status


def test_json_lines_tell_what_happens_as_it_happens() -> None:
    done = ask("What?", "-m", "full", "-m", "full,seed=1", "-m", "forbidden", "--jsonl")
    assert done.status == ExitStatus.SOME_ANSWERED
    check_golden("events.jsonl", done.out)


def test_the_same_model_twice_is_told_apart_by_its_lane() -> None:
    done = ask("What?", "-m", "short,n=3,seed=5", "--jsonl")
    events = [json.loads(line) for line in done.out.splitlines()]
    chunks = {event["lane"]: event["content"] for event in events if event["type"] == "chunk"}
    assert chunks == {0: "Yes.", 1: "Yes.", 2: "Yes."}
    starts = [event["params"] for event in events if event["type"] == "start"]
    assert starts == [{"seed": 5}, {"seed": 6}, {"seed": 7}]


def test_hostile_text_reaches_no_terminal() -> None:
    for form in ([], ["--json"], ["--jsonl"]):
        done = ask("What?", "-m", "hostile", *form, terminal=True)
        assert done.status == ExitStatus.OK
        assert "\x1b" not in done.out + done.err
        assert "a␛[2Jb" in done.out


def test_a_terminal_without_utf8_gets_plain_signs() -> None:
    done = ask("What?", "-m", "short", encoding="ascii")
    assert done.out.startswith("-- 1 short --\nYes.\nok done")


def test_a_refusal_by_the_model_is_shown_and_is_no_answer() -> None:
    done = ask("What?", "-m", "refuses")
    assert done.status == ExitStatus.NONE_ANSWERED
    assert "The model refuses: I cannot.\n⚠ filtered" in done.out
    document = json.loads(ask("What?", "-m", "refuses", "--json").out)
    assert document["answers"][0]["refusal"] == "I cannot."
    assert done.err == "compare-tui: Lane 1 (refuses): filtered.\n"


def test_a_rejected_key_in_every_lane_exits_6_and_is_said_once() -> None:
    done = ask("What?", "-m", "forbidden,n=2")
    assert done.status == ExitStatus.KEY
    fault = "The key was rejected. Check OPENROUTER_API_KEY."
    assert done.err == f"compare-tui: Lanes 1 (forbidden), 2 (forbidden): {fault}\n"


def test_retries_are_said_and_the_last_rate_limit_exits_7() -> None:
    done = ask("What?", "-m", "busy", "--retries", "1")
    assert done.status == ExitStatus.RATE_LIMITED
    assert done.err.splitlines()[0] == "compare-tui: Lane 1 (busy): Too many. Again in 3.0 s."
    assert json.loads(ask("What?", "-m", "busy", "--json").out)["answers"][0]["attempts"] == 3


def test_a_turn_that_takes_too_long_exits_124_and_keeps_its_text() -> None:
    done = ask("What?", "-m", "hangs", "--timeout", "5", "--json")
    assert done.status == ExitStatus.TIMED_OUT
    answer = json.loads(done.out)["answers"][0]
    assert (answer["status"], answer["text"]) == ("error", "So far")
    assert "Not finished within the 5 s" in answer["error"]["message"]


def test_a_refusal_by_a_limit_names_the_second_and_exits_5() -> None:
    stage = Stage(script_for)
    stage.ledger.refusal = Refusal("answers_per_minute", 2, 2, 1, stage.clock.wall() + 17)
    done = run_command(stage, "ask", "What?", "-m", "short", "--json")
    assert done.status == ExitStatus.REFUSED
    answer = json.loads(done.out)["answers"][0]
    assert (answer["status"], answer["attempts"], answer["error"]["retry_after_s"]) == ("refused", 0, 17)
    assert "Allowed again at " in done.err
    assert stage.requests == []


def test_a_prompt_beyond_its_tier_is_refused_before_sending() -> None:
    stage = Stage(script_for)
    done = run_command(stage, "ask", "x" * 1_001, "-m", "short", "--tier", "brief")
    assert done.status == ExitStatus.REFUSED
    assert "The prompt has 1,001 characters; the tier brief allows 1,000." in done.err
    assert stage.requests == []


def test_options_reach_the_request(home: Path) -> None:
    (home / "note.txt").write_text("From a file.\n")
    stage = Stage(script_for)
    file = str(home / "note.txt")
    args = ("-m", "short", "-m", "full,system=Own.", "-s", "Be brief.", "-f", file, "--tier", "extended", "--no-save")
    done = run_command(stage, "ask", "Read.", *args, piped=b"From a pipe.\n")
    assert done.status == ExitStatus.OK
    first, second = stage.requests
    assert [message.content for message in first.messages] == ["Be brief.", "Read.\n\nFrom a file.\n\nFrom a pipe."]
    assert (second.messages[0].role, second.messages[0].content) == (Role.SYSTEM, "Own.")
    assert (first.tier, first.answer_tokens) == ("extended", 8192)
    assert stage.saved == [False]


def test_no_stdin_leaves_the_pipe_alone() -> None:
    stage = Stage(script_for)
    run_command(stage, "ask", "Read.", "-m", "short", "--no-stdin", piped=b"not this")
    assert stage.requests[0].messages[-1].content == "Read."


def test_lanes_come_from_flags_then_the_named_lineup_then_the_default_one() -> None:
    Path(".compare-tui.toml").write_text(
        'default_lineup = "a"\n[lineups.a]\nlanes = ["short", "late"]\n[lineups.b]\nlanes = ["cut"]\n'
    )

    def models(*args: str) -> list[str]:
        stage = Stage(script_for)
        run_command(stage, "ask", "What?", *args)
        return [request.lane.model for request in stage.requests]

    assert models() == ["short", "late"]
    assert models("-l", "b") == ["cut"]
    assert models("-m", "empty") == ["empty"]
    assert models("-l", "b", "-m", "empty") == ["cut", "empty"]


def test_unknown_parameters_are_said_and_sent() -> None:
    stage = Stage(script_for)
    done = run_command(stage, "ask", "What?", "-m", "short,temprature=1,provider.sort=price")
    assert done.err == "compare-tui: warning: Lane 1 (short): temprature is not known, but sent on as spelled.\n"
    assert stage.requests[0].lane.params["temprature"] == 1


def test_a_notice_of_the_store_is_said_and_stops_nothing() -> None:
    done = run_command(
        Stage(script_for, notice="The disk is full: answers are not kept."), "ask", "What?", "-m", "short"
    )
    assert done.status == ExitStatus.OK
    assert done.err == "compare-tui: warning: The disk is full: answers are not kept.\n"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("What?",), "Whom to ask? Name a lane with -m, a line-up with -l, or set default_lineup."),
        (("-m", "short"), "There is nothing to ask."),
        ((" \n", "-m", "short"), "There is nothing to ask."),
        (("What?", "-m", "m@lokal"), "No backend is called lokal. Did you mean local?"),
        (("What?", "-m", "short,n=9", "-m", "short,n=8"), "17 lanes are too many"),
        (("What?", "-l", "everyday"), "No line-up is called everyday. None is configured."),
        (("What?", "-f", "gone.txt", "-m", "short"), "gone.txt cannot be read: No such file or directory."),
        (("What?", "--tier", "big"), "Invalid value for '--tier': 'big' is not one of"),
        (("What?", "--retries", "3"), "Invalid value for '--retries': 3 is not in the range 0<=x<=2."),
        (("What?", "--timeout", "0"), "Invalid value for '--timeout'"),
        (("What?", "--jsonn"), "No such option '--jsonn'."),
        (("What?", "more", "words"), "Got unexpected extra arguments (more words)"),
        (("What?", "--json", "--jsonl"), "--json and --jsonl exclude each other."),
        (("What?", "--config", "gone.toml"), "gone.toml does not exist."),
    ],
)
def test_wrong_words_are_told_in_one_line_and_nothing_is_sent(args: tuple[str, ...], words: str) -> None:
    stage = Stage(script_for)
    done = run_command(stage, "ask", *args)
    assert (done.status, done.out) == (ExitStatus.USAGE, "")
    assert done.err.startswith("compare-tui: ")
    assert words in done.err
    assert done.err.count("\n") == 1
    assert stage.requests == []


def test_json_lines_end_with_an_error_where_nothing_could_be_sent() -> None:
    done = ask("What?", "-m", "m@lokal", "--jsonl")
    (event,) = [json.loads(line) for line in done.out.splitlines()]
    assert event["type"] == "error"
    assert "No backend is called lokal." in event["message"]


def interrupting(request: AnswerRequest) -> Script:
    """The first words come, then a person presses Ctrl+C."""
    return Interrupted(SCRIPTS["hangs"]) if request.lane.model == "hangs" else SCRIPTS[request.lane.model]


class Interrupted(list[Step]):
    """A script in the middle of which a signal comes."""

    def __iter__(self) -> Iterator[Step]:
        *begin, end = super().__iter__()
        yield from begin
        yield Step(1.0, KeepAliveReceived())
        os.kill(os.getpid(), INTERRUPTION)
        yield end


INTERRUPTION = signal.SIGINT


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_all_lanes_and_shows_what_arrived(
    number: signal.Signals, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.INTERRUPTION", number)
    done = run_command(Stage(interrupting), "ask", "What?", "-m", "short", "-m", "hangs", "--json")
    document = json.loads(done.out)
    assert done.status == document["exit_status"] == status
    assert [(answer["status"], answer["text"]) for answer in document["answers"]] == [
        ("complete", "Yes."),
        ("cancelled", "So far"),
    ]


def test_an_interrupted_text_ends_with_its_sections() -> None:
    done = run_command(Stage(interrupting), "ask", "What?", "-m", "hangs", "-m", "late")
    assert done.status == ExitStatus.INTERRUPTED
    assert "So far\n■ cancelled" in done.out
    assert done.out.count("■ cancelled") == 2
