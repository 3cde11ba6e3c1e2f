from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home and working directory: no configuration of this machine's gets in."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    for name in ("COMPARE_TUI_CONFIG", "COMPARE_TUI_DATA_DIR", "OPENROUTER_API_KEY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    work = tmp_path / "here"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path
