"""A server on loopback that sends exactly the bytes it is told to, and notes what happened and when."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeAlias

SSE_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


class Exchange:
    """One request and the reply to it, as the server sees them. Times are the loop's."""

    def __init__(
        self, connection: int, head: bytes, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        lines = head.decode("latin-1").split("\r\n")
        self.connection = connection
        self.method, self.path, _ = lines[0].split(" ", 2)
        pairs = (line.partition(":") for line in lines[1:] if line)
        self.headers = {name.lower(): value.strip() for name, _, value in pairs}
        self.body = body
        self.at = asyncio.get_running_loop().time()
        self.sent: list[tuple[float, int]] = []
        """When how many bytes were handed to the socket."""
        self.gone = asyncio.Event()
        """The client has closed the connection."""
        self.gone_at: float | None = None
        self.closing = False
        self._reader = reader
        self._writer = writer

    def json(self) -> Any:
        """The request's body."""
        return json.loads(self.body)

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(data)
        await self._writer.drain()
        self.sent.append((asyncio.get_running_loop().time(), len(data)))

    async def chunk(self, data: bytes) -> None:
        """Send one chunk of a chunked body."""
        await self.send(b"%x\r\n%s\r\n" % (len(data), data))

    async def end(self) -> None:
        """End a chunked body."""
        await self.send(b"0\r\n\r\n")

    def close(self) -> None:
        """Close the connection behind what was sent."""
        self.closing = True

    def reset(self) -> None:
        """Break the connection with a RST."""
        self.closing = True
        sock: socket.socket = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def watch(self) -> None:
        """Note when the client leaves."""
        with suppress(ConnectionError):
            while await self._reader.read(1024):
                pass
        self.gone_at = asyncio.get_running_loop().time()
        self.gone.set()


Reply: TypeAlias = Callable[[Exchange], Awaitable[None]]


class WireServer:
    """Gives each POST the next reply, the last one again and again; answers everything else with 404."""

    def __init__(self, *replies: Reply, other: Reply | None = None) -> None:
        """`other` replies to what is no POST."""
        self.replies = list(replies)
        self._other = other
        self.exchanges: list[Exchange] = []
        """The POSTs, in order."""
        self.others: list[Exchange] = []
        self.n_connections = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrived = asyncio.Condition()

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """The base URL of its API."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def exchange(self, number: int = 0) -> Exchange:
        """Wait for a POST to arrive."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.exchanges) > number)
        return self.exchanges[number]

    async def __aenter__(self) -> WireServer:
        self._server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.n_connections += 1
        number = self.n_connections
        try:
            while exchange := await self._read(number, reader, writer):
                await self._reply(exchange)
                if exchange.closing:
                    return
        except (ConnectionError, asyncio.CancelledError):
            pass  # the end of the connection, or of the test
        finally:
            writer.close()

    async def _read(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange | None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        exchange = Exchange(number, head, b"", reader, writer)
        exchange.body = await reader.readexactly(int(exchange.headers.get("content-length", "0")))
        exchange.at = asyncio.get_running_loop().time()
        return exchange

    async def _reply(self, exchange: Exchange) -> None:
        if exchange.method != "POST":
            self.others.append(exchange)
            if self._other is not None:
                await self._other(exchange)
            else:
                await exchange.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        async with self._arrived:
            self.exchanges.append(exchange)
            self._arrived.notify_all()
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        watcher = asyncio.create_task(exchange.watch())
        try:
            await reply(exchange)
        finally:
            watcher.cancel()
            await asyncio.wait({watcher})


def sse(body: bytes, chunk_bytes: int | None = None, *, head: bytes = SSE_HEAD, end: bool = True) -> Reply:
    """Reply with a stream, in HTTP chunks of the given size; without `end` the connection breaks off behind it."""

    async def reply(exchange: Exchange) -> None:
        await exchange.send(head)
        size = chunk_bytes or max(len(body), 1)
        for start in range(0, len(body), size):
            await exchange.chunk(body[start : start + size])
        if end:
            await exchange.end()
        else:
            exchange.close()

    return reply


def pieces(parts: Sequence[bytes], *, end: bool = True) -> Reply:
    """Reply with a stream in the given HTTP chunks."""

    async def reply(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD)
        for part in parts:
            if part:
                await exchange.chunk(part)
        if end:
            await exchange.end()
        else:
            exchange.close()

    return reply


def raw(data: bytes, *, close: bool = True) -> Reply:
    """Reply with a whole response, head and all."""

    async def reply(exchange: Exchange) -> None:
        await exchange.send(data)
        if close:
            exchange.close()

    return reply


def http(status: str, body: bytes | str, media_type: str = "application/json", **headers: str) -> Reply:
    """Reply with a status, a body and headers (underscores in their names become hyphens)."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw("\r\n".join([*lines, "", ""]).encode() + content, close=False)


def reset_after(body: bytes) -> Reply:
    """Reply with a part of a stream, then a RST once the client can have read it."""

    async def reply(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD)
        await exchange.chunk(body)
        await asyncio.sleep(0.03)  # a RST drops what the client's socket has not handed over yet
        exchange.reset()

    return reply


def stall_after(body: bytes) -> Reply:
    """Reply with a part of a stream, then nothing until the client leaves."""

    async def reply(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD)
        if body:
            await exchange.chunk(body)
        await exchange.gone.wait()
        exchange.close()

    return reply


async def silence(exchange: Exchange) -> None:
    """Never reply."""
    await exchange.gone.wait()
    exchange.close()
