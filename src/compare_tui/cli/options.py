"""The options that commands share, and what they mean for settings, lanes and message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from compare_tui.config.load import Loaded, load
from compare_tui.config.paths import find_paths
from compare_tui.domain.errors import UsageError
from compare_tui.domain.lane_spelling import check_lane_count
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.safe_text import make_safe
from compare_tui.domain.tiers import Tier

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOptions:
    """Where configuration and data are."""

    config: Path | None = None
    data_dir: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOptions(PlaceOptions):
    """Whom to ask, what, and how patiently."""

    prompt: str = ""
    models: tuple[str, ...] = ()
    lineup: str | None = None
    tier: str | None = None
    system: str | None = None
    files: tuple[Path, ...] = ()
    retries: int | None = None
    timeout_s: float | None = None
    no_stdin: bool = False
    no_save: bool = False
    goes_on: bool = False
    is_slow: bool = False

    def flags(self) -> dict[str, Any]:
        """Return the flags that were given as the topmost layer of settings."""
        system = None if self.system is None else make_safe(self.system)
        given = {"tier": self.tier, "system": system, "retries": self.retries}
        flags: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if self.is_slow:
            flags["slow"] = True
        if self.timeout_s is not None:
            flags["timeouts"] = {"turn_s": self.timeout_s}
        return flags


@dataclass(frozen=True, slots=True)
class ChosenLanes:
    """The lanes of the call, and the line-up's name if they are a line-up's."""

    lanes: tuple[LaneSpec, ...]
    lineup: str = ""


def load_settings(options: PlaceOptions, environ: Mapping[str, str]) -> Loaded:
    """Load the configuration that the call names. Raises ConfigError."""
    paths = find_paths(environ, cwd=Path.cwd(), config=options.config, data_dir=options.data_dir)
    return load(paths, flags=options.flags() if isinstance(options, TurnOptions) else None)


def choose_lanes(options: TurnOptions, loaded: Loaded) -> ChosenLanes:
    """Return the lanes of `-l` and `-m`, else the default line-up's, else none. Raises UsageError."""
    if options.goes_on:
        if options.lineup is not None or options.models:
            raise UsageError("-c goes on with the lanes of the last comparison.", hint="Leave out -m and -l.")
        return ChosenLanes(())
    lineup = options.lineup
    if lineup is None and not options.models:
        lineup = loaded.settings.default_lineup
    lanes = list(loaded.lineup(lineup)) if lineup is not None else []
    for spelling in options.models:
        lanes += loaded.parse_lanes(spelling)
    check_lane_count(lanes)
    return ChosenLanes(tuple(lanes), lineup if lineup is not None and not options.models else "")


def place_options(command: F) -> F:
    """Add the options of `PlaceOptions`."""
    for option in reversed(_PLACE):
        command = option(command)
    return command


def turn_options(command: F) -> F:
    """Add the options of `TurnOptions` and the prompt."""
    for option in reversed((*_TURN, *_PLACE)):
        command = option(command)
    return click.argument("prompt", required=False, default="")(command)


_FILE = click.Path(path_type=Path)
_PLACE = (
    click.option("--config", type=_FILE, metavar="FILE", help="Use FILE in place of your config.toml."),
    click.option("--data-dir", type=_FILE, metavar="DIR", help="Keep database and models in DIR."),
)
_TURN = (
    click.option(
        "-m", "--model", "models", multiple=True, metavar="LANE",
        help="A lane: MODEL[@BACKEND][,key=value...]. Repeat it for more.",
    ),
    click.option("-l", "--lineup", metavar="NAME", help="The lanes of a line-up of the configuration."),
    click.option(
        "--tier", type=click.Choice([tier.value for tier in Tier]), help="Characters in and tokens out of a turn."
    ),
    click.option("-s", "--system", metavar="TEXT", help="The system prompt."),
    click.option(
        "-f", "--file", "files", multiple=True, type=_FILE, metavar="FILE", help="Add a text file to the message."
    ),
    click.option(
        "--retries", type=click.IntRange(0, 2), metavar="N", help="Attempts after the first, before any text (0 to 2)."
    ),
    click.option(
        "--timeout", "timeout_s", type=click.FloatRange(0, 86_400, min_open=True), metavar="SECONDS",
        help="Give up what is not finished by then.",
    ),
    click.option("--no-stdin", is_flag=True, help="Leave standard input alone."),
    click.option(
        "--slow", "is_slow", is_flag=True, help="Draw the panes with few bytes: 16 colours, jump scrolling, 5 frames/s."
    ),
    click.option("--no-save", is_flag=True, help="Keep nothing of this comparison."),
)  # fmt: skip
