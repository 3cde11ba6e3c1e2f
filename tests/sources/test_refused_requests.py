"""Whole responses that are no stream: what a person reads of them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from compare_tui.domain.answers import AnswerError, AnswerStatus, ErrorKind
from compare_tui.domain.events import StreamEnded, StreamOpened
from tests.support.answers import END, Answer, collect, openai, openrouter, said
from tests.support.streams import FOLDER
from tests.support.wire_server import SSE_HEAD, Exchange, Reply, WireServer, http, raw, sse


@dataclass(frozen=True)
class Wanted:
    kind: ErrorKind
    code: int
    retryable: bool
    words: tuple[str, ...]
    retry_after_s: float | None = None
    provider: str | None = None


_PRESTREAM = {
    "200_json_not_sse": Wanted(ErrorKind.SERVER, 502, True, ("Provider returned error",)),
    "400_bad_model": Wanted(ErrorKind.REQUEST, 400, False, ("acme/nope is not a valid model ID", "model's name")),
    "401_bad_key": Wanted(ErrorKind.KEY, 401, False, ("No cookie auth credentials found", "key of backend wire")),
    "402_no_credit": Wanted(ErrorKind.REQUEST, 402, False, ("more credits", "https://openrouter.ai/settings/credits")),
    "403_moderation": Wanted(
        ErrorKind.REQUEST, 403, False, ("Input was flagged", "violence", "abc...xyz"), provider="Acme"
    ),
    "429_upstream": Wanted(
        ErrorKind.RATE_LIMIT,
        429,
        True,
        ("Provider returned error", "[Venice] acme/model-1:free is temporarily rate-limited upstream."),
        17.0,
        "Venice",
    ),
    "502_cloudflare_html": Wanted(ErrorKind.SERVER, 502, True, ("A proxy answered", "HTTP 502", "502 Bad Gateway")),
    "503_no_provider": Wanted(ErrorKind.SERVER, 503, True, ("No available model provider",), 5.0),
}


async def _ask(server: WireServer, reply: Reply) -> Answer:
    server.replies = [reply]
    source = openrouter(server.url)
    answer = await collect(source)
    await source.aclose()
    return answer


def _error(answer: Answer) -> AnswerError:
    assert answer.status is AnswerStatus.ERROR
    assert answer.events[-1] == StreamEnded(done=False)
    assert answer.state.error is not None
    return answer.state.error


def test_every_recorded_response_is_tried() -> None:
    assert {path.stem for path in (FOLDER / "prestream").iterdir()} == _PRESTREAM.keys()


@pytest.mark.parametrize("name", _PRESTREAM)
async def test_a_recorded_refusal_is_told_in_words(server: WireServer, name: str) -> None:
    wanted = _PRESTREAM[name]
    error = _error(await _ask(server, raw((FOLDER / "prestream" / f"{name}.http").read_bytes())))
    assert (error.kind, error.code, error.retryable) == (wanted.kind, wanted.code, wanted.retryable)
    assert error.retry_after_s == wanted.retry_after_s
    assert error.provider == wanted.provider
    for words in wanted.words:
        assert words in f"{error.message} {error.hint}"


async def test_a_daily_limit_names_the_time_until_its_reset(server: WireServer) -> None:
    body = '{"error":{"message":"Rate limit exceeded: free-models-per-day","code":429,"metadata":{"headers":'
    body += '{"X-RateLimit-Limit":"50","X-RateLimit-Remaining":"0","X-RateLimit-Reset":"4102444800000"}}}}'
    error = _error(await _ask(server, http("429 Too Many Requests", body)))
    assert error.kind is ErrorKind.RATE_LIMIT
    assert error.retry_after_s is not None
    assert error.retry_after_s > 86_400


async def test_an_error_behind_leading_white_space_is_read(server: WireServer) -> None:
    body = "\n\n   \n" * 20 + '{"error":{"code":504,"message":"Upstream timed out"}}'
    error = _error(await _ask(server, http("200 OK", body)))
    assert (error.code, error.kind, error.message) == (504, ErrorKind.TIMEOUT, "Upstream timed out")


async def test_a_completion_in_one_piece_is_an_answer(server: WireServer) -> None:
    body = """{"id":"chatcmpl-1","object":"chat.completion","model":"acme/model-1","provider":"Acme",
        "choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Paris.","reasoning":"Easy."}}],
        "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"cost":0.001}}"""
    answer = await _ask(server, http("200 OK", body, "application/json; charset=utf-8"))
    assert answer.status is AnswerStatus.COMPLETE
    assert (answer.text, answer.reasoning) == ("Paris.", "Easy.")
    assert answer.state.cost_usd == 0.001
    assert answer.state.served_model == "acme/model-1"
    assert StreamOpened("chatcmpl-1") in answer.events


async def test_a_completion_without_choices_is_no_answer_and_no_crash(server: WireServer) -> None:
    answer = await _ask(server, http("200 OK", '{"id":"x","choices":null}'))
    assert answer.status is AnswerStatus.EMPTY


@pytest.mark.parametrize(
    ("status", "body", "media_type", "kind", "words"),
    [
        ("200 OK", "<!DOCTYPE html><title>Sign &amp; in</title>", "text/html", ErrorKind.PROTOCOL, "Sign & in"),
        ("200 OK", "hello", "text/plain", ErrorKind.PROTOCOL, "hello"),
        ("200 OK", "", "application/json", ErrorKind.PROTOCOL, "no reason given"),
        ("404 Not Found", "404 page not found", "text/plain", ErrorKind.REQUEST, "404 page not found"),
        ("500 Internal Server Error", "", "text/plain", ErrorKind.SERVER, "HTTP 500 Internal Server Error"),
        ("418 I'm a teapot", '{"detail":"short and stout"}', "application/json", ErrorKind.REQUEST, "short and stout"),
        ("599 Odd", "[]", "application/json", ErrorKind.SERVER, "HTTP 599"),
        (
            "422 X",
            '{"detail":[{"loc":["body","n"],"msg":"too big"}]}',
            "application/json",
            ErrorKind.REQUEST,
            "body.n: too big",
        ),
    ],
)
async def test_other_answers_are_told_by_their_words_and_status(
    server: WireServer, status: str, body: str, media_type: str, kind: ErrorKind, words: str
) -> None:
    error = _error(await _ask(server, http(status, body, media_type)))
    assert error.kind is kind
    assert words in error.message


