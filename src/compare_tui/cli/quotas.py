"""What servers that keep an account for us say is left: for `usage`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from compare_tui.cli.services import BackendTools
from compare_tui.cli.surroundings import Surroundings
from compare_tui.config.load import Loaded
from compare_tui.config.schema import CompareServerBackend
from compare_tui.domain.errors import CompareTuiError
from compare_tui.domain.json_types import Json
from compare_tui.domain.quota import Quota

_WITHIN_S = 5.0


def ask_quotas(surroundings: Surroundings, loaded: Loaded) -> list[Quota]:
    """Ask every compare server at once; one that does not answer soon is named on standard error."""
    backends = loaded.settings.backends.items()
    names = [name for name, backend in backends if isinstance(backend, CompareServerBackend)]
    if not names:
        return []
    tools = [surroundings.services.backend_tools(loaded, name) for name in names]
    quotas = []
    for name, answer in zip(names, asyncio.run(_ask_all(tools)), strict=True):
        if isinstance(answer, Quota):
            quotas.append(answer)
        elif answer is not None:
            surroundings.diagnostics.warning(f"What is left at @{name} is not known: {answer}")
    return quotas


async def _ask_all(tools: Sequence[BackendTools]) -> list[Quota | str | None]:
    return await asyncio.gather(*map(_ask, tools))


async def _ask(tools: BackendTools) -> Quota | str | None:
    try:
        async with asyncio.timeout(_WITHIN_S):
            return await tools.quota()
    except TimeoutError:
        return f"no answer within {_WITHIN_S:.0f} s."
    except CompareTuiError as fault:
        return str(fault)


def quota_json(quota: Quota) -> dict[str, Json]:
    """Return an account as `usage --json` gives it."""
    return {
        "backend": quota.backend,
        "signed_in": quota.signed_in,
        "account": quota.account,
        "unit": quota.unit,
        "remaining": quota.remaining,
        "allowed": quota.allowed,
        "resets_at": quota.resets_at or None,
        "extended_remaining": quota.extended_remaining,
    }
