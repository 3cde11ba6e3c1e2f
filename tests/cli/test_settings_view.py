from __future__ import annotations

import tomllib
from pathlib import Path

from compare_tui.config.load import load
from compare_tui.config.paths import find_paths
from tests.support.command_line import Done, Stage, run_command

USER = """
retries = 1
[backends.openrouter]
api_key_command = ["pass", "show", "sk-or-v1-secret"]
headers = { authorization = "Bearer sk-or-v1-secret" }
[backends.ollama]
kind = "openai"
base_url = "http://localhost:11434/v1"
params = { options = { num_ctx = 4096 } }
[lineups.both]
lanes = ["a,temperature=0", { model = "b", backend = "ollama" }]
"""


def config(home: Path, *, environ: dict[str, str] | None = None) -> Done:
    file = home / "config" / "compare-tui" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(USER)
    Path(".compare-tui.toml").write_text('theme = "light"\n')
    return run_command(Stage(lambda _: ()), "config", environ=environ)


def test_every_setting_is_shown_with_where_it_comes_from(home: Path) -> None:
    lines = config(home).out.splitlines()
    assert "retries = 1  # ~/config/compare-tui/config.toml" in lines
    assert 'theme = "light"  # .compare-tui.toml' in lines
    assert 'enter = "send"  # default' in lines
    assert 'lineups.both.lanes = ["a,temperature=0", "b@ollama"]  # ~/config/compare-tui/config.toml' in lines
    assert "backends.ollama.params.options.num_ctx = 4096  # ~/config/compare-tui/config.toml" in lines
    unset = next(line for line in lines if line.startswith("# Not set: "))
    assert "default_lineup" in unset


def test_paths_are_shown_and_whether_they_are_there(home: Path) -> None:
    lines = config(home).out.splitlines()
    assert "# config       ~/config/compare-tui/config.toml" in lines
    assert "# keys         ~/config/compare-tui/keys.toml  (not there)" in lines
    assert "# database     ~/data/compare-tui/compare-tui.db  (not there)" in lines


def test_no_key_is_shown(home: Path) -> None:
    done = config(home, environ={"OPENROUTER_API_KEY": "sk-or-v1-secret"})
    assert "secret" not in done.out + done.err
    assert '["pass", "***", "***"]' in done.out
    assert "# OPENROUTER_API_KEY, the key of openrouter, is set" in done.out


def test_what_is_shown_is_toml_that_says_the_same(home: Path) -> None:
    shown = tomllib.loads(config(home).out)
    loaded = load(find_paths({}, cwd=Path.cwd()))
    assert shown["timeouts"]["no_byte_s"] == loaded.settings.timeouts.no_byte_s
    assert shown["backends"]["ollama"]["base_url"] == "http://localhost:11434/v1"
