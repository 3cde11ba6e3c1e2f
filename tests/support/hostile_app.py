"""The app on models that attack the terminal, past the boundary that makes text safe: the panes are on their own."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator

from compare_tui.domain.answers import AnswerError, Citation, ErrorKind, ImageMark, ToolCall
from compare_tui.domain.events import (
    CitationReceived,
    FinishReported,
    ImageReceived,
    ModelServed,
    ReasoningReceived,
    RequestSent,
    StreamEnded,
    StreamEvent,
    StreamFailed,
    TextReceived,
    ToolCallReceived,
    WarningRaised,
)
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.messages import AnswerRequest
from compare_tui.tui.run import run_app
from compare_tui.tui.services import Today
from tests.support.tui_app import Stage

ATTACK = (
    "\x1b]52;c;cHduZWQ=\x1b\\ \x1b]0;owned\x07 \x1b[2J \x1b[777;777H \x1b[38;5;201m \x1bc \x9b31m \x9d0;x\x9c "
    "\x00 \x0e \x7f \x85 \u202eevil\u2066 \u200f [/red] [bold][@click=app.quit]press[/] \ud800 \U000e0041 end"
)


class HostileSource:
    """Says `ATTACK` wherever a model can say anything."""

    async def stream(self, request: AnswerRequest) -> AsyncGenerator[StreamEvent, None]:
        yield RequestSent()
        yield ModelServed(ATTACK, ATTACK)
        yield ReasoningReceived(ATTACK)
        yield TextReceived(f"# {ATTACK}\n\n```{ATTACK}\n{ATTACK}\n```\n\n| {ATTACK} |\n|-|\n| {ATTACK} |\n\n{ATTACK}")
        call = ToolCall(ATTACK, ATTACK, ATTACK)
        yield ToolCallReceived(0, call.id, call.name, call.arguments)
        yield ImageReceived(ImageMark(ATTACK, 3))
        yield CitationReceived(Citation(ATTACK, ATTACK))
        yield WarningRaised(ATTACK)
        if "fails" in request.lane.model:
            error = AnswerError(ErrorKind.SERVER, ATTACK, code=500, type=ATTACK, provider=ATTACK, hint=ATTACK)
            yield StreamFailed(error)
        yield FinishReported("stop")
        yield StreamEnded(done=True)

    async def warm_up(self) -> None:
        return None

    async def aclose(self) -> None:
        return None


def main() -> int:
    """Run the app; a marker behind the attack tells that it was drawn."""
    lanes = [LaneSpec(f"{ATTACK}/says{ATTACK}", "scripted"), LaneSpec(f"fails {ATTACK}", "scripted", {ATTACK: ATTACK})]
    services = Stage(HostileSource()).services(
        lanes=lanes, prompt=ATTACK, lineup=ATTACK, backend_notes={"scripted": ATTACK}, today=lambda: Today(1, 0.0)
    )
    return run_app(services)


if __name__ == "__main__":
    sys.exit(main())
