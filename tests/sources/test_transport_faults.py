"""What can go wrong on the way, over real sockets: cuts, stalls, floods, bombs."""

from __future__ import annotations

import asyncio
import gzip
import socket
import tracemalloc
import zlib

import pytest

from compare_tui.domain.answers import AnswerStatus, ErrorKind
from compare_tui.domain.events import KeepAliveReceived, StreamCut, StreamEnded, StreamFailed
from compare_tui.engine.clock import SystemClock
from compare_tui.sources.openai import OpenAISource
from tests.support.answers import DONE, END, Answer, chunk, collect, openai, said, settings
from tests.support.wire_server import SSE_HEAD, Exchange, Reply, WireServer, pieces, raw, reset_after, sse, stall_after

_MIB = 1024 * 1024


async def _ask(server: WireServer, reply: Reply, **changes: object) -> Answer:
    server.replies = [reply]
    source = openai(server.url, **changes)
    answer = await collect(source)
    await source.aclose()
    return answer


def _head(*headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Type: text/event-stream", *headers, b"", b""])


@pytest.mark.parametrize(
    "reply",
    [
        sse(said("half"), end=False),
        reset_after(said("half")),
        raw(_head(b"Content-Length: 5000") + said("half")),
        sse(said("half")),
        raw(_head(b"Connection: close") + said("half")),
        pieces([said("half"), b'data: {"choices":[{"delta":{"con'], end=False),
        raw(_head(b"Transfer-Encoding: chunked") + b"%x\r\n" % len(said("half")) + said("half") + b"\r\nnonsense\r\n"),
    ],
    ids=["chunked", "reset", "short", "clean end", "close", "mid frame", "bad chunk"],
)
async def test_a_cut_stream_keeps_its_text_and_is_cut(server: WireServer, reply: Reply) -> None:
    answer = await _ask(server, reply)
    assert (answer.status, answer.text) == (AnswerStatus.CUT, "half")
    assert answer.state.error is not None
    assert answer.state.error.kind is ErrorKind.CONNECTION
    assert not answer.state.warnings


@pytest.mark.parametrize("end", [True, False])
async def test_an_error_is_heard_also_if_the_connection_breaks_behind_it(server: WireServer, end: bool) -> None:
    last = b'data: {"error":{"code":504,"message":"too slow"}}'
    answer = await _ask(server, pieces([said("half"), last], end=end))
    assert (answer.status, answer.text) == (AnswerStatus.ERROR, "half")
    assert answer.state.error is not None
    assert answer.state.error.message == "too slow"


async def test_a_cut_behind_the_finish_is_no_cut(server: WireServer) -> None:
    answer = await _ask(server, sse(said("all") + END.removesuffix(DONE), end=False))
    assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "all")


async def test_the_end_marker_alone_ends_an_answer(server: WireServer) -> None:
    answer = await _ask(server, sse(said("all") + DONE))
    assert (answer.status, answer.state.finish_reason) == (AnswerStatus.COMPLETE, None)


async def test_after_the_end_marker_nobody_waits_for_the_connection_to_end(server: WireServer) -> None:
    answer = await asyncio.wait_for(_ask(server, stall_after(said("all") + DONE)), 2)
    assert answer.status is AnswerStatus.COMPLETE
    assert answer.events[-1] == StreamEnded(done=True)


async def test_after_an_error_usage_is_waited_for_but_not_for_ever(server: WireServer) -> None:
    failed = b'data: {"error":{"code":500,"message":"boom"}}\n\n'
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n'
    answer = await asyncio.wait_for(_ask(server, stall_after(said("x") + failed + usage), after_error_s=0.1), 2)
    assert answer.status is AnswerStatus.ERROR
    assert answer.state.usage is not None


async def test_after_the_finish_an_open_connection_is_not_waited_for_for_ever(server: WireServer) -> None:
    body = said("all") + END.removesuffix(DONE)
    answer = await asyncio.wait_for(_ask(server, stall_after(body), after_finish_s=0.1), 2)
    assert answer.status is AnswerStatus.COMPLETE


