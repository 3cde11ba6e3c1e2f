"""Every setting with its type and default. A new one is a field here and a line in config.example.toml.

Strict: unknown settings and values of another type are errors (check.py puts them in words).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct, field

from compare_tui.domain.limits import Limits
from compare_tui.domain.tiers import Tier
from compare_tui.engine.policy import Policy

Seconds: TypeAlias = Annotated[float, Meta(gt=0, le=86_400)]
Count: TypeAlias = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Usd: TypeAlias = Annotated[float, Meta(gt=0, le=1_000_000)]
Text: TypeAlias = Annotated[str, Meta(min_length=1)]
VariableName: TypeAlias = Annotated[str, Meta(pattern="^[A-Za-z_][A-Za-z0-9_]*$")]


class Timeouts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to wait, in seconds."""

    connect_s: Seconds = 10.0
    no_byte_s: Seconds = 120.0
    """No byte at all, not even a keep-alive."""
    no_progress_before_content_s: Seconds = 600.0
    no_progress_after_content_s: Seconds = 120.0
    retry_after_limit_s: Seconds = 60.0
    """A server that asks for a longer pause is not asked again."""
    turn_s: Seconds | None = None
    """A whole turn; unset: no limit."""


class BackendLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of ours, shared by all running copies; unset means no limit."""

    answers_per_minute: Count | None = None
    answers_per_day: Count | None = None
    extended_per_day: Count | None = None
    """Turns of the tier `extended`."""
    budget_usd_per_day: Usd | None = None
    """Days and months are local ones."""
    budget_usd_per_month: Usd | None = None
    max_usd_per_turn: Usd | None = None
    allow_unknown_prices: bool = False
    """Under a budget, ask lanes too whose price nobody knows; they count as nothing."""

    def domain_limits(self, backends: Mapping[str, Limits]) -> Limits:
        """Return the limits as the ledger takes them."""
        values = {name: getattr(self, name) for name in BackendLimits.__struct_fields__}
        return Limits(**values, backends=backends)


class LimitSettings(BackendLimits, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits for all lanes, and further ones for those of a backend."""

    stop_lane_at_usd: Usd | None = None
    """Stop an answer when it has cost about this much, where prices are known."""
    stop_rest_after: Count | None = None
    """Stop the other lanes of a turn when so many have answered."""
    backends: dict[str, BackendLimits] = field(default_factory=dict)


class NetworkBackend(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What backends behind an address share."""

    base_url: Text
    api_key_env: VariableName | None = None
    """The variable that holds the key."""
    api_key_command: Annotated[list[str], Meta(min_length=1)] | None = None
    """A program and its arguments, run without a shell; the key is the first line that it prints."""
    allow_insecure: bool = False
    """Send the key over plain http to another machine too."""
    trust_env: bool = True
    """Heed HTTP_PROXY and its kin, SSL_CERT_FILE and SSL_CERT_DIR."""
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with every request; they may hold secrets."""
    params: dict[str, Any] = field(default_factory=dict)
    """Sent with every request; a lane's own parameters win."""


class OpenRouterBackend(NetworkBackend, frozen=True, kw_only=True, tag="openrouter"):
    """openrouter.ai."""

    base_url: Text = "https://openrouter.ai/api/v1"
    api_key_env: VariableName | None = "OPENROUTER_API_KEY"


class OpenAIBackend(NetworkBackend, frozen=True, kw_only=True, tag="openai"):
    """Any server that speaks OpenAI's chat completions."""


class CompareServerBackend(NetworkBackend, frozen=True, kw_only=True, tag="compare-server"):
    """A server that speaks /compare-stream."""


class LocalBackend(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="local"):
    """The embedded model."""


class ScriptedBackend(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="scripted"):
    """Models that say what a script says: for tests and screenshots."""


Backend: TypeAlias = OpenRouterBackend | OpenAIBackend | CompareServerBackend | LocalBackend | ScriptedBackend

BACKEND_KINDS: dict[str, type[Backend]] = {
    "openrouter": OpenRouterBackend,
    "openai": OpenAIBackend,
    "compare-server": CompareServerBackend,
    "local": LocalBackend,
    "scripted": ScriptedBackend,
}


class Lineup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named list of lanes; a table spells what is too long for a flag."""

    lanes: Annotated[list[str | dict[str, Any]], Meta(min_length=1)]


def _built_in_backends() -> dict[str, Backend]:
    return {"openrouter": OpenRouterBackend(), "local": LocalBackend()}


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration."""

    default_backend: Text = "openrouter"
    default_lineup: Text | None = None
    tier: Tier | None = None
    system: str | None = None
    retries: Annotated[int, Meta(ge=0, le=2)] = 2
    enter: Literal["send", "newline"] = "send"
    theme: Literal["dark", "light", "terminal"] = "dark"
    mouse: bool = True
    slow: Literal["auto"] | bool = "auto"
    timeouts: Timeouts = field(default_factory=Timeouts)
    limits: LimitSettings = field(default_factory=LimitSettings)
    backends: dict[str, Backend] = field(default_factory=_built_in_backends)
    lineups: dict[str, Lineup] = field(default_factory=dict)

    def domain_limits(self) -> Limits:
        """Return the limits as the ledger takes them."""
        return self.limits.domain_limits(
            {name: limits.domain_limits({}) for name, limits in self.limits.backends.items()}
        )

    def policy(self) -> Policy:
        """Return the engine's patience."""
        timeouts = self.timeouts
        return Policy(
            retries=self.retries,
            turn_timeout_s=timeouts.turn_s,
            no_byte_s=timeouts.no_byte_s,
            no_progress_before_content_s=timeouts.no_progress_before_content_s,
            no_progress_after_content_s=timeouts.no_progress_after_content_s,
            retry_after_limit_s=timeouts.retry_after_limit_s,
            stop_lane_at_usd=self.limits.stop_lane_at_usd,
            stop_rest_after=self.limits.stop_rest_after,
        )
