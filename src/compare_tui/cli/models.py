"""`models`: what a backend serves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from compare_tui.cli.output import Output, Style
from compare_tui.cli.services import BackendTools
from compare_tui.domain.json_types import Json
from compare_tui.domain.listed_model import ListedModel

_MAX_ID = 60


def models(tools: BackendTools) -> Sequence[ListedModel]:
    """Ask the backend. Raises CompareTuiError."""
    return asyncio.run(_ask(tools))


async def _ask(tools: BackendTools) -> Sequence[ListedModel]:
    return await tools.models()


def models_json(backend: str, listed: Sequence[ListedModel]) -> dict[str, Json]:
    """Return the document of `models --json`."""
    return {"backend": backend, "models": [_json(model) for model in listed]}


def write_models(listed: Sequence[ListedModel], output: Output) -> None:
    """Write a line for each model: its id, what locks it, what it can do."""
    if not listed:
        output.write("It lists no model.\n")
        return
    width = min(_MAX_ID, max(len(model.id) for model in listed))
    for model in listed:
        words = [f"locked: {model.access}" if model.is_locked else model.access, *model.marks]
        if model.input_tokens:
            words.append(f"{model.input_tokens:,} in")
        notes = " · ".join(word for word in words if word)
        line = f"{model.id:<{width}}  {notes}".rstrip()
        output.write(f"{line}\n", Style.DIM if model.is_locked else Style.PLAIN)


def _json(model: ListedModel) -> dict[str, Json]:
    return {
        "id": model.id,
        "name": model.name or None,
        "provider": model.provider or None,
        "access": model.access or None,
        "locked": model.is_locked,
        "marks": list(model.marks),
        "input_tokens": model.input_tokens,
        "output_tokens": model.output_tokens,
    }
