"""Commands whose help and version are text for output.py, as click would write them to standard output by itself."""

from __future__ import annotations

from typing import Any

import click

from compare_tui import __version__
from compare_tui.cli.diagnostics import PROGRAM


class TextAskedForError(Exception):
    """Help or version is wanted in place of the command."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class PlainCommand(click.Command):
    """A command with `-h` and `--help`."""

    def __init__(self, name: str | None, **settings: Any) -> None:
        super().__init__(name, **{**settings, "add_help_option": False})
        self.params.append(
            click.Option(
                ["-h", "--help"], is_flag=True, is_eager=True, expose_value=False, callback=_show_help,
                help="Show this and leave.",
            )
        )  # fmt: skip


def _show_help(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        raise TextAskedForError(ctx.get_help())


def show_version(_ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    """Answer `--version`."""
    if wanted:
        raise TextAskedForError(f"{PROGRAM} {__version__}")
