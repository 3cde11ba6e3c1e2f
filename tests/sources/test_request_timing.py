"""When things happen: the request, the connection, the end of it."""

from __future__ import annotations

import asyncio
import gc
import warnings
from contextlib import aclosing
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest

from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.events import RequestSent, StreamEnded, StreamEvent, StreamOpened, TextReceived
from tests.support.answers import END, ask, collect, openai, openrouter, said
from tests.support.wire_server import SSE_HEAD, Exchange, WireServer, http, silence, sse, stall_after


async def test_a_request_is_told_as_sent_before_anything_comes_back(server: WireServer) -> None:
    server.replies = [silence]
    source = openai(server.url)
    async with aclosing(source.stream(ask())) as events:
        assert await asyncio.wait_for(anext(events), 2) == RequestSent()
        assert (await server.exchange()).json()["model"] == "acme/model-1"
    await source.aclose()


async def test_a_text_comes_while_the_stream_is_open(server: WireServer) -> None:
    server.replies = [stall_after(said("first"))]
    source = openai(server.url)
    async with aclosing(source.stream(ask())) as events:
        while await asyncio.wait_for(anext(events), 2) != TextReceived("first"):
            pass
        assert not server.exchanges[0].gone.is_set()
    await source.aclose()


@pytest.mark.parametrize("when", ["head", "text"])
async def test_stopping_closes_the_connection_within_100_ms(server: WireServer, when: str) -> None:
    server.replies = [silence if when == "head" else stall_after(said("half"))]
    source = openai(server.url)
    seen = asyncio.Event()
    wanted = RequestSent() if when == "head" else TextReceived("half")
    taken: list[StreamEvent] = []

    async def run() -> None:
        async with aclosing(source.stream(ask())) as events:
            async for event in events:
                taken.append(event)
                if event == wanted:
                    seen.set()

    task = asyncio.create_task(run())
    await asyncio.wait_for(seen.wait(), 2)
    exchange = await server.exchange()
    stopped_at = asyncio.get_running_loop().time()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(exchange.gone.wait(), 2)
    assert exchange.gone_at is not None
    assert exchange.gone_at - stopped_at < 0.1
    await source.aclose()


async def test_closing_the_generator_closes_the_connection(server: WireServer) -> None:
    server.replies = [stall_after(said("half"))]
    source = openai(server.url)
    events = source.stream(ask())
    while await anext(events) != TextReceived("half"):
        pass
    await events.aclose()
    await asyncio.wait_for(server.exchanges[0].gone.wait(), 2)
    await source.aclose()


async def test_stopping_one_lane_leaves_the_others_streaming(server: WireServer) -> None:
    server.replies = [stall_after(said("half")), sse(said("whole") + END)]
    source = openai(server.url)
    stopped = asyncio.create_task(collect(source))
    await server.exchange()
    whole = asyncio.create_task(collect(source))
    await server.exchange(1)
    stopped.cancel()
    assert (await whole).status is AnswerStatus.COMPLETE
    await asyncio.wait({stopped})
    await source.aclose()


async def test_a_stopped_source_can_be_asked_again(server: WireServer) -> None:
    server.replies = [silence, sse(said("again") + END)]
    source = openai(server.url)
    task = asyncio.create_task(collect(source))
    await server.exchange()
    task.cancel()
    await asyncio.wait({task})
    assert (await collect(source)).text == "again"
    await source.aclose()


async def test_a_stop_before_the_client_is_built_stops(server: WireServer) -> None:
    server.replies = [sse(said("x") + END)]
    source = openai(server.url)
    task = asyncio.create_task(collect(source))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await collect(source)).text == "x"
    await source.aclose()


async def test_warming_up_opens_the_connection_that_the_first_request_takes(server: WireServer) -> None:
    server.replies = [sse(said("x") + END)]
    source = openrouter(server.url)
    await source.warm_up()
    assert [(other.method, other.path) for other in server.others] == [("HEAD", "/v1/models")]
    assert "authorization" not in server.others[0].headers
    await collect(source)
    assert server.n_connections == 1
    await source.aclose()


