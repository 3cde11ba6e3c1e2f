"""What the lanes of each backend cost: models of this machine nothing, OpenRouter's what its list says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping

from compare_tui.bootstrap.backends import Surroundings, network_settings
from compare_tui.config.schema import LocalBackend, OpenRouterBackend, ScriptedBackend
from compare_tui.domain.errors import BackendError
from compare_tui.domain.lanes import Lane
from compare_tui.domain.prices import FREE, Price
from compare_tui.sources.openrouter_models import ModelList
from compare_tui.sources.openrouter_models_wire import price_of

_REFRESH_LIMIT_S = 10.0


class PriceBook:
    """Implements the `Prices` port. `on_notice` is told, in one line, when a list cannot be fetched."""

    def __init__(
        self,
        free: Collection[str],
        lists: Mapping[str, ModelList],
        *,
        are_needed: bool,
        on_notice: Callable[[str], None],
    ) -> None:
        self._are_needed = are_needed
        self._free = frozenset(free)
        self._lists = lists
        self._on_notice = on_notice

    def of(self, lane: Lane) -> Price | None:
        """Return the price of the lane's model, or None if it is not known."""
        if lane.backend in self._free:
            return FREE
        models = self._lists.get(lane.backend)
        return None if models is None else price_of(models.known(), lane.model)

    async def refresh(self, backends: Collection[str]) -> None:
        """Fetch the lists of these backends, unless they are less than a day old or nothing here needs prices."""
        wanted = [self._lists[name] for name in sorted(backends) if name in self._lists and self._are_needed]
        await asyncio.gather(*(self._refresh(models) for models in wanted if models.is_due()))

    async def _refresh(self, models: ModelList) -> None:
        try:
            async with asyncio.timeout(_REFRESH_LIMIT_S):
                await models.refresh()
        except BackendError as fault:
            self._on_notice(f"Prices are not known: {fault}")
        except TimeoutError:
            self._on_notice("Prices are not known: the list of models did not come.")


def build_prices(surroundings: Surroundings, on_notice: Callable[[str], None]) -> PriceBook:
    """Return the prices of the configured backends. Nothing is read or fetched yet."""
    loaded = surroundings.loaded
    backends = loaded.settings.backends.items()
    free = [name for name, backend in backends if isinstance(backend, LocalBackend | ScriptedBackend)]
    lists = {
        name: ModelList(
            network_settings(name, backend, surroundings),
            loaded.paths.cache_dir / f"models-{name}.json",
            clock=surroundings.clock,
        )
        for name, backend in backends
        if isinstance(backend, OpenRouterBackend)
    }
    limits = loaded.settings.limits
    are_needed = loaded.settings.domain_limits().has_budget or limits.stop_lane_at_usd is not None
    return PriceBook(free, lists, are_needed=are_needed, on_notice=on_notice)