async def test_a_stream_with_an_unlikely_spelling_of_its_type_is_a_stream(server: WireServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream ; Charset=ISO-8859-1\r\nConnection: close\r\n\r\n"
    answer = await _ask(
        server, raw(head + 'data: {"choices":[{"delta":{"content":"é漢"}}]}\n\ndata: [DONE]\n\n'.encode())
    )
    assert answer.status is AnswerStatus.COMPLETE
    assert answer.text == "é漢"


async def test_a_type_that_only_contains_the_name_is_no_stream(server: WireServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: x-text/event-stream-foo\r\nConnection: close\r\n\r\n"
    error = _error(await _ask(server, raw(head + b"data: [DONE]\n\n")))
    assert error.kind is ErrorKind.PROTOCOL


async def test_an_error_body_is_read_to_its_bound_only(server: WireServer) -> None:
    body = b'{"error":{"message":"' + b"x" * 5_000_000 + b'"}}'
    error = _error(await _ask(server, http("500 Internal Server Error", body)))
    assert len(error.message) < 600


async def test_an_error_body_that_never_ends_is_not_waited_for(
    server: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare_tui.sources.http_refusal._ERROR_BODY_S", 0.05)
    head = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 900\r\n\r\n"

    async def reply(exchange: Exchange) -> None:
        await exchange.send(head + b"busy")
        await exchange.gone.wait()
        exchange.close()

    error = _error(await _ask(server, reply))
    assert (error.code, error.kind) == (503, ErrorKind.SERVER)
    assert "busy" in error.message


@pytest.mark.parametrize("media_type", ["text/html; charset=utf-8", "text/plain", "application/json", None])
@pytest.mark.parametrize("chunk_bytes", [1, None])
async def test_a_stream_under_another_content_type_is_read_as_one(
    server: WireServer, media_type: str | None, chunk_bytes: int | None
) -> None:
    named = f"Content-Type: {media_type}\r\n" if media_type else ""
    head = f"HTTP/1.1 200 OK\r\n{named}Transfer-Encoding: chunked\r\n\r\n".encode()
    answer = await _ask(server, sse(b": hello\n\n" + said("Good ") + said("answer.") + END, chunk_bytes, head=head))
    assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "Good answer.")


async def test_a_stream_that_was_created_is_a_stream(server: WireServer) -> None:
    head = SSE_HEAD.replace(b"200 OK", b"201 Created")
    answer = await _ask(server, sse(said("Good answer.") + END, head=head))
    assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "Good answer.")


async def test_a_stream_under_another_content_type_may_be_cut(server: WireServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"
    answer = await _ask(server, raw(head + said("So far")))
    assert (answer.status, answer.text) == (AnswerStatus.CUT, "So far")
    answer = await _ask(server, raw(head + b"da"))
    assert _error(answer).kind is ErrorKind.PROTOCOL


async def test_a_completion_that_was_created_is_a_completion(server: WireServer) -> None:
    whole = '{"choices":[{"message":{"content":"Whole."},"finish_reason":"stop"}]}'
    answer = await _ask(server, http("201 Created", whole))
    assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "Whole.")


async def test_white_space_may_come_before_a_completion(server: WireServer) -> None:
    whole = '{"choices":[{"message":{"content":"Whole."},"finish_reason":"stop"}]}'
    answer = await _ask(server, http("200 OK", "\n" * 100_000 + whole))
    assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "Whole.")


async def test_an_error_framed_as_a_stream_is_read(server: WireServer) -> None:
    body = 'event: error\ndata: {"error":{"code":"insufficient_quota","message":"No credit left"}}\n\n'
    error = _error(await _ask(server, http("429 Too Many Requests", body, "text/event-stream")))
    assert (error.message, error.type, error.retryable) == ("No credit left", "insufficient_quota", False)


@pytest.mark.parametrize("media_type", ["application/json", "text/html", "text/plain"])
async def test_a_hostile_error_body_leaves_no_control_character(server: WireServer, media_type: str) -> None:
    evil = (
        "\\u001b]52;c;x\\u0007\\u009b2J\\u202e[/red]"
        if media_type == "application/json"
        else "\x1b]52;c;x\x07\x9b2J\u202e[/red]"
    )
    body = f'{{"error":{{"message":"{evil}","type":"{evil}","metadata":{{"provider_name":"{evil}","raw":"{evil}"}}}}}}'
    if media_type != "application/json":
        body = f"<html><title>{evil}</title></html>"
    error = _error(await _ask(server, http("400 Bad Request", body, media_type)))
    shown = f"{error.message}{error.hint}{error.type}{error.provider}"
    assert shown.isprintable()
    assert "\u202e" not in shown
    assert "[/red]" in shown


async def test_a_plain_server_is_not_sent_to_openrouters_till(server: WireServer) -> None:
    server.replies = [raw((FOLDER / "prestream" / "402_no_credit.http").read_bytes())]
    source = openai(server.url)
    error = _error(await collect(source))
    await source.aclose()
    assert "openrouter" not in f"{error.message}{error.hint}"
