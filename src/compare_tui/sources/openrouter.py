"""The `openrouter` backend."""

from __future__ import annotations

from compare_tui.domain.answers import AnswerError
from compare_tui.engine.ports import Clock
from compare_tui.sources.openai import OpenAISource
from compare_tui.sources.settings import Dialect, OpenAISettings

OPENROUTER = Dialect(
    # https://openrouter.ai/docs/app-attribution
    headers={"HTTP-Referer": "https://github.com/compare-tui/compare-tui", "X-OpenRouter-Title": "compare-tui"},
    asks_for_usage=False,  # it always comes
    names_session=True,
    payment_url="https://openrouter.ai/settings/credits",
)


class OpenRouterSource(OpenAISource):
    """A LaneSource on OpenRouter: OpenAI's format, spoken with its own additions."""

    def __init__(self, settings: OpenAISettings, *, clock: Clock) -> None:
        super().__init__(settings, clock=clock, dialect=OPENROUTER)

    async def cost_of(self, generation_id: str) -> float | None:
        """Return what an answer has cost that ended without saying so: see TellsCosts."""
        chat, key = await self._open(), await self._find_key()
        if isinstance(chat, AnswerError) or isinstance(key, AnswerError):
            return None
        return await chat.cost_of(generation_id, key)