async def test_text_behind_the_finish_is_still_taken(server: WireServer) -> None:
    answer = await _ask(server, sse(END.removesuffix(DONE) + said("late") + DONE))
    assert answer.text == "late"


async def test_text_behind_the_finish_is_waited_for_as_long_as_it_comes(server: WireServer) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD)
        for _ in range(8):
            await exchange.chunk(chunk({"content": "x"}, finish="stop"))
            await asyncio.sleep(0.05)
        await exchange.gone.wait()
        exchange.close()

    answer = await asyncio.wait_for(_ask(server, reply, after_finish_s=0.2), 5)
    assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "x" * 8)


async def test_a_server_that_is_not_there_is_named() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    source = openai(f"http://127.0.0.1:{port}/v1")
    answer = await collect(source)
    await source.aclose()
    assert answer.events[-1] == StreamEnded(done=False)
    error = answer.state.error
    assert error is not None
    assert (error.kind, error.retryable) == (ErrorKind.CONNECTION, True)
    assert error.message == f"Cannot reach http://127.0.0.1:{port}/v1: connection refused."
    assert answer.state.requested_at is None


async def test_a_host_that_has_no_address_is_named() -> None:
    source = openai("https://no-such-host.invalid/v1")
    error = (await collect(source)).state.error
    await source.aclose()
    assert error is not None
    assert error.kind is ErrorKind.CONNECTION
    assert "https://no-such-host.invalid/v1" in error.message


async def test_a_connection_that_is_not_accepted_in_time_is_a_timeout() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        source = openai(f"http://127.0.0.1:{address[1]}/v1", connect_timeout_s=0.1)
        answer = await asyncio.wait_for(collect(source), 5)
        await source.aclose()
        for filler in fillers:
            filler.close()
    assert answer.state.error is not None
    assert (answer.state.error.kind, answer.state.error.retryable) == (ErrorKind.TIMEOUT, True)


@pytest.mark.parametrize("reply", [raw(b""), raw(b"\x16\x03\x01 nonsense\r\n\r\n")], ids=["nothing", "no http"])
async def test_an_answer_that_is_no_http_is_an_error_that_may_pass(server: WireServer, reply: Reply) -> None:
    answer = await _ask(server, reply)
    assert answer.events[-1] == StreamEnded(done=False)
    assert answer.state.error is not None
    assert (answer.state.error.kind, answer.state.error.retryable) == (ErrorKind.CONNECTION, True)
    assert answer.state.requested_at is not None


async def test_https_to_a_plain_server_is_an_error_in_words() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    plain = await asyncio.start_server(refuse, "127.0.0.1", 0)
    source = openai(f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}/v1")
    error = (await collect(source)).state.error
    await source.aclose()
    plain.close()
    assert error is not None
    assert error.kind is ErrorKind.CONNECTION
    assert "encryption" in error.message


def _flood(start: bytes, more: bytes) -> Reply:
    async def reply(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD)
        await exchange.chunk(said("kept") + start)
        while not exchange.gone.is_set():
            await exchange.chunk(more)

    return reply


@pytest.mark.parametrize(
    "reply",
    [
        _flood(b"data: ", b"x" * 65_536),
        _flood(b"", (b"data: " + b"x" * 100 + b"\n") * 600),
        _flood(b"", b"x" * 65_536),
        _flood(b": ", b"x" * 65_536),
    ],
    ids=["long line", "frame without an end", "no field", "long comment"],
)
async def test_a_part_past_its_bound_is_an_error_and_memory_stays_bounded(server: WireServer, reply: Reply) -> None:
    tracemalloc.start()
    answer = await _ask(server, reply)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status, answer.text) == (AnswerStatus.ERROR, "kept")
    assert isinstance(answer.events[-1], StreamCut)
    assert answer.state.error is not None
    assert (answer.state.error.kind, answer.state.error.retryable) == (ErrorKind.PROTOCOL, False)
    assert peak < 50 * _MIB


