"""A server of its own process that speaks the OpenAI stream at a given pace and logs, to stdout, what it did when.

Times are CLOCK_MONOTONIC seconds, which all processes of a machine share. The model's name says what it does:
`NAME-RATE-TOKENS-DELAY`, for example `a-100-500-0.5`: 500 tokens at 100 a second after half a second.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import suppress

_WORDS = (
    "The replicas of a **data type** may be changed apart and merged in any order: each `merge` is commutative, "
    "associative and idempotent.\n\n## Why it works\n\n1. Every change carries its cause\n2. Merging is a join\n3. "
    "No change is lost\n\n```python\ndef merge(a: dict, b: dict) -> dict:\n    return {k: max(a.get(k, 0), "
    "b.get(k, 0)) for k in a | b}\n```\n\nThis costs memory, since deleted items leave marks behind. "
)


def _log(**record: object) -> None:
    sys.stdout.write(json.dumps({"t": time.monotonic(), **record}) + "\n")
    sys.stdout.flush()


def _tokens(count: int) -> list[str]:
    pieces = [_WORDS[i : i + 4] for i in range(0, len(_WORDS), 4)]
    return [pieces[i % len(pieces)] for i in range(count)]


def _frame(delta: dict[str, str], finish: str | None = None) -> bytes:
    body = json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
    data = f"data: {body}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            body = await reader.readexactly(length)
            if not body:
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n" + b'{"data":[]}'
                )
                await writer.drain()
                continue
            await _answer(json.loads(body)["model"], reader, writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _answer(model: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    name, rate, count, delay = model.split("-")
    _log(event="request", model=model)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    await asyncio.sleep(float(delay))
    closed = asyncio.create_task(reader.read(1))
    begin = time.monotonic()
    writer.write(_frame({"content": f"ZQ{name}FIRST "}))
    _log(event="first", model=model, t=begin)
    for index, token in enumerate(_tokens(int(count))):
        late = begin + index / float(rate) - time.monotonic()
        if late > 0:
            await asyncio.wait([closed], timeout=late)
        if closed.done():
            _log(event="closed", model=model)
            raise ConnectionError
        writer.write(_frame({"content": token}))
    end = time.monotonic()
    writer.write(_frame({"content": f" ZQ{name}LAST"}))
    _log(event="last", model=model, t=end)
    writer.write(_frame({}, "stop") + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
    await writer.drain()
    closed.cancel()
    with suppress(asyncio.CancelledError, ConnectionError):
        await closed


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    _log(event="ready", port=server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
