"""Being signed in at a compare server: tokens, their renewal, and what the server makes of them.

A token that is wrong or too old is not refused there: the request is taken as an anonymous one. So each token is tried
once before it is relied upon.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from dataclasses import dataclass
from typing import Protocol

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.errors import CompareTuiError
from compare_tui.domain.json_types import Json
from compare_tui.domain.quota import Quota
from compare_tui.domain.secret import MissingKey, Secret, Tokens
from compare_tui.sources.compare_http import CompareHttp, Reply
from compare_tui.sources.compare_quota_wire import quota_of
from compare_tui.sources.endpoint import key_fault
from compare_tui.sources.lenient import as_float, as_object, as_text

_RENEW_BEFORE_S = 60.0
_STATUS_S = 5.0


class TokenStore(Protocol):
    """Where a backend's tokens are kept. Both calls may block."""

    def read(self) -> Tokens | MissingKey | None:
        """Return the tokens; None where nobody has signed in."""

    def keep(self, tokens: Tokens) -> None:
        """Keep renewed tokens. Raises CompareTuiError."""


@dataclass(frozen=True, slots=True)
class Access:
    """With what a request goes out."""

    token: Secret | None
    warning: str = ""
    """Why it goes out as anonymous though there is a token."""


class Session:
    """The tokens of one backend."""

    def __init__(self, store: TokenStore) -> None:
        self.quota: Quota | None = None
        """What the server has last said."""
        self._store = store
        self._lock = asyncio.Lock()
        self._tokens: Tokens | None = None
        """Those that the server is known to accept."""

    async def access(self, http: CompareHttp, prefix: str) -> Access | AnswerError:
        """Return what to send, renewed if it is about to end; an error where a token is meant to be but cannot."""
        async with self._lock:
            tokens: Tokens | MissingKey | None = self._tokens
            if tokens is None:
                tokens = await asyncio.to_thread(self._store.read)
            if tokens is None:
                return Access(None)
            if isinstance(tokens, MissingKey):
                return AnswerError(ErrorKind.KEY, tokens.message, hint=tokens.hint)
            fault = key_fault(tokens.access, http.settings)
            if fault is not None:
                return fault
            if _ends_soon(tokens.access, http.clock.wall()):
                return await self._renewed(http, prefix, tokens)
            if tokens == self._tokens:
                return Access(tokens.access)
            return await self._tried(http, prefix, tokens)

    async def _tried(self, http: CompareHttp, prefix: str, tokens: Tokens) -> Access:
        quota = await read_quota(http, prefix, tokens.access)
        if quota is not None and not quota.signed_in:
            return await self._renewed(http, prefix, tokens)
        # A server that does not say may accept it all the same.
        self.quota = quota or self.quota
        self._tokens = tokens
        return Access(tokens.access)

    async def _renewed(self, http: CompareHttp, prefix: str, tokens: Tokens) -> Access:
        self._tokens = None
        name = http.settings.name
        lost = f"The sign-in at @{name} has ended, so this went out as anonymous. compare-tui login {name} signs in."
        if tokens.refresh is None:
            return Access(None, f"@{name} does not accept the token, so this went out as anonymous.")
        body = {"refresh_token": tokens.refresh.reveal()}
        reply = await http.post(f"{prefix}/auth/refresh", body)
        renewed = tokens_of(reply.json) if isinstance(reply, Reply) and reply.is_ok else None
        if renewed is None:
            return Access(None, lost)
        self._tokens = Tokens(renewed.access, renewed.refresh or tokens.refresh)
        try:
            await asyncio.to_thread(self._store.keep, self._tokens)
        except CompareTuiError as fault:
            return Access(self._tokens.access, f"The renewed sign-in was not kept: {fault}")
        return Access(self._tokens.access)


async def read_quota(http: CompareHttp, prefix: str, token: Secret | None) -> Quota | None:
    """Ask the server what is left and for whom it takes us; None if it does not say."""
    status, balance = await asyncio.gather(
        http.get(f"{prefix}/rate-limit-status", key=token, within_s=_STATUS_S),
        http.get(f"{prefix}/credits/balance", key=token, within_s=_STATUS_S),
    )
    return quota_of(http.settings.name, _json_of(status), _json_of(balance))


def tokens_of(answer: Json) -> Tokens | None:
    """Return the tokens that `/auth/login` or `/auth/refresh` gave."""
    access, refresh = (as_text(as_object(answer).get(name)) for name in ("access_token", "refresh_token"))
    return Tokens(Secret(access), Secret(refresh) if refresh else None) if access else None


def _json_of(reply: Reply | AnswerError) -> Json:
    return reply.json if isinstance(reply, Reply) and reply.is_ok else None


def _ends_soon(token: Secret, now: float) -> bool:
    ends_at = _end_of(token)
    return ends_at is not None and ends_at - now < _RENEW_BEFORE_S


def _end_of(token: Secret) -> float | None:
    """Return when a JWT ends, Unix seconds, without checking it; None for another kind of token."""
    parts = token.reveal().split(".")
    if len(parts) != 3:
        return None
    try:
        claims: Json = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return as_float(as_object(claims).get("exp"))
