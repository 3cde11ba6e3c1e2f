from __future__ import annotations

from pathlib import Path

import pytest

from compare_tui.config.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Paths of a fresh home: directories exist, no file does."""
    for name in ("config", "project"):
        (tmp_path / name).mkdir()
    return Paths(
        config_dir=tmp_path / "config",
        config_file=tmp_path / "config" / "config.toml",
        is_config_named=False,
        project_file=tmp_path / "project" / ".compare-tui.toml",
        data_dir=tmp_path / "data",
        cache_dir=tmp_path / "cache",
        log_dir=tmp_path / "log",
    )
