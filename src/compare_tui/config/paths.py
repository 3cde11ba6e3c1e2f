"""Where everything lives (platformdirs); the data directory can be moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import PlatformDirs

CONFIG_VARIABLE = "COMPARE_TUI_CONFIG"
DATA_DIR_VARIABLE = "COMPARE_TUI_DATA_DIR"
PROJECT_FILE = ".compare-tui.toml"


@dataclass(frozen=True, slots=True)
class Paths:
    """All paths of the program. Nothing is created here."""

    config_dir: Path
    config_file: Path
    is_config_named: bool
    """The file was named by a flag or a variable, so it must be there."""
    project_file: Path
    data_dir: Path
    cache_dir: Path
    log_dir: Path

    @property
    def keys_file(self) -> Path:
        return self.config_dir / "keys.toml"

    @property
    def choices_file(self) -> Path:
        """What is chosen in the app."""
        return self.config_dir / "choices.toml"

    @property
    def database(self) -> Path:
        return self.data_dir / "compare-tui.db"

    @property
    def models_dir(self) -> Path:
        """The embedded model's weights."""
        return self.data_dir / "models"

    @property
    def log_file(self) -> Path:
        return self.log_dir / "compare-tui.log"


def find_paths(
    environ: Mapping[str, str], *, cwd: Path, config: Path | None = None, data_dir: Path | None = None
) -> Paths:
    """Return the paths in force: flag, then environment, then the platform's own place."""
    dirs = PlatformDirs("compare-tui", appauthor=False)
    config_dir = Path(dirs.user_config_dir)
    named = config or _path_of(environ.get(CONFIG_VARIABLE))
    data = data_dir or _path_of(environ.get(DATA_DIR_VARIABLE)) or Path(dirs.user_data_dir)
    return Paths(
        config_dir=config_dir,
        config_file=named or config_dir / "config.toml",
        is_config_named=named is not None,
        project_file=cwd / PROJECT_FILE,
        data_dir=data,
        cache_dir=Path(dirs.user_cache_dir),
        log_dir=Path(dirs.user_log_dir),
    )


def _path_of(value: str | None) -> Path | None:
    return Path(value).expanduser() if value else None
