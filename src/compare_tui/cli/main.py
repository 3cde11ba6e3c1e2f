"""The commands: declared here, done elsewhere. `run` is the whole command line.

What only one command needs is imported in it, so that the panes open sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from compare_tui.cli.backend_commands import doctor_command, login_command, models_command
from compare_tui.cli.diagnostics import PROGRAM
from compare_tui.cli.exit_status import ExitStatus
from compare_tui.cli.first_word import Call, read_call
from compare_tui.cli.options import PlaceOptions, TurnOptions, load_settings, place_options, turn_options
from compare_tui.cli.past_commands import (
    export_command,
    find_past,
    history_command,
    resume_command,
    show_command,
)
from compare_tui.cli.plain_command import PlainCommand, TextAskedForError, show_version
from compare_tui.cli.prepare import Format, prepare
from compare_tui.cli.services import AppOrder, Services
from compare_tui.cli.surroundings import Surroundings, find_surroundings, take_keys_from_terminal
from compare_tui.domain.errors import CompareTuiError, UsageError
from compare_tui.domain.usage_by import UsageBy

_MAX_WIDTH = 100


class _BareForm(PlainCommand):
    """The form without a command; its help lists the commands."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands under the options."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(80)) for name, command in COMMANDS.items()])


@click.command(cls=_BareForm)
@turn_options
@click.option(
    "-c", "--continue", "goes_on", is_flag=True, help="Go on with the last comparison, its lanes and history."
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=show_version, help="Show the version."
)
@click.pass_obj
def bare(surroundings: Surroundings, /, **options: Any) -> int:
    """Send one PROMPT to several models at once and read every answer live, each in its own pane."""
    turn = TurnOptions(**options)
    if not surroundings.output.is_terminal:
        return _ask(surroundings, turn, Format.TEXT)
    return _open_panes(surroundings, turn, surroundings.services.run_app)


@click.command("demo", cls=PlainCommand)
@turn_options
@click.pass_obj
def demo(surroundings: Surroundings, /, **options: Any) -> int:
    """Open the panes on the embedded model: no key, no network."""
    run = partial(surroundings.services.run_demo, diagnostics=surroundings.diagnostics)
    return _open_panes(surroundings, TurnOptions(**options), run)


