from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from compare_tui.config import key_command
from compare_tui.config.keys import key_finder
from compare_tui.config.keys_file import read_keys, write_key
from compare_tui.config.load import load
from compare_tui.config.paths import Paths
from compare_tui.domain.errors import ConfigError
from compare_tui.domain.secret import MissingKey, Secret

KEY = "sk-or-v1-0123456789abcdef"
OLLAMA = '[backends.ollama]\nkind = "openai"\nbase_url = "http://localhost:11434/v1"\n'


def find(paths: Paths, backend: str, environ: dict[str, str] | None = None) -> Secret | MissingKey | None:
    return key_finder(backend, load(paths), environ or {})()


def missing(paths: Paths, backend: str, environ: dict[str, str] | None = None) -> MissingKey:
    found = find(paths, backend, environ)
    assert isinstance(found, MissingKey)
    assert KEY not in repr(found)
    return found


def write_keys(paths: Paths, text: str, mode: int = 0o600) -> None:
    paths.keys_file.write_text(text)
    paths.keys_file.chmod(mode)


def use_command(paths: Paths, *command: str) -> None:
    listed = ", ".join(f"'''{word}'''" for word in command)
    paths.config_file.write_text(f"[backends.openrouter]\napi_key_command = [{listed}]\n")


def test_the_variable_comes_before_the_keys_file(paths: Paths) -> None:
    write_keys(paths, 'openrouter = "from-file"\n')
    assert find(paths, "openrouter", {"OPENROUTER_API_KEY": f" {KEY}\n"}) == Secret(KEY)
    assert find(paths, "openrouter", {"OPENROUTER_API_KEY": " "}) == Secret("from-file")


def test_the_command_comes_before_the_keys_file_and_gives_its_first_line(paths: Paths) -> None:
    write_keys(paths, 'openrouter = "from-file"\n')
    use_command(paths, sys.executable, "-c", f"print('{KEY}'); print('a note')")
    assert find(paths, "openrouter") == Secret(KEY)


def test_a_missing_key_names_the_variable_and_how_to_set_it(paths: Paths) -> None:
    found = missing(paths, "openrouter")
    assert found.message == "OPENROUTER_API_KEY is not set: it holds the key of openrouter."
    assert "export OPENROUTER_API_KEY=..." in found.hint
    assert "keys.toml" in found.hint


def test_a_server_without_a_configured_key_needs_none(paths: Paths) -> None:
    paths.config_file.write_text(OLLAMA)
    assert find(paths, "ollama") is None
    assert find(paths, "local") is None


def test_a_server_with_a_configured_variable_needs_it(paths: Paths) -> None:
    paths.config_file.write_text(OLLAMA + 'api_key_env = "OLLAMA_KEY"\n')
    assert "OLLAMA_KEY is not set" in missing(paths, "ollama").message
    assert find(paths, "ollama", {"OLLAMA_KEY": KEY}) == Secret(KEY)


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel", "a\x00b", "bell\x07"])
def test_a_key_with_characters_that_no_header_carries_is_refused_unseen(paths: Paths, key: str) -> None:
    found = missing(paths, "openrouter", {"OPENROUTER_API_KEY": key})
    assert "The key in OPENROUTER_API_KEY holds a character" in found.message
    assert key not in found.message


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_keys_file_that_others_may_read_is_refused(paths: Paths, mode: int) -> None:
    write_keys(paths, f'openrouter = "{KEY}"\n', mode)
    found = missing(paths, "openrouter")
    assert "Others may read" in found.message
    assert f"chmod 600 {paths.keys_file}" in found.hint


def test_a_broken_keys_file_is_told_by_its_place_only(paths: Paths) -> None:
    write_keys(paths, f"openrouter = {KEY}\n")
    assert "keys.toml, line 1, column 14: Invalid value." in missing(paths, "openrouter").message


@pytest.mark.parametrize("value", ["3", '""', "[]"])
def test_a_key_that_is_no_text_is_told(paths: Paths, value: str) -> None:
    write_keys(paths, f"openrouter = {value}\n")
    assert "is no text, or empty" in missing(paths, "openrouter").message


def test_a_command_that_fails_says_so_without_anything_like_a_key(paths: Paths) -> None:
    use_command(paths, sys.executable, "-c", f"import sys; sys.exit('not in the store: {KEY}')")
    assert "ended with status 1: not in the store: ***" in missing(paths, "openrouter").message


def test_a_command_that_is_not_there_says_so(paths: Paths) -> None:
    use_command(paths, "/nonexistent/pass", KEY)
    message = missing(paths, "openrouter").message
    assert message == "The key command of openrouter (/nonexistent/pass) cannot be run: No such file or directory."


def test_a_command_that_prints_nothing_says_so(paths: Paths) -> None:
    use_command(paths, sys.executable, "-c", "")
    assert "is no text, or empty" in missing(paths, "openrouter").message


def test_a_command_that_hangs_is_given_up(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_command, "_LIMIT_S", 0.1)
    use_command(paths, sys.executable, "-c", "import time; time.sleep(30)")
    assert "did not end within" in missing(paths, "openrouter").message


def test_a_command_that_prints_without_end_is_ended(paths: Paths) -> None:
    use_command(paths, sys.executable, "-c", "while True: print('y' * 1000)")
    assert missing(paths, "openrouter").message.endswith("printed over 64 KiB.")


def test_a_command_that_leaves_a_program_behind_has_said_its_key(paths: Paths) -> None:
    leave = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3)'])"
    use_command(paths, sys.executable, "-c", f"{leave}; print('{KEY}')")
    assert find(paths, "openrouter") == Secret(KEY)


def test_a_command_runs_without_a_shell(paths: Paths) -> None:
    use_command(paths, "echo", "$HOME;id")
    assert find(paths, "openrouter") == Secret("$HOME;id")


def test_a_backend_of_a_project_gets_no_key(paths: Paths) -> None:
    write_keys(paths, f'x = "{KEY}"\n')
    paths.project_file.write_text('[backends.x]\nkind = "openai"\nbase_url = "https://evil.example/v1"\n')
    assert find(paths, "x") is None


def test_a_written_key_is_the_users_alone_and_leaves_the_others(paths: Paths) -> None:
    write_key(paths.keys_file, "openrouter", KEY)
    write_key(paths.keys_file, "team", 'with "quotes"')
    assert read_keys(paths.keys_file) == {"openrouter": KEY, "team": 'with "quotes"'}
    assert stat.S_IMODE(paths.keys_file.stat().st_mode) == 0o600
    assert [path.name for path in paths.config_dir.iterdir()] == ["keys.toml"]


def test_a_key_that_cannot_be_written_is_told(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot be (written|read): Not a directory"):
        write_key(tmp_path / "file" / "keys.toml", "openrouter", KEY)


def test_a_keys_file_is_read_by_its_owner_whatever_the_umask(paths: Paths) -> None:
    before = os.umask(0)
    try:
        write_key(paths.keys_file, "openrouter", KEY)
    finally:
        os.umask(before)
    assert find(paths, "openrouter") == Secret(KEY)
