"""The `openai` backend: any server that speaks OpenAI's chat completions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.events import StreamEnded, StreamEvent, StreamFailed, WarningRaised
from compare_tui.domain.messages import AnswerRequest
from compare_tui.domain.secret import MissingKey, Secret
from compare_tui.engine.ports import Clock
from compare_tui.sources.daemon_thread import in_daemon_thread
from compare_tui.sources.endpoint import key_fault
from compare_tui.sources.openai_request_wire import request_body
from compare_tui.sources.settings import Dialect, OpenAISettings

if TYPE_CHECKING:
    from compare_tui.sources.chat_http import ChatHttp

PLAIN = Dialect(
    unknown_fields=frozenset(
        {
            "debug",
            "include_reasoning",
            "models",
            "plugins",
            "preset",
            "provider",
            "route",
            "session_id",
            "transforms",
            "usage",
        }
    )
)
OPENAI = replace(PLAIN, token_limit="max_completion_tokens")
"""OpenAI itself: its reasoning models refuse `max_tokens`."""


class OpenAISource:
    """A LaneSource on one server. The HTTP client is loaded and built when it is first needed, off the loop."""

    def __init__(self, settings: OpenAISettings, *, clock: Clock, dialect: Dialect | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._dialect = dialect or _dialect_of(settings.base_url)
        self._opening = asyncio.Lock()
        self._chat: ChatHttp | None = None
        self._search: asyncio.Task[Secret | AnswerError | None] | None = None
        self._key: Secret | None = None

    async def stream(self, request: AnswerRequest) -> AsyncGenerator[StreamEvent, None]:
        """Ask one model once; see LaneSource."""
        chat = await self._open()
        if isinstance(chat, AnswerError):
            yield StreamFailed(chat)
            yield StreamEnded(done=False)
            return
        key = await self._find_key()
        if isinstance(key, AnswerError):
            yield StreamFailed(key)
            yield StreamEnded(done=False)
            return
        body, warnings = request_body(request, self._settings.params, self._dialect)
        for warning in warnings:
            yield WarningRaised(warning)
        async with aclosing(chat.answer(body, key)) as events:
            async for event in events:
                if isinstance(event, StreamFailed) and event.error.kind is ErrorKind.KEY:
                    self._key = None  # it may be corrected before the next request
                yield event

    async def warm_up(self) -> None:
        """Load and build the client, find the key, open a connection."""
        chat = await self._open()
        if not isinstance(chat, AnswerError):
            await self._find_key()
            await chat.warm_up()

    async def aclose(self) -> None:
        """Close all connections."""
        if self._search is not None:
            self._search.cancel()
        chat, self._chat = self._chat, None
        if chat is not None:
            await chat.aclose()

    async def _open(self) -> ChatHttp | AnswerError:
        async with self._opening:
            if self._chat is not None:
                return self._chat
            chat = await asyncio.to_thread(self._load)
            if not isinstance(chat, AnswerError):
                self._chat = chat
            return chat

    def _load(self) -> ChatHttp | AnswerError:
        # Loading httpx takes 90 ms, reading the certificates 30: neither belongs before the first paint.
        from compare_tui.sources.chat_http import open_chat

        return open_chat(self._settings, self._dialect, self._clock)

    async def _find_key(self) -> Secret | AnswerError | None:
        """Return the key. Lanes that want it at the same time share one search, also one that fails."""
        if self._key is not None:
            return self._key
        if self._search is None or self._search.done():
            self._search = asyncio.create_task(self._search_key(), name="finding a key")
        return await asyncio.shield(self._search)

    async def _search_key(self) -> Secret | AnswerError | None:
        found = await in_daemon_thread(self._settings.key)
        if found is None:
            return None
        if isinstance(found, MissingKey):
            return AnswerError(ErrorKind.KEY, found.message, hint=found.hint)
        fault = key_fault(found, self._settings)
        if fault is None:
            self._key = found
        return fault or found


def _dialect_of(base_url: str) -> Dialect:
    try:
        host = urlsplit(base_url).hostname or ""
    except ValueError:
        host = ""
    return OPENAI if host == "api.openai.com" or host.endswith(".api.openai.com") else PLAIN
