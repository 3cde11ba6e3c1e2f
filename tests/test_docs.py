"""The README names only commands, options, targets and keys that exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from compare_tui.cli.main import COMMANDS, bare
from compare_tui.tui.commands import COMMANDS as APP_COMMANDS
from compare_tui.tui.commands import Mode
from compare_tui.tui.keymap import display_key

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
CODE = "\n".join(re.findall(r"`([^`\n]+)`", README) + re.findall(r"(?m)^    (\S.*)$", README))
MAKEFILE = (ROOT / "Makefile").read_text()


def _keys_of(mode: Mode) -> set[str]:
    return {display_key(key) for command in APP_COMMANDS for key in command.keys(mode)}


def _named_in(table: str) -> set[str]:
    """The keys in the first column of the table under this heading."""
    rows = re.search(rf"(?m)^\| {table} \| \|\n\|---\|---\|\n((?:\|.*\n)+)", README)
    assert rows is not None
    cells = [row.split(" | ")[0].strip("| ") for row in rows[1].splitlines()]
    return {key for cell in cells for key in re.split(r"[ ·,/]+", cell.replace("`", "")) if key}


def test_every_command_in_the_readme_exists() -> None:
    named = set(re.findall(r"compare-tui ([a-z]+)\b", CODE))
    assert named
    assert named <= set(COMMANDS)


def test_every_command_is_in_the_readme() -> None:
    assert set(COMMANDS) <= set(re.findall(r"compare-tui ([a-z]+)\b", CODE))


def test_every_option_in_the_readme_exists() -> None:
    options = {
        spelling
        for command in (bare, *COMMANDS.values())
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for spelling in parameter.opts
    }
    named = set(re.findall(r"(?<=\s)(--?[a-z][a-z-]*)", "\n".join(re.findall(r"compare-tui [^\n#]*", CODE))))
    assert named - {"--help"} <= options


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", MAKEFILE))
    named = set(re.findall(r"make ([a-z-]+)", CODE))
    assert {"demo", "test"} <= named <= targets


@pytest.mark.parametrize("mode", list(Mode))
def test_every_key_in_the_readme_does_something(mode: Mode) -> None:
    keys = _keys_of(mode) | ({f"{n}" for n in range(1, 10)} | {"1-9"} if mode is Mode.REVIEW else set())
    named = _named_in(mode.name)
    assert len(named) > 4
    assert named <= keys


def test_every_path_in_the_map_of_the_code_exists() -> None:
    named = set(re.findall(r"`((?:sources|storage|config|tui|tests|cli|engine|domain|render)/[^`*]*)`", README))
    for path in named:
        base = ROOT if path.startswith("tests") else ROOT / "src" / "compare_tui"
        assert (base / path).exists(), path
    for path in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / path).exists(), path