async def test_an_endless_answer_is_cut_at_its_bound_and_kept(server: WireServer) -> None:
    async def endless(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD)
        while not exchange.gone.is_set():
            await exchange.chunk(said("x" * 500_000))

    answer = await _ask(server, endless)
    assert answer.status is AnswerStatus.CUT
    assert 20 * _MIB < len(answer.text) <= 32 * _MIB
    assert answer.state.error is not None
    assert "32 MiB" in answer.state.error.message


def _zipped(body: bytes, encoding: str) -> bytes:
    if encoding == "deflate":
        return zlib.compress(body)
    if encoding == "raw deflate":
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        return packer.compress(body) + packer.flush()
    return gzip.compress(body)


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "raw deflate"])
async def test_a_body_that_a_proxy_compressed_is_read(server: WireServer, encoding: str) -> None:
    head = _head(b"Content-Encoding: " + encoding.removeprefix("raw ").encode(), b"Connection: close")
    answer = await _ask(server, raw(head + _zipped(said("a" * 200_000) + END, encoding)))
    assert (answer.status, len(answer.text)) == (AnswerStatus.COMPLETE, 200_000)


@pytest.mark.parametrize("padding", [b"", b"\0" * 20])
async def test_a_body_compressed_in_parts_is_read(server: WireServer, padding: bytes) -> None:
    head = _head(b"Content-Encoding: gzip", b"Connection: close")
    body = said("Good ") + said("answer.") + END
    answer = await _ask(server, raw(head + gzip.compress(body[:70]) + gzip.compress(body[70:]) + padding))
    assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "Good answer.")


async def test_a_compressed_bomb_is_stopped_and_memory_stays_bounded(server: WireServer) -> None:
    bomb = gzip.compress(b"data: " + b"0" * (200 * _MIB), 9)
    tracemalloc.start()
    answer = await _ask(server, raw(_head(b"Content-Encoding: gzip", b"Connection: close") + bomb))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status is AnswerStatus.ERROR
    assert peak < 50 * _MIB


@pytest.mark.parametrize("encoding", [b"gzip", b"br"])
async def test_a_body_in_another_encoding_than_it_says_is_an_error(server: WireServer, encoding: bytes) -> None:
    answer = await _ask(server, raw(_head(b"Content-Encoding: " + encoding, b"Connection: close") + said("x") + END))
    assert answer.status is AnswerStatus.ERROR
    assert answer.state.error is not None
    assert answer.state.error.kind is ErrorKind.PROTOCOL


async def test_a_flood_of_comments_is_no_flood_of_events(server: WireServer) -> None:
    answer = await _ask(server, sse(b": wait\n\n" * 50_000 + said("x") + END, 4096))
    assert answer.status is AnswerStatus.COMPLETE
    assert sum(isinstance(event, KeepAliveReceived) for event in answer.events) < 40


class _FastClock(SystemClock):
    """Ten seconds in one."""

    def monotonic(self) -> float:
        return 10 * super().monotonic()


async def test_a_part_that_grows_slowly_is_a_sign_of_life(server: WireServer) -> None:
    async def trickle(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD)
        for _ in range(15):
            await exchange.chunk(b"event: x\n")
            await asyncio.sleep(0.01)
        await exchange.chunk(DONE)
        await exchange.end()

    server.replies = [trickle]
    source = OpenAISource(settings(server.url), clock=_FastClock())
    answer = await collect(source)
    await source.aclose()
    assert KeepAliveReceived() in answer.events


async def test_every_fault_ends_in_one_end(server: WireServer) -> None:
    for reply in (sse(b"", end=False), raw(b""), sse(b"data: {"), reset_after(b": x\n\n")):
        answer = await _ask(server, reply)
        ends = [event for event in answer.events if isinstance(event, StreamEnded | StreamCut)]
        assert ends == [answer.events[-1]]
        failures = [event for event in answer.events if isinstance(event, StreamFailed)]
        assert len(failures) <= 1