async def test_warming_up_for_a_server_that_is_not_there_is_silent() -> None:
    source = openai("http://127.0.0.1:9/v1")
    await source.warm_up()
    await source.aclose()


async def test_the_next_turn_takes_the_connection_of_the_last(server: WireServer) -> None:
    server.replies = [sse(said("x") + END)]
    source = openai(server.url)
    for _ in range(3):
        await collect(source)
    assert server.n_connections == 1
    await source.aclose()


async def test_the_next_turn_takes_the_connection_of_a_refused_one(server: WireServer) -> None:
    server.replies = [http("429 Too Many Requests", '{"error":{"message":"slow down"}}'), sse(said("x") + END)]
    source = openai(server.url)
    await collect(source)
    await collect(source)
    assert server.n_connections == 1
    await source.aclose()


async def test_a_connection_that_the_server_has_closed_meanwhile_is_not_used(server: WireServer) -> None:
    async def once(exchange: Exchange) -> None:
        await sse(said("x") + END)(exchange)
        exchange.close()

    server.replies = [once]
    source = openai(server.url, read_interval_s=0.001)
    for _ in range(3):
        assert (await collect(source)).status is AnswerStatus.COMPLETE
        await asyncio.sleep(0.02)
    assert server.n_connections == 3
    await source.aclose()


async def test_parameters_that_json_has_no_form_for_are_sent_as_words(server: WireServer) -> None:
    server.replies = [sse(END)]
    source = openai(server.url, params={"until": date(2027, 1, 15), "table": MappingProxyType({"a": 1})})
    await collect(source)
    await source.aclose()
    sent = server.exchanges[0].json()
    assert (sent["until"], sent["table"]) == ("2027-01-15", {"a": 1})


async def test_lanes_stream_at_the_same_time(server: WireServer) -> None:
    together = asyncio.Barrier(8)

    async def reply(exchange: Exchange) -> None:
        await asyncio.wait_for(together.wait(), 5)
        await sse(said(exchange.json()["model"]) + END)(exchange)

    server.replies = [reply]
    source = openai(server.url)
    answers = await asyncio.gather(*(collect(source, ask(f"m{number}")) for number in range(8)))
    await source.aclose()
    assert [answer.text for answer in answers] == [f"m{number}" for number in range(8)]


async def test_the_generation_is_named_by_the_head_if_it_names_it(server: WireServer) -> None:
    head = SSE_HEAD.replace(b"Content-Type", b"X-Generation-Id: gen-9\r\nContent-Type")
    server.replies = [sse(said("x") + END, head=head)]
    source = openrouter(server.url)
    answer = await collect(source)
    await source.aclose()
    assert [event for event in answer.events if isinstance(event, StreamOpened)] == [StreamOpened("gen-9")]
    assert answer.state.generation_id == "gen-9"


async def test_a_unix_socket_stands_in_for_the_address(tmp_path: Path) -> None:
    path = tmp_path / "s"
    replies = WireServer(sse(said("by socket") + END))
    unix = await asyncio.start_unix_server(replies.serve, path)
    source = openai("http://localhost/v1", unix_socket=str(path))
    assert (await collect(source)).text == "by socket"
    await source.aclose()
    unix.close()


async def test_nothing_is_left_behind(server: WireServer) -> None:
    server.replies = [stall_after(said("half")), sse(said("x") + END), silence]
    source = openai(server.url)
    before = asyncio.all_tasks()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in range(3):
            task = asyncio.create_task(collect(source))
            exchange = await server.exchange(number)
            if number != 1:
                task.cancel()
                await asyncio.wait({task})
                await asyncio.wait_for(exchange.gone.wait(), 2)
            else:
                assert isinstance((await task).events[-1], StreamEnded)
        await source.aclose()
        gc.collect()
    await asyncio.sleep(0.01)
    ours = {task for task in asyncio.all_tasks() - before if "WireServer" not in repr(task)}
    assert not ours
