"""Who the server takes us for and what it says is left: `/rate-limit-status`, `/credits/balance`. Sans-I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.quota import Quota
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.lenient import as_float, as_int, as_object, as_text


def quota_of(backend: str, status: Json, balance: Json) -> Quota | None:
    """Return the quota that the two answers tell, the balance first; None if neither says anything.

    A server without credits counts answers a day. A server with credits names `daily_*` too, but means other things.
    """
    state, money = as_object(status), as_object(balance)
    account = _text(state, "subscription_tier") or _text(money, "subscription_tier")
    if not account:
        return None
    signed_in = state.get("authenticated") is True or "credits_used_this_period" in money
    extended = as_int(state.get("remaining_extended_usage"))
    money_of = money if "credits_remaining" in money else state if "credits_remaining" in state else None
    if money_of is not None:
        quota = Quota(backend, signed_in, account, "credits", extended_remaining=extended)
        remaining, allowed = as_float(money_of.get("credits_remaining")), as_float(money_of.get("credits_allocated"))
        if not allowed and not remaining:
            return quota  # nothing has been allotted yet: the server says 0 of 0
        return replace(quota, remaining=remaining, allowed=allowed, resets_at=_reset(money_of, state))
    remaining, allowed = as_float(state.get("remaining_usage")), as_float(state.get("daily_limit"))
    resets_at = _reset({}, state)
    return Quota(backend, signed_in, account, "answers", remaining, allowed, resets_at, extended)


def after_request(quota: Quota | None, metadata: Mapping[str, Json]) -> Quota | None:
    """Return the quota as a request's `complete` leaves it. A server that counts answers counts failed ones too."""
    if quota is None:
        return None
    if quota.unit == "credits":
        remaining = as_float(metadata.get("credits_remaining"))
        return quota if remaining is None else replace(quota, remaining=remaining)
    asked = as_int(metadata.get("models_requested"))
    if asked is None or quota.remaining is None:
        return quota
    return replace(quota, remaining=max(0.0, quota.remaining - asked))


def _reset(money: JsonObject, state: JsonObject) -> str:
    for name in ("credits_reset_at", "credits_reset_date"):
        if said := _text(money, name) or _text(state, name):
            return f"{said} UTC" if "T" in said else said
    try:
        # It names the day that is being counted.
        counted = date.fromisoformat(_text(state, "usage_reset_date"))
    except ValueError:
        return ""
    return (counted + timedelta(days=1)).isoformat()


def _text(source: JsonObject, name: str) -> str:
    return make_safe_line(as_text(source.get(name)), 60)
