"""The key goes to its own server, to nobody else, and never comes back."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from pathlib import Path

import httpx
import pytest

from compare_tui.domain.answers import AnswerStatus, ErrorKind
from compare_tui.domain.events import StreamEnded, StreamFailed
from compare_tui.domain.secret import MissingKey, Secret
from tests.support.answers import END, KEY, Answer, chunk, collect, openai, openrouter, said
from tests.support.wire_server import Reply, WireServer, http, raw, sse


async def _ask(server: WireServer, reply: Reply, **settings: object) -> Answer:
    server.replies = [reply]
    source = openai(server.url, **settings)
    answer = await collect(source)
    await source.aclose()
    return answer


async def test_the_key_goes_in_the_header(server: WireServer) -> None:
    await _ask(server, sse(said("x") + END))
    assert server.exchanges[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_server_without_a_key_gets_no_header(server: WireServer) -> None:
    await _ask(server, sse(said("x") + END), key=lambda: None)
    assert "authorization" not in server.exchanges[0].headers


async def test_a_missing_key_is_an_error_that_says_what_to_do_and_nothing_is_sent(server: WireServer) -> None:
    missing = MissingKey("There is no key for backend wire.", "Set WIRE_KEY.")
    answer = await _ask(server, sse(END), key=lambda: missing)
    assert [type(event) for event in answer.events] == [StreamFailed, StreamEnded]
    error = answer.state.error
    assert error is not None
    assert (error.kind, error.message, error.hint) == (ErrorKind.KEY, missing.message, missing.hint)
    assert not server.exchanges


async def test_the_key_is_looked_for_again_once_it_is_there_or_was_refused(server: WireServer) -> None:
    answers: list[Secret | MissingKey] = [MissingKey("no"), Secret("first"), Secret("second")]
    server.replies = [sse(END), http("401 Unauthorized", "{}"), sse(END)]
    source = openai(server.url, key=lambda: answers.pop(0))
    for _ in range(4):
        await collect(source)
    await source.aclose()
    sent = [exchange.headers["authorization"] for exchange in server.exchanges]
    assert sent == ["Bearer first", "Bearer first", "Bearer second"]


async def test_lanes_that_start_together_look_for_a_key_once_also_in_vain(server: WireServer) -> None:
    searches: list[float] = []

    def find() -> MissingKey:
        searches.append(time.monotonic())
        time.sleep(0.1)
        return MissingKey("The key command ended with status 1.")

    source = openai(server.url, key=find)
    answers = await asyncio.gather(*(collect(source) for _ in range(4)))
    await source.aclose()
    assert {answer.state.error.message for answer in answers if answer.state.error} == {
        "The key command ended with status 1."
    }
    assert len(searches) == 1


@pytest.mark.parametrize("key", ["", "sk\nX", "sk X", "clé", "sk\x00"])
async def test_a_key_that_no_header_can_hold_is_not_sent_and_not_shown(server: WireServer, key: str) -> None:
    answer = await _ask(server, sse(END), key=lambda: Secret(key))
    error = answer.state.error
    assert error is not None
    assert error.kind is ErrorKind.KEY
    assert "wire" in error.message
    if key:
        assert key not in repr(answer.events)
    assert not server.exchanges


@pytest.mark.parametrize("url", ["http://192.0.2.1/v1", "http://models.example/v1", "http://[2001:db8::1]:8080/v1"])
async def test_a_key_is_not_sent_over_plain_http_to_another_machine(url: str) -> None:
    source = openai(url)
    answer = await collect(source)
    await source.aclose()
    error = answer.state.error
    assert error is not None
    assert error.kind is ErrorKind.KEY
    assert "plain http" in error.message
    assert "allow_insecure" in error.hint


async def test_a_key_may_be_sent_over_plain_http_if_the_user_insists() -> None:
    source = openai("http://192.0.2.1:9/v1", allow_insecure=True, connect_timeout_s=0.05)
    error = (await collect(source)).state.error
    await source.aclose()
    assert error is not None
    assert error.kind in (ErrorKind.TIMEOUT, ErrorKind.CONNECTION)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_redirect_is_shown_and_not_followed(server: WireServer, status: str) -> None:
    async with WireServer(sse(END)) as other:
        target = f"http://user:pw@127.0.0.1:{other.port}/v2?key={KEY}"
        answer = await _ask(server, http(status, "", Location=target))
        assert other.n_connections == 0
        error = answer.state.error
        assert error is not None
        assert f"http://127.0.0.1:{other.port}/v2" in error.message
        assert (error.kind, error.retryable) == (ErrorKind.PROTOCOL, False)
        assert "base_url" in error.hint
        assert "pw" not in repr(answer.events)
        assert KEY not in repr(answer.events)


_ECHO = json.dumps(
    {"error": {"message": f"Bad: Bearer {KEY}", "code": 401, "metadata": {"raw": KEY, "provider_name": KEY}}}
)


@pytest.mark.parametrize(
    "reply",
    [
        http("401 Unauthorized", _ECHO),
        http("200 OK", _ECHO),
        http("500 Oops", f"<html><title>{KEY}</title></html>", "text/html"),
        http("400 Bad Request", f"Bearer {KEY}", "text/plain"),
        sse(b"data: " + _ECHO.encode() + b"\n\n"),
        sse(chunk({"content": KEY, "reasoning": KEY}, model=KEY, provider=KEY) + END),
        sse(f"data: {{broken {KEY}\n\n".encode() + END),
        raw(f"HTTP/1.1 {KEY}\r\n\r\n".encode()),
        raw(f"{KEY} what\r\n\r\n".encode()),
    ],
)
async def test_a_key_that_a_server_sends_back_is_not_shown(server: WireServer, reply: Reply) -> None:
    answer = await _ask(server, reply)
    assert KEY not in repr(answer.events)


async def test_a_key_in_a_header_that_a_server_sends_back_is_not_shown(server: WireServer) -> None:
    server.replies = [http("401 Unauthorized", '{"error":{"message":"Bad: header-key-0123"}}')]
    source = openai(server.url, headers={"X-Api-Key": "header-key-0123"})
    answer = await collect(source)
    await source.aclose()
    assert answer.state.error is not None
    assert answer.state.error.message == "Bad: ***"


async def test_no_repr_of_a_source_holds_the_key(server: WireServer) -> None:
    server.replies = [sse(said("x") + END)]
    source = openai(server.url)
    await collect(source)
    shown = f"{source!r} {vars(source)!r}"
    await source.aclose()
    assert KEY not in shown


async def test_the_header_that_holds_the_key_is_hidden_from_tracebacks(server: WireServer) -> None:
    request = httpx.Request("POST", server.url, headers={"Authorization": f"Bearer {KEY}"})
    assert KEY not in repr(request)
    assert KEY not in repr(request.headers)


@pytest.fixture
async def proxy(monkeypatch: pytest.MonkeyPatch) -> WireServer:
    """A server that the environment names as the proxy for everything."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return WireServer(http("200 OK", "{}"))


