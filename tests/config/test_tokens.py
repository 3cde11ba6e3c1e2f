"""The tokens of a compare server, from keys.toml, a variable or a command."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from compare_tui.config.load import Loaded, load
from compare_tui.config.paths import find_paths
from compare_tui.config.tokens import token_store
from compare_tui.domain.secret import MissingKey, Secret, Tokens

TOKENS = Tokens(Secret("access-1"), Secret("refresh-1"))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))


def loaded(tmp_path: Path, settings: str = "", *, project: str = "") -> Loaded:
    config = tmp_path / "config.toml"
    config.write_text(f'[backends.team]\nkind = "compare-server"\nbase_url = "https://team.example"\n{settings}')
    (tmp_path / ".compare-tui.toml").write_text(project)
    return load(find_paths({}, cwd=tmp_path, config=config, data_dir=tmp_path))


def test_nobody_is_signed_in_at_first(tmp_path: Path) -> None:
    assert token_store("team", loaded(tmp_path), {}).read() is None


def test_a_sign_in_is_kept_for_the_user_alone_and_found_again(tmp_path: Path) -> None:
    configuration = loaded(tmp_path)
    store = token_store("team", configuration, {})
    store.keep(TOKENS)
    assert store.read() == TOKENS
    assert stat.S_IMODE(configuration.paths.keys_file.stat().st_mode) == 0o600
    store.keep(Tokens(Secret("access-2")))
    assert store.read() == Tokens(Secret("access-2"))


def test_a_sign_in_is_not_sent_to_another_address(tmp_path: Path) -> None:
    token_store("team", loaded(tmp_path), {}).keep(TOKENS)
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace("team.example", "other.example"))
    moved = load(find_paths({}, cwd=tmp_path, config=config, data_dir=tmp_path))
    missing = token_store("team", moved, {}).read()
    assert isinstance(missing, MissingKey)
    assert "compare-tui login team" in missing.hint


def test_a_token_may_come_from_a_variable(tmp_path: Path) -> None:
    store = token_store("team", loaded(tmp_path, 'api_key_env = "TEAM_TOKEN"\n'), {"TEAM_TOKEN": "from-env"})
    assert store.read() == Tokens(Secret("from-env"))


def test_a_variable_comes_before_a_sign_in(tmp_path: Path) -> None:
    store = token_store("team", loaded(tmp_path, 'api_key_env = "TEAM_TOKEN"\n'), {"TEAM_TOKEN": "from-env"})
    store.keep(TOKENS)
    assert store.read() == Tokens(Secret("from-env"))
    assert token_store("team", loaded(tmp_path, 'api_key_env = "TEAM_TOKEN"\n'), {}).read() == TOKENS


def test_a_named_variable_that_is_not_set_is_told(tmp_path: Path) -> None:
    missing = token_store("team", loaded(tmp_path, 'api_key_env = "TEAM_TOKEN"\n'), {}).read()
    assert isinstance(missing, MissingKey)
    assert "TEAM_TOKEN" in missing.message


def test_a_token_may_come_from_a_command(tmp_path: Path) -> None:
    store = token_store("team", loaded(tmp_path, 'api_key_command = ["echo", "from-command"]\n'), {})
    assert store.read() == Tokens(Secret("from-command"))


def test_a_plain_token_in_the_keys_file_is_one_too(tmp_path: Path) -> None:
    configuration = loaded(tmp_path)
    keys = configuration.paths.keys_file
    keys.parent.mkdir(parents=True, exist_ok=True)
    keys.write_text('team = "from-file"\n')
    keys.chmod(0o600)
    assert token_store("team", configuration, {}).read() == Tokens(Secret("from-file"))


def test_a_keys_file_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    configuration = loaded(tmp_path)
    store = token_store("team", configuration, {})
    store.keep(TOKENS)
    configuration.paths.keys_file.chmod(0o644)
    assert isinstance(store.read(), MissingKey)


def test_a_projects_own_server_gets_no_token(tmp_path: Path) -> None:
    project = '[backends.lure]\nkind = "compare-server"\nbase_url = "https://lure.example"\n'
    store = token_store("lure", loaded(tmp_path, project=project), {})
    store.keep(TOKENS)
    assert store.read() is None
