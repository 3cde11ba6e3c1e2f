"""The program as a person starts it: a process, real pipes and signals, a real server on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.answers import END, said
from tests.support.process import run, run_shell, start, started_unread
from tests.support.wire_server import SSE_HEAD, Exchange, Reply, WireServer, http, silence, sse, stall_after

KEY = "sk-test-0123456789abcdef"
UNAUTHORIZED = http("401 Unauthorized", '{"error": {"message": "No such key", "code": 401}}')
BUSY = http("429 Too Many Requests", '{"error": {"message": "Slow down", "code": 429}}')


def by_model(replies: Mapping[str, Reply]) -> Reply:
    """Reply by the model that is asked."""

    async def reply(exchange: Exchange) -> None:
        await replies[exchange.json()["model"]](exchange)

    return reply


REPLIES = by_model(
    {
        "good": sse(said("Good ") + said("answer.") + END),
        "other": sse(said("Another.") + END),
        "forbidden": UNAUTHORIZED,
        "busy": BUSY,
        "html": http("200 OK", "<html><title>Sign in</title></html>", "text/html"),
        "stalls": stall_after(said("So far")),
        "silent": silence,
    }
)


def configure(server: WireServer, home: Path, more: str = "") -> None:
    file = home / "config" / "compare-tui" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f'default_backend = "wire"\n{more}\n[backends.wire]\nkind = "openai"\nbase_url = "{server.url}"\n'
        'api_key_env = "WIRE_KEY"\n'
    )


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_KEY", KEY)


async def test_two_models_answer_in_text(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
        done = await run("ask", "What?", "-m", "good", "-m", "other")
        assert (done.status, done.err) == (0, "")
        first, second = done.out.split("\n\n")
        assert first.startswith("── 1 good ──\nGood answer.\n✓ done · ")
        assert second.startswith("── 2 other ──\nAnother.\n✓ done · ")
        assert server.exchanges[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_prompt_piped_on_standard_input_comes_last(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
        done = await run("ask", "Review this.", "-m", "good", "--json", piped=b"a diff\n")
        assert done.status == 0
        assert json.loads(done.out)["prompt"] == "Review this.\n\na diff"
        assert server.exchanges[0].json()["messages"][-1]["content"] == "Review this.\n\na diff"


async def test_the_bare_form_asks_where_there_is_no_terminal(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
        done = await run("What is it?", "-m", "good")
        assert (done.status, done.out.splitlines()[1]) == (0, "Good answer.")


async def test_a_rejected_key_in_one_lane_of_three_leaves_the_others(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
        done = await run("ask", "What?", "-m", "good", "-m", "forbidden", "-m", "other", "--json")
        answers = json.loads(done.out)["answers"]
        assert done.status == 3
        assert [answer["text"] for answer in answers] == ["Good answer.", "", "Another."]
        assert answers[1]["error"]["code"] == 401
        assert done.err.count("\n") == 1
        assert "Lane 2 (forbidden): " in done.err
        assert KEY not in done.out + done.err


@pytest.mark.parametrize(
    ("model", "timeout_s", "status"),
    [("forbidden", "20", 6), ("busy", "20", 7), ("html", "20", 1), ("stalls", "0.5", 124), ("silent", "0.5", 124)],
)
async def test_what_all_lanes_share_is_the_exit_status(home: Path, model: str, timeout_s: str, status: int) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
        done = await run("ask", "What?", "-m", f"{model},n=2", "--retries", "0", "--timeout", timeout_s)
        assert done.status == status
        assert done.err.count("\n") == 1
        assert done.err.startswith(f"compare-tui: Lanes 1 ({model}), 2 ({model}): ")


async def test_a_missing_key_names_its_variable_and_exits_6() -> None:
    done = await run("ask", "What?", "-m", "openai/gpt-5", "-m", "google/gemini-2.5-pro")
    assert done.status == 6
    assert "OPENROUTER_API_KEY is not set" in done.err
    assert "export OPENROUTER_API_KEY=..." in done.err
    assert done.err.count("\n") == 1


async def test_a_dead_server_is_told_in_one_line(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
    done = await run("ask", "What?", "-m", "good", "--retries", "0")
    assert done.status == 1
    assert done.err.count("\n") == 1
    assert "127.0.0.1" in done.err


async def test_json_lines_arrive_while_the_answer_still_runs(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
        running = await start("ask", "What?", "-m", "stalls", "--jsonl", "--no-stdin")
        assert running.process.stdout is not None
        async with asyncio.timeout(20):
            first = json.loads(await running.process.stdout.readline())
            second = json.loads(await running.process.stdout.readline())
        assert (first["type"], second["type"], second["content"]) == ("start", "chunk", "So far")
        running.process.send_signal(signal.SIGINT)
        done = await running.end()
        events = [json.loads(line) for line in done.out.splitlines()]
        assert [(event["type"], event.get("status")) for event in events] == [("done", "cancelled"), ("complete", None)]
        assert done.status == events[-1]["metadata"]["exit_status"] == 130


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=str
)
async def test_a_signal_prints_what_arrived_and_closes_the_connections(home: Path, number: int, status: int) -> None:
    sent = asyncio.Event()

    async def begin_and_stall(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD)
        await exchange.chunk(said("So far"))
        sent.set()
        await exchange.gone.wait()
        exchange.close()

    async with WireServer(by_model({"begins": begin_and_stall, "silent": silence})) as server:
        configure(server, home)
        running = await start("ask", "What?", "-m", "begins", "-m", "silent", "--json", "--no-stdin")
        exchanges = [await server.exchange(0), await server.exchange(1)]
        await sent.wait()
        await asyncio.sleep(0.5)  # nothing outside shows when the text was read
        running.process.send_signal(number)
        done = await running.end()
        for exchange in exchanges:
            await asyncio.wait_for(exchange.gone.wait(), 5)
    answers = json.loads(done.out)["answers"]
    assert done.status == status
    assert [(answer["status"], answer["text"]) for answer in answers] == [("cancelled", "So far"), ("cancelled", "")]


async def test_an_interrupt_does_not_wait_for_a_key_command(home: Path, tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    async with WireServer(REPLIES) as server:
        configure(server, home)
        file = home / "config" / "compare-tui" / "config.toml"
        command = json.dumps(["sh", "-c", f"exec 3> '{alive}'; echo begun >&3; exec sleep 60"])
        text = file.read_text().replace('api_key_env = "WIRE_KEY"', f"api_key_command = {command}")
        file.write_text(text)
        running = await start("ask", "What?", "-m", "good", "--json", "--no-stdin")
        with await asyncio.wait_for(asyncio.to_thread(alive.open), 20) as held_by_command:
            assert held_by_command.readline() == "begun\n"
            running.process.send_signal(signal.SIGINT)
            async with asyncio.timeout(5):
                done = await running.end()
            assert await asyncio.wait_for(asyncio.to_thread(held_by_command.read), 5) == ""
    assert (done.status, json.loads(done.out)["answers"][0]["status"]) == (130, "cancelled")


INTERRUPTED_WHILE_LOADING = """
import signal, sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "compare_tui.cli.main":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
from compare_tui.__main__ import main
sys.exit(main())
"""


def test_an_interrupt_while_the_program_loads_is_quiet() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED_WHILE_LOADING], capture_output=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")  # 130 in a shell


async def test_a_reader_who_leaves_ends_it_quietly(home: Path) -> None:
    async with WireServer(
        by_model({"long": sse(b"".join(said(f"word {n}\n") for n in range(20_000)) + END)})
    ) as server:
        configure(server, home)
        script = "{ $COMPARE_TUI ask What? -m long --no-stdin; echo status $? >&2; } | head -n 2"
        done = await run_shell(script)
    assert done.out == "── 1 long ──\nword 0\n"
    assert done.err == "status 141\n"


async def test_without_standard_output_nothing_else_is_written_to(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
        done = await run_shell("$COMPARE_TUI ask What? -m good --no-stdin >&-; echo $?")
        assert (done.out, done.err) == ("141\n", "")
        usage = await run("usage", "--json")
    assert json.loads(usage.out)["totals"]["answers"] == 1


async def test_a_limit_refuses_before_sending_and_names_the_second(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home, "[limits]\nanswers_per_minute = 2\n")
        first = await run("ask", "What?", "-m", "good", "-m", "other")
        second = await run("ask", "What?", "-m", "good", "--json")
        many = await run("ask", "What?", "-m", "good,n=3")
        assert (first.status, second.status, many.status) == (0, 5, 5)
        assert len(server.exchanges) == 2
    assert json.loads(second.out)["answers"][0]["status"] == "refused"
    assert re.search(r"Allowed again at \d\d:\d\d:\d\d", second.err)
    assert "more than it ever allows at once" in many.err


async def test_usage_adds_up_what_was_asked(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
        await run("ask", "What?", "-m", "good", "-m", "forbidden")
        await run("ask", "What?", "-m", "good", "--no-save")
        usage = json.loads((await run("usage", "--json")).out)
        table = await run("usage", "--by", "backend")
    assert {row["model"]: row["answers"] for row in usage["rows"]} == {"good": 1, "forbidden": 1}
    assert usage["totals"]["statuses"] == {"complete": 1, "error": 1}
    assert table.out.splitlines()[1].split()[:2] == ["wire", "2"]


async def test_waiting_for_standard_input_is_said_after_a_second(home: Path) -> None:
    async with WireServer(REPLIES) as server:
        configure(server, home)
        running = await start("ask", "-m", "good")
        line = await running.error_line()
        assert line.startswith("compare-tui: Waiting for the rest of the message on standard input; --no-stdin")
        done = await running.end(b"At last.")
        assert done.status == 0
        assert server.exchanges[0].json()["messages"][-1]["content"] == "At last."


async def test_an_interrupt_while_waiting_for_standard_input_is_quiet(home: Path) -> None:
    running = await start("ask", "-m", "a")
    await running.error_line()
    running.process.send_signal(signal.SIGINT)
    done = await running.end()
    assert (done.status, done.out, done.err) == (130, "", "")


async def test_wrong_words_are_one_line_and_exit_2(home: Path) -> None:
    (home / "here" / ".compare-tui.toml").write_text("retries = \n")
    done = await run("ask", "What?", "-m", "a")
    assert (done.status, done.out) == (2, "")
    assert done.err == "compare-tui: ~/here/.compare-tui.toml, line 1, column 11: Invalid value.\n"


SHOW_LOADED = """
import sys
from compare_tui.__main__ import main
sys.argv[1:] = sys.argv[1].split()
status = main()
watched = ("textual", "httpx", "sqlite3", "markdown_it")
print("loaded", status, *(name for name in watched if name in sys.modules), file=sys.stderr)
"""


def loaded_by(words: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SHOW_LOADED, words], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL
    )
    return done.stderr.splitlines()[-1].split()[2:]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--version", []),
        ("ask --help", []),
        ("aks", []),
        ("config", []),
        ("ask What? -m m@lokal", []),
        ("usage", ["sqlite3"]),
        ("ask What? -m openai/gpt-5", ["httpx", "sqlite3"]),
    ],
)
def test_headless_commands_load_only_what_they_need(words: str, expected: list[str]) -> None:
    assert loaded_by(words) == expected


def test_the_program_runs_without_a_home(home: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "HOME" and not name.startswith("XDG_")}
    done = subprocess.run(
        [sys.executable, "-m", "compare_tui", "--config", "/dev/null", "config"],
        capture_output=True, text=True, timeout=30, env=environ,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_the_status_stays_where_standard_error_cannot_be_written(home: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "compare_tui", "ask", "What?", "-m", "m@nowhere"],
            stdin=subprocess.DEVNULL, stderr=full, timeout=30, env=environ,
        )  # fmt: skip
    assert done.returncode == 2


async def test_an_interrupt_ends_it_though_nobody_reads(home: Path) -> None:
    long = sse(b"".join(said("x" * 1_000) for _ in range(500)) + END)  # more than a pipe holds

    async def reply_and_stay(exchange: Exchange) -> None:
        await long(exchange)
        await exchange.gone.wait()
        exchange.close()

    async with WireServer(reply_and_stay) as server:
        configure(server, home)
        async with started_unread("ask", "What?", "-m", "long", "--no-stdin") as process:
            await (await server.exchange()).gone.wait()  # all was received, and the program waits for its reader
            await asyncio.sleep(0.3)
            assert process.returncode is None
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(5):
                assert await process.wait() == 130
