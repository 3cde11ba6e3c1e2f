"""Why the embedded model cannot run, in words for a person. Pure: reports and exit codes in, errors out."""

from __future__ import annotations

import re
import signal
from enum import StrEnum

from compare_tui.domain.errors import BackendError
from compare_tui.domain.safe_text import make_safe_line

DEBIAN_PACKAGES = {"libgomp.so.1": "libgomp1", "libstdc++.so.6": "libstdc++6"}
"""System libraries that the runtime loads, and the Debian package of each."""

_LIBRARY = re.compile(r"([\w+.-]+\.so(?:\.\d+)*): (?:cannot open|file too short|invalid ELF)")


class LocalReason(StrEnum):
    """Machine-readable reasons."""

    RUNTIME_MISSING = "runtime_missing"
    """xllamacpp is not installed."""
    LIBRARY_MISSING = "library_missing"
    """A system library is not installed."""
    RUNTIME_BROKEN = "runtime_broken"
    """xllamacpp does not load, or the process died of it."""
    WEIGHTS_MISSING = "weights_missing"
    MODEL_BROKEN = "model_broken"
    """The weights are there but cannot be used."""
    START_FAILED = "start_failed"
    FETCH_FAILED = "fetch_failed"
    """The package client could not bring what is missing."""


class LocalModelError(BackendError):
    """The embedded model cannot run: why, and what a person can do."""

    def __init__(self, reason: LocalReason, message: str, *, hint: str = "") -> None:
        line = make_safe_line(message)
        super().__init__(line if line.endswith(".") else f"{line}.", hint=hint)
        self.reason = reason


def fault_of_report(reason: str, detail: str, stderr: str, model_file: str) -> LocalModelError:
    """Return the fault that the child reported; `stderr` is what the runtime said besides."""
    match reason:
        case "runtime_missing":
            return LocalModelError(
                LocalReason.RUNTIME_MISSING,
                "The embedded model's runtime (xllamacpp) is not installed.",
                hint='Install it with: pip install "compare-tui[local]"',
            )
        case "runtime_broken":
            return _runtime_broken(detail)
        case "model_broken":
            said = last_line(stderr) or detail
            return LocalModelError(
                LocalReason.MODEL_BROKEN,
                f"The embedded model cannot be loaded from {model_file}: {said}",
                hint="Another GGUF file can be named with COMPARE_TUI_GGUF.",
            )
        case _:
            return LocalModelError(LocalReason.START_FAILED, f"The embedded model cannot start: {detail or reason}")


def _runtime_broken(detail: str) -> LocalModelError:
    if missing := _LIBRARY.search(detail):
        library = missing[1]
        package = DEBIAN_PACKAGES.get(library)
        return LocalModelError(
            LocalReason.LIBRARY_MISSING,
            f"The embedded model needs the system library {library}, which is not installed.",
            hint=f"Debian and Ubuntu: apt install {package}" if package else "",
        )
    return LocalModelError(LocalReason.RUNTIME_BROKEN, f"The embedded model's runtime does not load: {detail}")


def fault_of_exit(exit_code: int, stderr: str) -> LocalModelError:
    """Return the fault of a child that ended before it was ready; a negative code is a signal, as in subprocess."""
    if -exit_code == getattr(signal, "SIGILL", 0):
        return LocalModelError(
            LocalReason.RUNTIME_BROKEN,
            "This machine's processor lacks instructions that the embedded model needs (AVX2, FMA, F16C on x86-64).",
        )
    said = last_line(stderr)
    return LocalModelError(
        LocalReason.RUNTIME_BROKEN,
        f"The embedded model's process {describe_exit(exit_code)}" + (f": {said}" if said else "."),
    )


def describe_exit(exit_code: int) -> str:
    """Return how a process ended, as the end of a sentence."""
    if exit_code >= 0:
        return f"ended with status {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = str(-exit_code)
    return f"was ended by {name}"


def last_line(text: str) -> str:
    """Return the last line of an output that says anything, as safe text, without the runtime's time stamps."""
    lines = [line for line in (make_safe_line(line) for line in text.splitlines()) if line]
    return re.sub(r"^[\d.]+ [A-Z] ", "", _most_telling(lines))


def _most_telling(lines: list[str]) -> str:
    """Prefer the first line that names an error: what follows only passes it on."""
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "")
