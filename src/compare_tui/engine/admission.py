"""Admission: what a turn takes of the limits and budgets is reserved before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from compare_tui.domain.lanes import Lane
from compare_tui.domain.limits import Refusal
from compare_tui.domain.messages import AnswerRequest
from compare_tui.domain.prices import Price, worst_usd
from compare_tui.domain.tiers import Tier
from compare_tui.engine.ports import Demand, Ledger, Place, Prices


class Admission:
    """Reserves places and their worst-case costs."""

    def __init__(self, ledger: Ledger, prices: Prices | None) -> None:
        self.ledger = ledger
        self._prices = prices

    def price_of(self, lane: Lane) -> Price | None:
        """Return what the lane's model costs, if that is known."""
        return None if self._prices is None else self._prices.of(lane)

    async def refresh_prices(self, backends: Collection[str]) -> None:
        """Let prices that are needed be known."""
        if self._prices is not None:
            await self._prices.refresh(backends)

    async def reserve(self, requests: Sequence[AnswerRequest], turn: str) -> tuple[Place, ...] | Refusal:
        """Take one place per request, all or none; `turn` is the same for all requests of a turn."""
        await self.refresh_prices({request.lane.backend for request in requests})
        demand = Demand(
            turn,
            is_extended=any(request.tier is Tier.EXTENDED for request in requests),
            worst_usd=tuple(worst_usd(self.price_of(request.lane), request) for request in requests),
        )
        return await self.ledger.reserve([request.lane for request in requests], demand)
