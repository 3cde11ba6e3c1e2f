"""`doctor`: walks the way of a request to a backend and says where it ends."""

from __future__ import annotations

import asyncio

from compare_tui.cli.exit_status import ExitStatus
from compare_tui.cli.output import Output, Style
from compare_tui.cli.services import BackendTools
from compare_tui.domain.check_steps import CheckStep, Finding

_STYLES = {
    Finding.OK: Style.PLAIN,
    Finding.ODD: Style.STRONG,
    Finding.FAILED: Style.BAD,
    Finding.NOTE: Style.DIM,
}
_SIGNS = {
    Finding.OK: ("✓", "ok"),
    Finding.ODD: ("!", "!"),
    Finding.FAILED: ("✗", "x"),
    Finding.NOTE: ("·", "-"),
}
_NAME_WIDTH = 11


def doctor(tools: BackendTools, output: Output, *, live: bool, model: str | None) -> ExitStatus:
    """Write each step as it is done; a failed one makes the status 1. Raises CompareTuiError."""
    return asyncio.run(_walk(tools, output, live=live, model=model))


async def _walk(tools: BackendTools, output: Output, *, live: bool, model: str | None) -> ExitStatus:
    failed = False
    async for step in tools.check(live=live, model=model):
        failed = failed or step.finding is Finding.FAILED
        _write(step, output)
    return ExitStatus.NONE_ANSWERED if failed else ExitStatus.OK


def _write(step: CheckStep, output: Output) -> None:
    sign = output.sign(*_SIGNS[step.finding])
    output.write(f"{sign:<2} {step.name:<{_NAME_WIDTH}}  {step.text}\n", _STYLES[step.finding])
    if step.hint:
        output.write(f"   {'':<{_NAME_WIDTH}}  {step.hint}\n", _STYLES[step.finding])
