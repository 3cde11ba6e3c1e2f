from __future__ import annotations

import stat
from pathlib import Path

import pytest

from compare_tui.config.paths import find_paths


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


def test_everything_has_a_place_in_the_users_home(tmp_path: Path) -> None:
    paths = find_paths({}, cwd=tmp_path / "project")
    files = (paths.config_file, paths.keys_file, paths.choices_file, paths.database, paths.log_file, paths.models_dir)
    assert [file.name for file in files] == [
        "config.toml", "keys.toml", "choices.toml", "compare-tui.db", "compare-tui.log", "models",
    ]  # fmt: skip
    assert all(file.is_relative_to(tmp_path) for file in (*files, paths.cache_dir))
    assert paths.project_file == tmp_path / "project" / ".compare-tui.toml"
    assert not paths.is_config_named


def test_a_flag_comes_before_the_environment(tmp_path: Path) -> None:
    environ = {"COMPARE_TUI_CONFIG": "/env/a.toml", "COMPARE_TUI_DATA_DIR": "/env/data"}
    by_environment = find_paths(environ, cwd=tmp_path)
    assert (by_environment.config_file, by_environment.data_dir) == (Path("/env/a.toml"), Path("/env/data"))
    assert by_environment.is_config_named
    by_flag = find_paths(environ, cwd=tmp_path, config=Path("/flag/a.toml"), data_dir=Path("/flag/data"))
    assert (by_flag.config_file, by_flag.data_dir) == (Path("/flag/a.toml"), Path("/flag/data"))


def test_a_named_file_leaves_the_keys_where_they_are(tmp_path: Path) -> None:
    usual = find_paths({}, cwd=tmp_path)
    named = find_paths({}, cwd=tmp_path, config=tmp_path / "team.toml")
    assert named.keys_file == usual.keys_file
    assert named.choices_file == usual.choices_file


def test_looking_for_paths_creates_nothing(tmp_path: Path) -> None:
    find_paths({}, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert stat.S_ISDIR(tmp_path.stat().st_mode)
