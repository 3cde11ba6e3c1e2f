"""The way to one compare server: client, shape and session, each found when it is first needed and then remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compare_tui.domain.answers import AnswerError
from compare_tui.domain.json_types import Json
from compare_tui.domain.quota import Quota
from compare_tui.domain.secret import Secret
from compare_tui.engine.ports import Clock
from compare_tui.sources.compare_quota_wire import after_request
from compare_tui.sources.compare_shape import ServerShape
from compare_tui.sources.settings import OpenAISettings

if TYPE_CHECKING:
    from compare_tui.sources.compare_http import CompareHttp
    from compare_tui.sources.compare_session import Session, TokenStore


@dataclass(frozen=True, slots=True)
class Ready:
    """All that a request needs."""

    http: CompareHttp
    shape: ServerShape
    token: Secret | None
    warning: str = ""
    """What a person should know about the sign-in."""


class CompareLink:
    """Makes ready; shared by all requests of a backend."""

    def __init__(self, settings: OpenAISettings, tokens: TokenStore, *, clock: Clock) -> None:
        self.settings = settings
        self.streams = True
        """False once the server was found to have no stream, but whole answers."""
        self._clock = clock
        self._tokens = tokens
        self._opening = asyncio.Lock()
        self._http: CompareHttp | None = None
        self._session: Session | None = None
        self._shape: ServerShape | None = None

    async def ready(self) -> Ready | AnswerError:
        """Return what a request needs, or why there can be none."""
        opened = await self._open()
        if isinstance(opened, AnswerError):
            return opened
        http, session, shape = opened
        access = await session.access(http, shape.prefix)
        if isinstance(access, AnswerError):
            return access
        return Ready(http, shape, access.token, access.warning)

    @property
    def quota(self) -> Quota | None:
        """What the server has last said, without asking it."""
        return self._session.quota if self._session is not None else None

    async def ask_quota(self) -> Quota | AnswerError | None:
        """Ask what is left and for whom the server takes us; None if it does not say."""
        from compare_tui.sources.compare_session import read_quota

        ready = await self.ready()
        if isinstance(ready, AnswerError):
            return ready
        quota = await read_quota(ready.http, ready.shape.prefix, ready.token)
        assert self._session is not None
        self._session.quota = quota or self._session.quota
        return quota

    def note_end(self, metadata: Mapping[str, Json]) -> None:
        """Take note of what a request's `complete` says is left."""
        if self._session is not None:
            self._session.quota = after_request(self._session.quota, metadata)

    def forget_shape(self) -> None:
        """Look for the server's paths anew: it has changed."""
        self._shape = None

    async def aclose(self) -> None:
        """Close all connections."""
        http, self._http = self._http, None
        if http is not None:
            with suppress(RuntimeError):  # its loop has gone
                await http.aclose()

    async def _open(self) -> tuple[CompareHttp, Session, ServerShape] | AnswerError:
        async with self._opening:
            if self._http is None:
                opened = await asyncio.to_thread(self._load)
                if isinstance(opened, AnswerError):
                    return opened
                self._http, self._session = opened
            if self._shape is None:
                from compare_tui.sources.compare_discovery import discover

                found = await discover(self._http)
                if isinstance(found, AnswerError):
                    return found
                self._shape = found
            assert self._session is not None
            return self._http, self._session, self._shape

    def _load(self) -> tuple[CompareHttp, Session] | AnswerError:
        # Loading httpx takes 90 ms, reading the certificates 30: neither belongs before the first paint.
        from compare_tui.sources.compare_http import open_compare
        from compare_tui.sources.compare_session import Session

        http = open_compare(self.settings, self._clock)
        return http if isinstance(http, AnswerError) else (http, Session(self._tokens))
