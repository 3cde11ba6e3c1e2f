from __future__ import annotations

import pytest

from compare_tui.domain.events import LimitReported
from compare_tui.domain.server_limits import ServerLimit
from compare_tui.sources.rate_limit_headers import limits_of
from tests.support.answers import END, collect, openai, said
from tests.support.wire_server import Exchange, WireServer, http

NOW = 1_800_000_000.0


def test_openrouter_names_one_limit_with_an_epoch_in_milliseconds() -> None:
    headers = {"x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000017000"}
    assert list(limits_of(headers, NOW)) == [ServerLimit("requests", 20, 0, NOW + 17)]


def test_openai_names_requests_and_tokens_with_spans() -> None:
    headers = {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-limit-tokens": "150000",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-remaining-tokens": "149984",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-reset-tokens": "6m0s",
    }
    assert list(limits_of(headers, NOW)) == [
        ServerLimit("requests", 60, 59, NOW + 1),
        ServerLimit("tokens", 150_000, 149_984, NOW + 360),
    ]


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [("20ms", 0.02), ("1m30.5s", 90.5), ("1h2m", 3720.0), ("17", 17.0), ("soon", None), ("", None), ("1.1.1s", None)],
)
def test_the_time_of_the_reset_comes_in_many_forms(reset: str, seconds: float | None) -> None:
    [limit] = limits_of({"x-ratelimit-remaining": "1", "x-ratelimit-reset": reset}, NOW)
    assert limit.resets_at == (None if seconds is None else pytest.approx(NOW + seconds))


def test_odd_headers_say_nothing_and_never_too_much() -> None:
    assert list(limits_of({"content-type": "text/html", "x-ratelimit-reset": "1"}, NOW)) == []
    assert list(limits_of({"x-ratelimit-limit": "-1", "x-ratelimit-remaining": "\x1b"}, NOW)) == [
        ServerLimit("requests", None, None, None)
    ]
    assert len(list(limits_of({f"x-ratelimit-limit-{number}": "1" for number in range(99)}, NOW))) == 8


async def test_a_stream_and_a_refusal_tell_their_limits() -> None:
    async def stream(exchange: Exchange) -> None:
        await exchange.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-RateLimit-Limit-Requests: 60\r\n"
            b"X-RateLimit-Remaining-Requests: 7\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        await exchange.chunk(said("Hi") + END)
        await exchange.end()

    async with WireServer(stream, http("429 Too Many Requests", '{"error": {"code": 429}}')) as server:
        source = openai(server.url)
        answer = await collect(source)
        limits = [event.limit for event in answer.events if isinstance(event, LimitReported)]
        assert limits == [ServerLimit("requests", 60, 7, None)]
        assert answer.text == "Hi"
        answer = await collect(source)
        assert not any(isinstance(event, LimitReported) for event in answer.events)
        await source.aclose()