async def test_loopback_is_never_reached_through_a_proxy(
    server: WireServer, proxy: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        answer = await _ask(server, sse(said("x") + END))
        assert answer.text == "x"
        assert proxy.n_connections == 0


async def test_other_hosts_are_reached_through_the_proxy(proxy: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with proxy:
        monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.port}")
        proxy.replies = [sse(said("by proxy") + END)]
        source = openai("http://models.example/v1", allow_insecure=True)
        assert (await collect(source)).text == "by proxy"
        await source.aclose()
        assert proxy.exchanges[0].path == "http://models.example/v1/chat/completions"


@pytest.mark.parametrize("exempt", ["models.example", ".example", "*"])
async def test_a_host_that_no_proxy_names_is_reached_without(
    proxy: WireServer, monkeypatch: pytest.MonkeyPatch, exempt: str
) -> None:
    async with proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", exempt)
        source = openai("http://models.example/v1", allow_insecure=True, connect_timeout_s=0.2)
        assert (await collect(source)).status is AnswerStatus.ERROR
        await source.aclose()
        assert proxy.n_connections == 0


async def test_a_proxy_is_not_used_if_the_environment_is_not_to_be_heeded(
    proxy: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        source = openai("http://models.example/v1", allow_insecure=True, trust_env=False, connect_timeout_s=0.2)
        await collect(source)
        await source.aclose()
        assert proxy.n_connections == 0


async def test_a_key_for_https_goes_through_the_proxys_tunnel_only(
    proxy: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        source = openai("https://models.example/v1")
        answer = await collect(source)
        await source.aclose()
        assert [exchange.method for exchange in proxy.others] == ["CONNECT"]
        assert "authorization" not in proxy.others[0].headers
        assert answer.state.requested_at is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1", "socksio"),
        ("HTTPS_PROXY", "gopher://user:pw@127.0.0.1:1", "not an address"),
        ("HTTPS_PROXY", "http://[::1", "not an address"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem", "SSL_CERT_FILE cannot be used: No such file or directory."),
    ],
)
async def test_an_environment_that_cannot_be_used_is_one_clear_error(
    proxy: WireServer, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    source = openai("https://models.example/v1")
    answer = await collect(source)
    await source.warm_up()
    await source.aclose()
    assert [type(event) for event in answer.events] == [StreamFailed, StreamEnded]
    error = answer.state.error
    assert error is not None
    assert error.kind is ErrorKind.BACKEND
    assert words in error.message
    assert name in error.hint
    assert "pw" not in repr(answer.events)


async def test_a_certificate_file_without_certificates_is_one_clear_error(
    proxy: WireServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    source = openai("https://models.example/v1")
    error = (await collect(source)).state.error
    await source.aclose()
    assert error is not None
    assert error.message.startswith("SSL_CERT_FILE cannot be used: ")


async def test_odd_exemptions_do_no_harm(server: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "[::1],fe80::/10,10.0.0.0/8,::1")
    assert (await _ask(server, sse(said("x") + END))).text == "x"


@pytest.mark.parametrize(
    "url", ["", "models.example/v1", "ftp://models.example", "http://", "http://[::1", "https://h:x/"]
)
async def test_an_address_that_is_none_is_one_clear_error(url: str) -> None:
    source = openai(url)
    answer = await collect(source)
    await source.warm_up()
    await source.aclose()
    error = answer.state.error
    assert error is not None
    assert error.kind is ErrorKind.BACKEND
    assert "base_url of backend wire" in error.message


@pytest.mark.parametrize("headers", [{"X-Key": "top\nsecret"}, {"X-Key": "geheim-ä"}, {"X Key": "geheim"}])
async def test_a_header_that_cannot_be_sent_is_named_without_its_value(
    server: WireServer, headers: dict[str, str]
) -> None:
    answer = await _ask(server, sse(END), headers=headers)
    error = answer.state.error
    assert error is not None
    assert error.kind is ErrorKind.BACKEND
    assert "Key" in error.message
    assert "secret" not in repr(answer.events)
    assert "geheim" not in repr(answer.events)


async def test_headers_of_the_backend_win_over_ours(server: WireServer) -> None:
    server.replies = [sse(END)]
    source = openrouter(server.url, headers={"X-OpenRouter-Title": "mine", "X-Api-Key": "k"})
    await collect(source)
    await source.aclose()
    headers = server.exchanges[0].headers
    assert (headers["x-openrouter-title"], headers["x-api-key"]) == ("mine", "k")
    assert headers["http-referer"].startswith("https://")
    assert headers["accept-encoding"] == "identity"


async def test_openrouters_headers_do_not_go_elsewhere(server: WireServer) -> None:
    await _ask(server, sse(END))
    assert not {"http-referer", "x-openrouter-title"} & server.exchanges[0].headers.keys()


async def test_a_user_in_the_address_is_never_shown() -> None:
    secret = base64.b32encode(b"hidden").decode()
    source = openai(f"https://user:{secret}@no-such-host.invalid/v1")
    answer = await asyncio.wait_for(collect(source), 5)
    await source.aclose()
    assert secret not in repr(answer.events)
