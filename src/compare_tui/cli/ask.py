"""`ask`: one turn without a screen."""

from __future__ import annotations

from compare_tui.cli.answer_json import document, feeds
from compare_tui.cli.answer_text import ending
from compare_tui.cli.exit_status import ExitStatus
from compare_tui.cli.json_lines import JsonLines
from compare_tui.cli.options import TurnOptions
from compare_tui.cli.prepare import Format, prepare
from compare_tui.cli.surroundings import Surroundings
from compare_tui.cli.text_report import TextReport
from compare_tui.cli.turn import TurnEnd, TurnOrder, run_turn
from compare_tui.cli.turn_status import status_of
from compare_tui.config.load import Loaded
from compare_tui.domain.answers import AnswerState, AnswerStatus
from compare_tui.domain.errors import CompareTuiError, UsageError
from compare_tui.export.answer_json import message_of


def ask(surroundings: Surroundings, options: TurnOptions, form: Format) -> ExitStatus:
    """Send one turn and write its answers. Raises CompareTuiError where nothing could be sent."""
    try:
        return _ask(surroundings, options, form)
    except CompareTuiError as fault:
        if form is Format.JSONL:
            JsonLines(surroundings.output).failed(str(fault))
        raise


def _ask(surroundings: Surroundings, options: TurnOptions, form: Format) -> ExitStatus:
    message = prepare(surroundings, options)
    if not message.chosen.lanes and not options.goes_on:
        raise UsageError("Whom to ask?", hint="Name a lane with -m, a line-up with -l, or set default_lineup.")
    if not message.text:
        raise UsageError("There is nothing to ask.", hint="Give a prompt, a file with -f, or text on standard input.")
    output = surroundings.output
    writer = _writer(surroundings, form, message.loaded)
    order = TurnOrder(
        loaded=message.loaded,
        lanes=message.chosen.lanes,
        prompt=message.text,
        save=not options.no_save,
        goes_on=options.goes_on,
        writer=writer,
        may_speak=lambda: not output.is_terminal or not isinstance(writer, TextReport) or writer.is_between_lines,
    )
    end = run_turn(surroundings, order)
    if end is None:
        return ExitStatus.INTERRUPTED
    states = [feed.state for feed in feeds(end.comparison, end.turn)]
    status = end.interrupted or status_of(states)
    if isinstance(writer, JsonLines):
        writer.complete(end.comparison, end.turn, exit_status=status, ended_at=end.ended_at)
    elif form is Format.JSON:
        output.write_json(document(end.comparison, end.turn, status), indent=2)
    if form is not Format.TEXT or not output.is_terminal:
        _tell_failures(surroundings, end)
    return status


class Silence:
    """Writes nothing while answers come."""

    def turn_started(self, *_: object) -> None:
        """Take no notice."""

    def answer_changed(self, *_: object) -> None:
        """Take no notice."""


def _writer(surroundings: Surroundings, form: Format, loaded: Loaded) -> TextReport | JsonLines | Silence:
    match form:
        case Format.TEXT:
            clear = surroundings.diagnostics.clear_progress if surroundings.output.is_terminal else None
            return TextReport(surroundings.output, loaded.settings.default_backend, before_text=clear)
        case Format.JSON:
            return Silence()
        case Format.JSONL:
            return JsonLines(surroundings.output)


def _tell_failures(surroundings: Surroundings, end: TurnEnd) -> None:
    """Say on standard error what went wrong, once for all lanes with the same fault."""
    lanes_by_fault: dict[str, list[str]] = {}
    for number, feed in enumerate(feeds(end.comparison, end.turn), 1):
        state = feed.state
        if fault := _fault_of(state):
            lanes_by_fault.setdefault(fault, []).append(f"{number} ({feed.lane.model})")
        for warning in state.warnings:
            surroundings.diagnostics.warning(f"Lane {number} ({feed.lane.model}): {warning}")
    for fault, lanes in lanes_by_fault.items():
        surroundings.diagnostics.error(f"Lane{'s' if len(lanes) > 1 else ''} {', '.join(lanes)}: {fault}")


def _fault_of(state: AnswerState) -> str:
    """Return why there is no answer; empty where there is one, or where a person stopped it."""
    if state.status.is_answered or state.status is AnswerStatus.CANCELLED:
        return ""
    return message_of(state.error) if state.error is not None else f"{ending(state)}."
