"""What a call says: settings, lanes and message. Needed by the panes and by `ask`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from compare_tui.cli.message import compose_message, read_piped
from compare_tui.cli.options import ChosenLanes, TurnOptions, choose_lanes, load_settings
from compare_tui.cli.surroundings import Surroundings
from compare_tui.config.load import Loaded
from compare_tui.domain.lane_spelling import unknown_keys
from compare_tui.domain.lanes import LaneSpec


class Format(StrEnum):
    """How `ask` writes its answers."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to whom."""

    loaded: Loaded
    chosen: ChosenLanes
    text: str


def prepare(surroundings: Surroundings, options: TurnOptions) -> Message:
    """Return what the options say. Raises UsageError."""
    loaded = load_settings(options, surroundings.environ)
    chosen = choose_lanes(options, loaded)
    tell_about_lanes(surroundings, loaded, chosen.lanes)
    piped = ""
    if surroundings.piped is not None and not options.no_stdin:
        waiting = "Waiting for the rest of the message on standard input; --no-stdin leaves it alone."
        piped = read_piped(surroundings.piped, say_waiting=lambda: surroundings.diagnostics.note(waiting))
    return Message(loaded, chosen, compose_message(options.prompt, options.files, piped))


def tell_about_lanes(surroundings: Surroundings, loaded: Loaded, lanes: tuple[LaneSpec, ...]) -> None:
    """Say where a project's file sends lanes, and which parameters nobody knows."""
    for note in loaded.project_notes(lanes):
        surroundings.diagnostics.warning(note)
    for number, lane in enumerate(lanes, 1):
        unknown = unknown_keys(lane)
        if unknown:
            names = f"{', '.join(unknown)} {'is' if len(unknown) == 1 else 'are'}"
            surroundings.diagnostics.warning(
                f"Lane {number} ({lane.model}): {names} not known, but sent on as spelled."
            )
