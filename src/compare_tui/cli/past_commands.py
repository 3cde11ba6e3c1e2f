"""The commands on comparisons of the past: `history`, `show`, `export`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from compare_tui.cli.exit_status import ExitStatus
from compare_tui.cli.options import PlaceOptions, load_settings, place_options
from compare_tui.cli.plain_command import PlainCommand
from compare_tui.cli.services import AppOrder
from compare_tui.cli.surroundings import Surroundings
from compare_tui.config.load import Loaded
from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.errors import UsageError

_FORMATS = ("md", "html", "json", "csv")


@click.command("history", cls=PlainCommand)
@click.argument("query", nargs=-1)
@place_options
@click.option("--model", default="", metavar="PART", help="With a lane whose model's name has this part.")
@click.option("--tag", default="", metavar="TAG", help="With this tag.")
@click.option(
    "--status", type=click.Choice([status.value for status in AnswerStatus]), help="The worst of its answers."
)
@click.option("--since", metavar="TIME", help="today, 24h, 7d, 2w or a date.")
@click.option("--until", metavar="TIME", help="Before this time.")
@click.option("-n", "--limit", type=click.IntRange(1), metavar="N", help="So many at most; 50 without --json.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@click.pass_obj
def history_command(surroundings: Surroundings, /, *, as_json: bool, limit: int | None, **options: Any) -> int:
    """List comparisons, newest first: all, or those with the words, beginnings of words or "phrases" of QUERY."""
    from compare_tui.cli.history import entry_json, history_filter, list_entries, write_entries
    from compare_tui.engine.history import PAGE

    place = PlaceOptions(config=options.pop("config"), data_dir=options.pop("data_dir"))
    wanted = history_filter(**options, now=datetime.fromtimestamp(surroundings.clock.wall()).astimezone())
    loaded = load_settings(place, surroundings.environ)
    with surroundings.services.open_history(loaded, on_notice=surroundings.diagnostics.warning) as history:
        if as_json:
            entries = list_entries(history, wanted, limit)
            surroundings.output.write_json([entry_json(entry) for entry in entries], indent=2)
        else:
            write_entries(history, wanted, limit or PAGE, surroundings.output)
    return ExitStatus.OK


@click.command("resume", cls=PlainCommand)
@click.argument("comparison", metavar="[ID]", default="")
@place_options
@click.pass_obj
def resume_command(surroundings: Surroundings, /, *, comparison: str, **options: Any) -> int:
    """Open a comparison in the panes and go on with it; ID may be its beginning, without it the last one."""
    if surroundings.terminal_fault is not None:
        hint = "compare-tui show reads it, compare-tui ask -c goes on with the last one."
        raise UsageError(f"{surroundings.terminal_fault}, so it cannot show panes.", hint=hint)
    loaded = load_settings(PlaceOptions(**options), surroundings.environ)
    return surroundings.services.run_app(AppOrder(loaded=loaded, opens=find_past(surroundings, loaded, comparison)))


def find_past(surroundings: Surroundings, loaded: Loaded, prefix: str = "") -> str:
    """Return the id that `prefix` means; the newest comparison's if it is empty. Raises UsageError."""
    from compare_tui.cli.history import find_comparison

    with surroundings.services.open_history(loaded, on_notice=surroundings.diagnostics.warning) as history:
        return find_comparison(history, prefix)


@click.command("show", cls=PlainCommand)
@click.argument("comparison", metavar="[ID]", default="")
@place_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document, as export gives it.")
@click.pass_obj
def show_command(surroundings: Surroundings, /, *, comparison: str, as_json: bool, **options: Any) -> int:
    """Show a comparison as text; ID may be its beginning, without it the last one."""
    from compare_tui.cli.history import find_comparison
    from compare_tui.cli.show import write_record
    from compare_tui.export.record_json import record_document

    loaded = load_settings(PlaceOptions(**options), surroundings.environ)
    with surroundings.services.open_history(loaded, on_notice=surroundings.diagnostics.warning) as history:
        record = history.record(find_comparison(history, comparison))
    if as_json:
        surroundings.output.write_json(record_document(record), indent=2)
    else:
        write_record(record, surroundings.output, loaded.settings.default_backend)
    return ExitStatus.OK


@click.command("export", cls=PlainCommand)
@click.argument("comparison", metavar="[ID]", default="")
@place_options
@click.option("--format", "form", type=click.Choice(_FORMATS), default="md", show_default=True)
@click.option(
    "-O", "--output", "to", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE, not standard output."
)
@click.pass_obj
def export_command(
    surroundings: Surroundings, /, *, comparison: str, form: str, to: Path | None, **options: Any
) -> int:
    """Write a comparison as Markdown, HTML, JSON or CSV; ID may be its beginning, without it the last one."""
    from compare_tui.cli.export import export
    from compare_tui.cli.history import find_comparison

    loaded = load_settings(PlaceOptions(**options), surroundings.environ)
    with surroundings.services.open_history(loaded, on_notice=surroundings.diagnostics.warning) as history:
        record = history.record(find_comparison(history, comparison))
    export(record, form, to, surroundings.output)
    return ExitStatus.OK
