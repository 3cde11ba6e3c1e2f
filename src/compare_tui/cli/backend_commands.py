"""The commands about one backend: what it serves, signing in, the way to it. Imports stand where they are used."""

from __future__ import annotations

from pathlib import Path

import click

from compare_tui.cli.backend_name import named_backend
from compare_tui.cli.exit_status import ExitStatus
from compare_tui.cli.options import PlaceOptions, load_settings, place_options
from compare_tui.cli.plain_command import PlainCommand
from compare_tui.cli.surroundings import Surroundings
from compare_tui.config.schema import NetworkBackend
from compare_tui.domain.errors import UsageError


@click.command("models", cls=PlainCommand)
@click.argument("backend", required=False, metavar="[@BACKEND]")
@place_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def models_command(surroundings: Surroundings, /, *, backend: str | None, as_json: bool, **options: Path | None) -> int:
    """List the models that a backend serves."""
    from compare_tui.cli.models import models, models_json, write_models

    loaded = load_settings(PlaceOptions(**options), surroundings.environ)
    name = named_backend(backend, loaded)
    surroundings.diagnostics.progress(f"Asking @{name} for its models…")
    try:
        listed = models(surroundings.services.backend_tools(loaded, name))
    finally:
        surroundings.diagnostics.clear_progress()
    if as_json:
        surroundings.output.write_json(models_json(name, listed), indent=2)
    else:
        write_models(listed, surroundings.output)
    return ExitStatus.OK


@click.command("login", cls=PlainCommand)
@click.argument("backend", metavar="BACKEND")
@place_options
@click.option("--email", metavar="ADDRESS", help="Sign in with this email; the password is asked for.")
@click.option("--status", is_flag=True, help="Only say for whom the backend takes you.")
@click.pass_obj
def login_command(
    surroundings: Surroundings, /, *, backend: str, email: str | None, status: bool, **options: Path | None
) -> int:
    """Sign in at a backend; password or key are not echoed."""
    from compare_tui.cli.login import account, login
    from compare_tui.config.tokens import names_other_key

    loaded = load_settings(PlaceOptions(**options), surroundings.environ)
    name = named_backend(backend, loaded)
    tools = surroundings.services.backend_tools(loaded, name)
    configured = loaded.settings.backends[name]
    if name in loaded.project_backends:
        raise UsageError(f"{name} is a backend of this directory's file: it gets no key.")
    assert isinstance(configured, NetworkBackend)
    has_token = tools.signs_in_with_email and names_other_key(configured)
    words = account(tools) if status or has_token else login(tools, name, email, surroundings.diagnostics)
    surroundings.output.write(f"{words}\n")
    return ExitStatus.OK


@click.command("doctor", cls=PlainCommand)
@click.argument("backend", required=False, metavar="[@BACKEND]")
@place_options
@click.option("--live", is_flag=True, help="Send one tiny prompt and show each event as it comes.")
@click.option("-m", "--model", metavar="MODEL", help="The model for --live; else the first that is open.")
@click.pass_obj
def doctor_command(
    surroundings: Surroundings, /, *, backend: str | None, live: bool, model: str | None, **options: Path | None
) -> int:
    """Walk along the way of a request to a backend and say where it ends."""
    from compare_tui.cli.doctor import doctor

    loaded = load_settings(PlaceOptions(**options), surroundings.environ)
    tools = surroundings.services.backend_tools(loaded, named_backend(backend, loaded))
    return doctor(tools, surroundings.output, live=live, model=model)
