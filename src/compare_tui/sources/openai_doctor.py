"""A walk along the way to an OpenAI-compatible server, up to its list of models: nothing is asked that costs."""

from __future__ import annotations

from collections.abc import AsyncIterator

from compare_tui.domain.check_steps import CheckStep, Finding
from compare_tui.domain.errors import BackendError
from compare_tui.domain.secret import MissingKey
from compare_tui.engine.ports import Clock
from compare_tui.sources.endpoint import key_fault, shown_url
from compare_tui.sources.openai_models import list_models
from compare_tui.sources.settings import OpenAISettings


async def check_openai(settings: OpenAISettings, clock: Clock) -> AsyncIterator[CheckStep]:
    """Yield the steps until one fails."""
    found = settings.key()
    if isinstance(found, MissingKey):
        yield CheckStep("key", Finding.FAILED, found.message, found.hint)
    elif found is None:
        yield CheckStep("key", Finding.NOTE, "No key is configured, and none is sent.")
    else:
        fault = key_fault(found, settings)
        if fault is not None:
            yield CheckStep("key", Finding.FAILED, fault.message, fault.hint)
            return
        yield CheckStep("key", Finding.OK, "There is a key; whether it is accepted shows with the first prompt.")
    began = clock.monotonic()
    try:
        models = await list_models(settings)
    except BackendError as error:
        yield CheckStep("reachable", Finding.FAILED, error.message, error.hint)
        return
    took_ms = (clock.monotonic() - began) * 1000
    yield CheckStep("reachable", Finding.OK, f"{shown_url(settings.base_url)} answered in {took_ms:.0f} ms.")
    if models:
        yield CheckStep("models", Finding.OK, f"{len(models):,} models, {models[0].id} the first.")
    else:
        yield CheckStep("models", Finding.ODD, "It lists no model.", "Load one there first.")
