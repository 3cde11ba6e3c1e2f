"""A request on its way: when it is written, and the answer's head."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType

import httpx


class Sending:
    """Sends one request in a task of its own, so that its being written can be told before anything comes back.

    Leaving the context cancels what is not done and closes the response: its connection closes at once, unless the
    body was read to its end.
    """

    def __init__(self, client: httpx.AsyncClient, request: httpx.Request) -> None:
        self._client = client
        self._request = request
        self._writes_ours = False
        self._is_written = False
        self._waited_for = asyncio.Event()
        self._head: asyncio.Task[httpx.Response] | None = None

    async def __aenter__(self) -> Sending:
        self._request.extensions = {**self._request.extensions, "trace": self._trace}
        self._head = asyncio.create_task(self._client.send(self._request, stream=True))
        # Whatever ends the sending ends the wait for its being written.
        self._head.add_done_callback(lambda _: self._waited_for.set())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._head is not None
        self._head.cancel()
        await asyncio.wait({self._head})
        if not self._head.cancelled() and self._head.exception() is None:
            await self._head.result().aclose()

    async def written(self) -> bool:
        """Wait until the request is written in full, or cannot be; return whether it was, or was answered before."""
        assert self._head is not None
        await self._waited_for.wait()
        if self._is_written:
            return True
        return not self._head.cancelled() and self._head.exception() is None

    async def response(self) -> httpx.Response:
        """Return the answer's head. Raises what httpx raises."""
        assert self._head is not None
        return await self._head

    async def _trace(self, name: str, info: Mapping[str, object]) -> None:
        """Hear what httpcore does; a tunnel's CONNECT is written by the same names, before our own request."""
        if name == "http11.send_request_body.started":
            request = info.get("request")
            self._writes_ours = getattr(request, "method", b"") == self._request.method.encode()
        elif name == "http11.send_request_body.complete" and self._writes_ours:
            self._is_written = True
            self._waited_for.set()
