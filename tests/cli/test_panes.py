"""The bare form and `demo`: what they hand to the panes, and when they do not open them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from compare_tui.cli.exit_status import ExitStatus
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.tiers import Tier
from compare_tui.sources.scripts import built_in_script
from tests.support.command_line import Stage, run_command


def stage() -> Stage:
    return Stage(built_in_script)


def test_lanes_prompt_and_settings_are_handed_over() -> None:
    services = stage()
    args = ("Explain CRDTs", "-m", "fast", "-m", "slow,n=2", "-s", "Briefly.", "--tier", "brief", "--retries", "0")
    done = run_command(services, *args, "--timeout", "9", "--no-save", terminal=True)
    assert (done.status, done.err) == (0, "")
    (order,) = services.app_orders
    assert order.lanes == (LaneSpec("fast", "openrouter"), *[LaneSpec("slow", "openrouter")] * 2)
    assert (order.prompt, order.save, order.lineup) == ("Explain CRDTs", False, "")
    settings = order.loaded.settings
    assert (settings.system, settings.tier, settings.retries, settings.timeouts.turn_s) == (
        "Briefly.",
        Tier.BRIEF,
        0,
        9,
    )


def test_without_anything_the_app_asks() -> None:
    services = stage()
    assert run_command(services, terminal=True).status == 0
    (order,) = services.app_orders
    assert (order.lanes, order.prompt, order.save) == ((), "", True)


def test_the_default_lineup_is_named() -> None:
    Path(".compare-tui.toml").write_text('default_lineup = "a"\n[lineups.a]\nlanes = ["fast"]\n')
    services = stage()
    run_command(services, terminal=True)
    assert services.app_orders[0].lineup == "a"


def test_demo_is_handed_over_too() -> None:
    services = stage()
    assert run_command(services, "demo", terminal=True).status == 0
    assert len(services.demo_orders) == 1


def test_without_a_terminal_the_bare_form_asks() -> None:
    services = stage()
    done = run_command(services, "Say it", "-m", "echo")
    assert done.status == ExitStatus.OK
    assert "── 1 echo ──\nSay it\n" in done.out
    assert services.app_orders == []


@pytest.mark.parametrize("args", [("demo",), ()])
def test_a_terminal_that_cannot_move_its_cursor_is_refused(args: tuple[str, ...]) -> None:
    done = run_command(stage(), *args, terminal=True, environ={"TERM": "dumb"})
    assert done.status == ExitStatus.USAGE
    assert "TERM=dumb" in done.err
    assert "compare-tui ask answers without a screen." in done.err


def test_demo_without_a_terminal_is_refused() -> None:
    done = run_command(stage(), "demo")
    assert done.status == ExitStatus.USAGE
    assert "Standard output is no terminal, so it cannot show panes." in done.err


def test_a_typing_error_opens_nothing_and_sends_nothing() -> None:
    services = stage()
    done = run_command(services, "aks", "Explain CRDTs", "-m", "fast", terminal=True)
    assert done.status == ExitStatus.USAGE
    assert "Did you mean ask?" in done.err
    assert (services.app_orders, services.requests) == ([], [])


def test_a_single_word_behind_two_dashes_is_a_prompt() -> None:
    services = stage()
    assert run_command(services, "-m", "fast", "--", "usage", terminal=True).status == 0
    assert services.app_orders[0].prompt == "usage"


# In processes of their own: a terminal belongs to a session, and a session to a process.
WITH_TERMINAL = """
import os, pty
from compare_tui.cli.surroundings import take_keys_from_terminal
child, terminal = pty.fork()
if child == 0:
    read_end, write_end = os.pipe()
    os.close(write_end)
    os.dup2(read_end, 0)
    take_keys_from_terminal()
    os.write(1, b"ready")
    os._exit(0 if os.isatty(0) and os.read(0, 1) == b"k" else 1)
assert os.read(terminal, 5) == b"ready"
os.write(terminal, b"k\\n")
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
WITHOUT_TERMINAL = """
from compare_tui.cli.surroundings import take_keys_from_terminal
take_keys_from_terminal()
"""


def test_after_a_pipe_keys_come_from_the_terminal_itself() -> None:
    subprocess.run([sys.executable, "-c", WITH_TERMINAL], check=True, timeout=20)


def test_without_any_terminal_to_read_keys_from_it_is_said() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TERMINAL], start_new_session=True, capture_output=True, text=True, timeout=20
    )
    assert "UsageError: There is no terminal to read keys from. Use compare-tui ask." in done.stderr


@pytest.mark.parametrize("args", [("--help",), ("-h",), ("ask", "--help"), ("usage", "-h"), ("config", "--help")])
def test_help_is_shown(args: tuple[str, ...]) -> None:
    done = run_command(stage(), *args)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Usage: compare-tui")


def test_help_of_the_bare_form_lists_the_commands() -> None:
    out = run_command(stage(), "--help").out
    for command in ("ask", "demo", "usage", "config"):
        assert f"\n  {command} " in out


def test_the_version_is_shown() -> None:
    assert run_command(stage(), "--version").out.startswith("compare-tui ")
