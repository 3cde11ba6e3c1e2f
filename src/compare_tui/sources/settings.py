"""What the sources with a network address are built from. Values only; where they come from is not told here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from compare_tui.domain.json_types import Json
from compare_tui.domain.secret import KeyFinder


@dataclass(frozen=True, slots=True)
class OpenAISettings:
    """A backend that speaks OpenAI's chat completions."""

    name: str
    """The backend's name, for messages."""
    base_url: str
    """Up to and without `/chat/completions`."""
    key: KeyFinder
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request; they win over ours."""
    params: Mapping[str, Json] = field(default_factory=dict)
    """Part of every request's body; a lane's own parameters win."""
    connect_timeout_s: float = 10.0
    allow_insecure: bool = False
    """Send the key over plain http to another machine too."""
    trust_env: bool = True
    """Heed HTTP_PROXY and its kin, SSL_CERT_FILE and SSL_CERT_DIR."""
    unix_socket: str | None = None
    """Connect here, whatever the address says."""
    after_error_s: float = 2.0
    """How long the end of a stream, and what was used, may follow an error in mid-stream."""
    after_finish_s: float = 10.0
    """The same after the model has said that it has finished."""
    read_interval_s: float = 0.02
    """How often a stream that has begun is read; 0: whenever something comes."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """In what a server differs from a plain OpenAI-compatible one."""

    headers: Mapping[str, str] = field(default_factory=dict)
    asks_for_usage: bool = True
    """Counts come only if `stream_options.include_usage` asks for them."""
    token_limit: str = "max_tokens"
    """The field for the most tokens that an answer may have."""
    unknown_fields: frozenset[str] = frozenset()
    """Fields of OpenRouter's that other servers do not know: left out, with a warning."""
    names_session: bool = False
    """`session_id` keeps a conversation at one provider."""
    payment_url: str = ""