@click.command("ask", cls=PlainCommand)
@turn_options
@click.option(
    "-c", "--continue", "goes_on", is_flag=True, help="Go on with the last comparison, its lanes and history."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document at the end.")
@click.option("--jsonl", "as_jsonl", is_flag=True, help="Events as they happen, one JSON object a line.")
@click.pass_obj
def ask_command(surroundings: Surroundings, /, *, as_json: bool, as_jsonl: bool, **options: Any) -> int:
    """Ask without a screen: text, JSON or JSON lines on standard output."""
    if as_json and as_jsonl:
        raise UsageError("--json and --jsonl exclude each other.")
    form = Format.JSON if as_json else Format.JSONL if as_jsonl else Format.TEXT
    return _ask(surroundings, TurnOptions(**options), form)


@click.command("usage", cls=PlainCommand)
@place_options
@click.option("--since", metavar="TIME", help="today, 24h, 7d, 2w or a date.")
@click.option("--by", type=click.Choice([by.value for by in UsageBy]), default=UsageBy.MODEL.value, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--csv", "as_csv", is_flag=True, help="A line per row.")
@click.pass_obj
def usage_command(
    surroundings: Surroundings, /, *, since: str | None, by: str, as_json: bool, as_csv: bool, **options: Any
) -> int:
    """Add up answers, tokens and costs; say how fast answers came."""
    from compare_tui.cli.quotas import ask_quotas, quota_json
    from compare_tui.cli.usage import parse_since, report_csv, report_json
    from compare_tui.cli.usage_tables import PERIODS_S, write_periods, write_report

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other.")
    output, now = surroundings.output, datetime.fromtimestamp(surroundings.clock.wall()).astimezone()
    begin = parse_since(since, now) if since else None
    loaded = load_settings(PlaceOptions(**options), surroundings.environ)
    with surroundings.services.open_usage(loaded, on_notice=surroundings.diagnostics.warning) as reader:
        report = reader.report(by=UsageBy(by), since=begin)
        if output.is_terminal and not (as_json or as_csv or since) and report.rows:
            days = reader.report(by=UsageBy.DAY, since=now.timestamp() - PERIODS_S)
            write_periods(days, now.date(), output)
    if as_csv:
        output.write_utf8(report_csv(report))
        return ExitStatus.OK
    quotas = ask_quotas(surroundings, loaded)
    if as_json:
        accounts = {"quotas": [quota_json(quota) for quota in quotas]} if quotas else {}
        output.write_json({**report_json(report), **accounts}, indent=2)
    else:
        write_report(report, output)
        for quota in quotas:
            output.write(f"{quota.in_words()}\n")
    return ExitStatus.OK


@click.command("config", cls=PlainCommand)
@place_options
@click.pass_obj
def config_command(surroundings: Surroundings, /, **options: Path | None) -> int:
    """Show the settings in force, where each comes from, and where files are."""
    from compare_tui.cli.settings_view import view

    loaded = load_settings(PlaceOptions(**options), surroundings.environ)
    for line in view(loaded, surroundings.environ):
        surroundings.output.write(f"{line}\n")
    return ExitStatus.OK


COMMANDS: dict[str, click.Command] = {
    command.name: command
    for command in (
        ask_command,
        demo,
        history_command,
        resume_command,
        show_command,
        export_command,
        models_command,
        usage_command,
        login_command,
        doctor_command,
        config_command,
    )
    if command.name
}
_OPTIONS = tuple(
    option for command in (bare, *COMMANDS.values()) for option in command.params if isinstance(option, click.Option)
)
_OPTIONS_WITH_VALUE = frozenset(spelling for option in _OPTIONS if not option.is_flag for spelling in option.opts)
_FLAGS = frozenset(spelling for option in _OPTIONS if option.is_flag for spelling in option.opts) | {"--help"}


def run(args: Sequence[str], services: Services) -> int:
    """Do what `args` say in this process's surroundings; return the exit status."""
    return call(args, find_surroundings(services))


def call(args: Sequence[str], surroundings: Surroundings) -> int:
    """Do what `args` say and return the exit status."""
    output = surroundings.output
    try:
        status = _call(args, surroundings)
        output.close()
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    if output.closed:
        return ExitStatus.CLOSED_PIPE
    if output.fault is not None:
        surroundings.diagnostics.error(f"Standard output cannot be written: {output.fault.strerror}.")
        return ExitStatus.NONE_ANSWERED
    return status


def _call(args: Sequence[str], surroundings: Surroundings) -> int:
    diagnostics = surroundings.diagnostics
    try:
        call = read_call(args, commands=COMMANDS, with_value=_OPTIONS_WITH_VALUE, flags=_FLAGS)
        return _invoke(call, surroundings)
    except UsageError as fault:
        diagnostics.report(fault)
        return ExitStatus.USAGE
    except click.UsageError as fault:
        where = f"{PROGRAM} {call.command}" if call.command else PROGRAM
        diagnostics.error(f"{fault.format_message()} See {where} --help.")
        return ExitStatus.USAGE
    except CompareTuiError as fault:
        diagnostics.report(fault)
        return ExitStatus.NONE_ANSWERED


def _invoke(call: Call, surroundings: Surroundings) -> int:
    command = COMMANDS[call.command] if call.command else bare
    name = f"{PROGRAM} {call.command}" if call.command else PROGRAM
    try:
        with command.make_context(name, list(call.args), obj=surroundings, max_content_width=_MAX_WIDTH) as context:
            status: int = command.invoke(context)
            return status
    except TextAskedForError as asked:
        surroundings.output.write(f"{asked.text}\n")
        return ExitStatus.OK


def _ask(surroundings: Surroundings, options: TurnOptions, form: Format) -> int:
    from compare_tui.cli.ask import ask

    return ask(surroundings, options, form)


def _open_panes(surroundings: Surroundings, options: TurnOptions, open_app: Callable[[AppOrder], int]) -> int:
    fault = surroundings.terminal_fault
    if fault is not None:
        raise UsageError(f"{fault}, so it cannot show panes.", hint="compare-tui ask answers without a screen.")
    message = prepare(surroundings, options)
    if options.goes_on and message.text:
        raise UsageError("With -c the panes open without a prompt.", hint="compare-tui ask -c sends one.")
    if surroundings.piped is not None:
        take_keys_from_terminal()
    order = AppOrder(
        loaded=message.loaded,
        lanes=message.chosen.lanes,
        lineup=message.chosen.lineup,
        prompt=message.text,
        save=not options.no_save,
        opens=find_past(surroundings, message.loaded) if options.goes_on else None,
    )
    return open_app(order)
