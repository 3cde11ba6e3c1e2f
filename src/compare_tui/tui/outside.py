"""Programs of a person's choice on the terminal. The screen sleeps meanwhile; the engine's thread goes on."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TypeVar

from textual.app import App, SuspendNotSupported

from compare_tui.domain.safe_text import make_safe, make_safe_line

ResultT = TypeVar("ResultT")
_PAGERS = ("less", "more")
_EDITORS = ("nano", "vim", "vi", "notepad")


class OutsideError(Exception):
    """Says in one line why a program did not run, or failed."""


def pager(environ: Mapping[str, str]) -> Sequence[str]:
    """Return the command of `PAGER`, or of a pager that is there."""
    return _command(environ, ("PAGER",), _PAGERS)


def editor(environ: Mapping[str, str]) -> Sequence[str]:
    """Return the command of `VISUAL` or `EDITOR`, or of an editor that is there."""
    return _command(environ, ("VISUAL", "EDITOR"), _EDITORS)


def show_in_pager(app: App[ResultT], text: str, environ: Mapping[str, str]) -> None:
    """Show `text` in the pager, which reads it from its standard input; return when it has ended."""
    command = pager(environ)
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        _run(app, command, stdin=file)


def edit(app: App[ResultT], text: str, environ: Mapping[str, str]) -> str:
    """Let the editor change `text`; return what it left, as safe text. OutsideError if it failed."""
    command = editor(environ)
    with tempfile.TemporaryDirectory(prefix="compare-tui-") as folder:
        path = Path(folder) / "prompt.md"
        path.write_text(text, encoding="utf-8")
        status = _run(app, [*command, str(path)], stdin=None)
        if status:
            raise OutsideError(f"{_name(command)} ended with status {status}; the prompt stays as it was.")
        try:
            written = path.read_bytes()
        except OSError as error:
            raise OutsideError(f"The prompt could not be read back ({error.strerror}); it stays as it was.") from error
    return make_safe(written.decode("utf-8", "replace")).removesuffix("\n")


def _command(environ: Mapping[str, str], names: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    for name in names:
        if value := environ.get(name, "").strip():
            try:
                words = shlex.split(value)
            except ValueError as error:
                raise OutsideError(f"{name} cannot be read: {make_safe_line(value)} ({error}).") from error
            if not shutil.which(words[0]):
                raise OutsideError(f"There is no program {make_safe_line(words[0])}: {name} names it.")
            return words
    for name in known:
        if shutil.which(name):
            return [name]
    raise OutsideError(f"None of {', '.join(known)} is there: name one in {names[-1]}.")


def _name(command: Sequence[str]) -> str:
    return make_safe_line(Path(command[0]).name)


def _run(app: App[ResultT], command: Sequence[str], *, stdin: IO[bytes] | None) -> int:
    """Run `command` on the terminal, with the app's screen asleep; return its exit status."""
    with ExitStack() as stack:
        try:
            stack.enter_context(app.suspend())
        except SuspendNotSupported as error:
            raise OutsideError("This terminal cannot be given to another program.") from error
        stack.enter_context(_interrupts_left_to_the_program())
        terminal_in, terminal_out = (stack.enter_context(_terminal(mode)) for mode in ("rb", "wb"))
        try:
            return subprocess.call(command, stdin=stdin or terminal_in, stdout=terminal_out, stderr=terminal_out)
        except OSError as error:
            raise OutsideError(f"{_name(command)} cannot be run: {error.strerror}.") from error


@contextmanager
def _terminal(mode: str) -> Iterator[IO[bytes] | None]:
    """The terminal itself where our own input or output is something else; None to inherit it."""
    ours = sys.__stdin__ if mode == "rb" else sys.__stdout__
    if sys.platform == "win32" or (ours is not None and ours.isatty()):
        yield None
        return
    with open(os.ctermid(), mode) as file:  # noqa: PTH123 - a device
        yield file


@contextmanager
def _interrupts_left_to_the_program() -> Iterator[None]:
    """Ctrl+C in a pager reaches everyone on the terminal; it is not meant for us. A handler is not inherited."""
    previous = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
