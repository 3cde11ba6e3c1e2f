"""Reading on a clock: fewer wake-ups, the same text, the first of it at once."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import pytest

from compare_tui.domain.answers import AnswerStatus, ErrorKind
from compare_tui.domain.events import StreamEnded, TextReceived
from compare_tui.engine.clock import SystemClock
from compare_tui.sources.openai import OpenAISource
from compare_tui.sources.paced_reads import ReadClock
from compare_tui.sources.settings import OpenAISettings
from tests.support.answers import DONE, END, ask, collect, said
from tests.support.wire_server import SSE_HEAD, Exchange, WireServer, sse, stall_after

CERTIFICATE = Path(__file__).parent.parent / "data" / "tls" / "loopback.pem"
_N_DELTAS = 60


async def _steady(exchange: Exchange) -> None:
    """Say one word every 3 ms."""
    await exchange.send(SSE_HEAD)
    for number in range(_N_DELTAS):
        await exchange.chunk(said(f"{number} "))
        await asyncio.sleep(0.003)
    await exchange.chunk(DONE)
    await exchange.end()


def _paced(url: str, interval_s: float = 0.02) -> OpenAISource:
    settings = OpenAISettings("wire", url, lambda: None, read_interval_s=interval_s)
    return OpenAISource(settings, clock=SystemClock())


@pytest.fixture
async def secure(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The URL of a server that speaks TLS and replies steadily; its certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    replies = WireServer(_steady)
    listening = await asyncio.start_server(replies.serve, "127.0.0.1", 0, ssl=context)
    yield f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    listening.close()


async def _arrivals(source: OpenAISource) -> tuple[str, list[float]]:
    """The text of an answer, and the moments at which parts of it came."""
    loop = asyncio.get_running_loop()
    text, moments = "", []
    async with aclosing(source.stream(ask())) as events:
        async for event in events:
            if isinstance(event, TextReceived):
                text += event.text
                moments.append(loop.time())
    await source.aclose()
    return text, moments


def _n_wakes(moments: list[float]) -> int:
    return 1 + sum(later - earlier > 0.001 for earlier, later in pairwise(moments))


@pytest.mark.parametrize("over_tls", [False, True])
async def test_a_stream_that_has_begun_is_read_on_the_clock_and_loses_nothing(
    server: WireServer, secure: str, over_tls: bool
) -> None:
    server.replies = [_steady]
    text, moments = await _arrivals(_paced(secure if over_tls else server.url))
    assert text == "".join(f"{number} " for number in range(_N_DELTAS))
    assert _n_wakes(moments) < _N_DELTAS / 2


async def test_the_first_text_comes_at_once_also_on_a_connection_that_was_paced(server: WireServer) -> None:
    async def late(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD)
        await asyncio.sleep(0.01)
        await exchange.chunk(said("now") + END)
        await exchange.end()

    server.replies = [late]
    source = _paced(server.url, interval_s=60.0)
    for _ in range(3):
        assert (await asyncio.wait_for(collect(source), 5)).text == "now"
    await source.aclose()
    assert server.n_connections == 1


async def test_a_stream_that_waits_for_the_clock_stops_at_once(server: WireServer) -> None:
    server.replies = [stall_after(said("half"))]
    source = _paced(server.url, interval_s=60.0)
    seen = asyncio.Event()

    async def run() -> None:
        async with aclosing(source.stream(ask())) as events:
            async for event in events:
                if event == TextReceived("half"):
                    seen.set()

    task = asyncio.create_task(run())
    await asyncio.wait_for(seen.wait(), 5)
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 1)
    await asyncio.wait_for(server.exchanges[0].gone.wait(), 1)
    await source.aclose()


async def test_a_lot_at_once_does_not_wait_for_a_tick_with_every_read(server: WireServer) -> None:
    server.replies = [sse(said("Begins.") + said("x" * 4_000_000) + END)]
    source = _paced(server.url, interval_s=0.2)
    async with asyncio.timeout(5):
        answer = await collect(source)
    await source.aclose()
    assert (answer.status, len(answer.text)) == (AnswerStatus.COMPLETE, 4_000_007)


async def test_a_cut_is_noticed_in_a_paced_stream(server: WireServer) -> None:
    server.replies = [sse(said("half"), end=False)]
    source = _paced(server.url)
    assert (await collect(source)).status is AnswerStatus.CUT
    await source.aclose()


async def test_all_who_wait_are_woken_by_the_same_tick() -> None:
    clock = ReadClock(0.02)
    loop = asyncio.get_running_loop()

    async def wait() -> float:
        await clock.tick()
        return loop.time()

    woken = await asyncio.gather(*(wait() for _ in range(8)))
    assert max(woken) - min(woken) < 0.01
    waiting = [asyncio.create_task(clock.tick()) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.wait_for(waiting[1], 1)


async def test_a_certificate_that_nobody_vouches_for_is_told(secure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    source = _paced(secure)
    answer = await collect(source)
    await source.aclose()
    assert answer.events[-1] == StreamEnded(done=False)
    error = answer.state.error
    assert error is not None
    assert (error.kind, error.retryable) == (ErrorKind.CONNECTION, False)
    assert "certificate" in error.message
    assert "SSL_CERT_FILE" in error.hint


async def test_a_certificate_for_another_name_is_told(secure: str) -> None:
    source = _paced(secure.replace("127.0.0.1", "127.0.0.2"))
    error = (await collect(source)).state.error
    await source.aclose()
    assert error is not None
    assert error.kind is ErrorKind.CONNECTION
