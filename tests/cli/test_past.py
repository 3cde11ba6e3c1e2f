"""`history`, `show`, `export` and `ask -c` on a real file."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import FinishReported, StreamEnded, StreamFailed, TextReceived
from compare_tui.sources.scripted import Script
from compare_tui.storage.history import SqliteHistory
from compare_tui.storage.recorder import SqliteRecorder
from tests.storage.support import Notices, Scene, open_database
from tests.support.command_line import Done, Stage, run_command
from tests.support.manual_clock import ManualClock


class Past:
    """A stage on a file in which comparisons are."""

    def __init__(self, directory: Path) -> None:
        self.clock = ManualClock()
        self.database = open_database(directory / "compare-tui.db", clock=self.clock)
        self.recorder = SqliteRecorder(self.database, clock=self.clock, on_notice=Notices())
        self.stage = Stage(_script)
        self.stage.history = SqliteHistory(self.database, clock=self.clock)

    async def keep(self, prompt: str, *texts: str) -> Scene:
        """Keep a comparison; a lane without a text fails."""
        await self.clock.advance(60)
        scene = Scene(self.recorder, self.clock, "acme/a", "acme/b")
        for feed, text in zip(scene.ask(prompt), texts, strict=True):
            if text:
                scene.happen(feed, TextReceived(text), FinishReported("stop"), StreamEnded(done=True))
            else:
                scene.happen(feed, StreamFailed(AnswerError(ErrorKind.SERVER, "Oh no.", code=500)), StreamEnded(False))
        await self.recorder.flush()
        return scene

    def run(self, *args: str, **options: bool) -> Done:
        return run_command(self.stage, *args, **options)  # type: ignore[arg-type]


def _script(_: object) -> Script:
    return ()


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    past = Past(tmp_path)
    yield past
    past.recorder.close()
    past.database.close()


async def test_history_as_json_has_the_agreed_keys(past: Past) -> None:
    await past.keep("First 天气", "one", "two")
    second = await past.keep("Second", "one", "")
    done = past.run("history", "--json")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)[0] == {
        "id": second.comparison.id,
        "title": "Second",
        "created": "2027-01-15T08:02:00.000Z",
        "models": ["acme/a", "acme/b"],
        "turns": 1,
        "status": "error",
        "tags": [],
    }
    assert [entry["title"] for entry in json.loads(done.out)] == ["Second", "First 天气"]
    assert [entry["title"] for entry in json.loads(past.run("history", "天气", "--json").out)] == ["First 天气"]
    assert [entry["title"] for entry in json.loads(past.run("history", "--status", "error", "--json").out)] == [
        "Second"
    ]


async def test_history_as_text_has_ids_to_go_on_with_and_says_what_is_left_out(past: Past) -> None:
    for number in range(3):
        await past.keep(f"Prompt {number}", "one", "two")
    lines = past.run("history", "-n", "2").out.splitlines()
    assert "✓ Prompt 2" in lines[0]
    assert lines[1].strip() == "1 turn, acme/a, acme/b"
    assert lines[-1] == "1 more; -n shows more of them."
    identity = lines[0].split()[0]
    assert past.run("show", identity).out.startswith("Prompt 2\n")
    assert past.run("history", "nothing like it").out == "Nothing found.\n"


async def test_a_question_in_one_argument_is_a_phrase(past: Past) -> None:
    await past.keep("alpha beta", "x", "y")
    await past.keep("beta alpha", "x", "y")
    assert len(json.loads(past.run("history", "alpha", "beta", "--json").out)) == 2
    assert len(json.loads(past.run("history", "alpha beta", "--json").out)) == 1


async def test_show_writes_every_answer_under_its_lane(past: Past) -> None:
    scene = await past.keep("What?\nAnd why?", "Because.\n", "")
    assert past.run("show").out == (
        "What? And why?\n"
        f"{scene.comparison.id} · 2027-01-15 08:01\n"
        "\n"
        "› What?\n"
        "  And why?\n"
        "\n"
        "── 1 acme/a,seed=0 ──\n"
        "Because.\n"
        "✓ done · 0.00 s to first token · 0.0 s in all\n"
        "\n"
        "── 2 acme/b,seed=1 ──\n"
        "✗ error 500: Oh no. · 0.0 s in all\n"
    )


async def test_show_and_export_give_the_same_json(past: Past, tmp_path: Path) -> None:
    scene = await past.keep("What?", "Because.", "Therefore.")
    shown = past.run("show", scene.comparison.id, "--json")
    to = tmp_path / "out.json"
    done = past.run("export", scene.comparison.id, "--format", "json", "-O", str(to))
    assert (done.status, done.out) == (0, "")
    assert json.loads(to.read_text()) == json.loads(shown.out)
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert json.loads(shown.out)["turns"][0]["answers"][1]["text"] == "Therefore."


@pytest.mark.parametrize(
    ("form", "begin"), [("md", "# What?"), ("html", "<!doctype html>"), ("json", "{"), ("csv", "comparison,turn,")]
)
async def test_every_format_goes_to_standard_output(past: Past, form: str, begin: str) -> None:
    await past.keep("What?", "Because.", "Therefore.")
    done = past.run("export", "--format", form)
    assert done.status == 0
    assert done.out.startswith(begin)


async def test_a_wrong_id_and_a_file_that_cannot_be_written_are_told_in_one_line(past: Past, tmp_path: Path) -> None:
    done = past.run("show")
    assert (done.status, done.err) == (2, "compare-tui: There is no comparison yet.\n")
    await past.keep("What?", "Because.", "Therefore.")
    done = past.run("show", "zzz\x1b[2J")
    assert done.status == 2
    assert done.err == "compare-tui: No comparison has the id zzz␛[2J. compare-tui history lists them.\n"
    done = past.run("export", "-O", str(tmp_path))
    assert (done.status, done.err) == (2, f"compare-tui: {tmp_path} cannot be written: Is a directory.\n")


async def test_a_wrong_time_names_its_option(past: Past) -> None:
    assert "--until soon is no time." in past.run("history", "--until", "soon").err


async def test_continue_and_lanes_exclude_each_other(past: Past) -> None:
    done = past.run("ask", "-c", "-m", "x", "Go on.")
    assert done.status == 2
    assert "-c goes on with the lanes of the last comparison." in done.err


async def test_resume_opens_the_comparison_that_is_meant(past: Past) -> None:
    first = await past.keep("First", "x", "y")
    second = await past.keep("Second", "x", "y")
    assert past.run("resume", terminal=True).status == 0
    assert past.run("resume", first.comparison.id, terminal=True).status == 0
    assert past.run("-c", terminal=True).status == 0
    opened = [order.opens for order in past.stage.app_orders]
    assert opened == [second.comparison.id, first.comparison.id, second.comparison.id]


async def test_resume_needs_a_terminal_and_a_comparison(past: Past) -> None:
    done = past.run("resume", terminal=True)
    assert (done.status, done.err) == (2, "compare-tui: There is no comparison yet.\n")
    done = past.run("resume")
    assert done.status == 2
    assert "Standard output is no terminal, so it cannot show panes. compare-tui show reads it" in done.err
    await past.keep("First", "x", "y")
    done = past.run("-c", "And then what?", terminal=True)
    assert (done.status, past.stage.app_orders) == (2, [])
    assert "compare-tui ask -c sends one." in done.err
