"""How many tokens an answer may have: what the lane says, else the tier's with the reasoning's on top."""

from __future__ import annotations

from collections.abc import Mapping

from compare_tui.domain.json_types import Json
from compare_tui.domain.messages import AnswerRequest

TOKEN_LIMITS = ("max_tokens", "max_completion_tokens")
"""A lane's own limits."""
_REASONING_SHARE = {
    "max": 0.95, "xhigh": 0.95, "high": 0.8, "medium": 0.5, "low": 0.2, "minimal": 0.1, "none": 0.0,
}  # fmt: skip
"""The part of max_tokens that an effort may take: https://openrouter.ai/docs/use-cases/reasoning-tokens"""
_MAX_REASONING_TOKENS = 32_768
"""More would shut out most providers: only those that allow the whole length are asked."""


def tier_token_limit(request: AnswerRequest, params: Mapping[str, Json]) -> int | None:
    """Return the tier's limit of answer tokens with the reasoning's on top, unless the lane names a limit."""
    answer_tokens = request.answer_tokens
    if answer_tokens is None or any(name in params for name in TOKEN_LIMITS):
        return None
    return answer_tokens + _reasoning_tokens(answer_tokens, params)


def most_tokens(request: AnswerRequest) -> int | None:
    """Return how many tokens may come at most, or None where nothing limits them here."""
    named = [value for name in TOKEN_LIMITS if isinstance(value := request.lane.params.get(name), int)]
    return max(named) if named else tier_token_limit(request, request.lane.params)


def _reasoning_tokens(answer_tokens: int, params: Mapping[str, Json]) -> int:
    reasoning = params.get("reasoning")
    reasoning = reasoning if isinstance(reasoning, Mapping) else {}
    asked = reasoning.get("max_tokens")
    if isinstance(asked, int | float):
        return max(int(asked), 0)
    effort = reasoning.get("effort") or params.get("reasoning_effort")
    if not effort and (reasoning.get("enabled") is True or params.get("include_reasoning") is True):
        effort = "medium"
    share = _REASONING_SHARE.get(str(effort), 0.0)
    return min(round(answer_tokens * share / (1 - share)), _MAX_REASONING_TOKENS)
