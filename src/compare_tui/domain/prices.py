"""What an answer costs: at worst before it is asked for, in fact when its tokens are counted. USD throughout."""

from __future__ import annotations

from dataclasses import dataclass

from compare_tui.domain.answers import Usage
from compare_tui.domain.messages import AnswerRequest
from compare_tui.domain.token_limits import most_tokens

_TOKENS_PER_MESSAGE = 16
"""What a chat template puts around a message, rounded up."""
_BYTES_PER_TOKEN = 4
_COSTS_MORE = frozenset({"models", "plugins", "preset", "service_tier", "tools", "web_search_options"})
"""Parameters with which another price than the model's may be charged."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one model. Tokens of reasoning are answer tokens unless they have a price of their own."""

    prompt_usd: float
    """Per token; so are `completion_usd` and `reasoning_usd`."""
    completion_usd: float
    reasoning_usd: float = 0.0
    request_usd: float = 0.0
    most_completion_tokens: int | None = None
    """The longest answer that anybody who serves it gives."""


FREE = Price(0.0, 0.0)


def worst_usd(price: Price | None, request: AnswerRequest) -> float | None:
    """Return what an answer costs at worst, or None if that cannot be known.

    A token has at least one byte, so the prompt has at most as many tokens as bytes.
    """
    if price is None or _COSTS_MORE & request.lane.params.keys():
        return None
    if price == FREE:
        return 0.0
    tokens_out = most_tokens(request) or price.most_completion_tokens
    if tokens_out is None:
        return None
    n_bytes = sum(len(message.content.encode("utf-8", "replace")) for message in request.messages)
    tokens_in = n_bytes + _TOKENS_PER_MESSAGE * len(request.messages)
    dearest = max(price.completion_usd, price.reasoning_usd)
    return price.request_usd + tokens_in * price.prompt_usd + tokens_out * dearest


def usual_usd(price: Price | None, request: AnswerRequest, tokens_out: int) -> float | None:
    """Estimate what an answer of `tokens_out` tokens costs."""
    if price is None or _COSTS_MORE & request.lane.params.keys():
        return None
    tokens_in = sum(len(message.content.encode("utf-8", "replace")) for message in request.messages) / _BYTES_PER_TOKEN
    return price.request_usd + tokens_in * price.prompt_usd + tokens_out * price.completion_usd


def cost_usd(price: Price, usage: Usage) -> float:
    """Return the cost of tokens that were counted."""
    reasoning = min(usage.reasoning_tokens, usage.completion_tokens) if price.reasoning_usd else 0
    said = usage.completion_tokens - reasoning
    counted = usage.prompt_tokens * price.prompt_usd + said * price.completion_usd + reasoning * price.reasoning_usd
    return price.request_usd + counted
