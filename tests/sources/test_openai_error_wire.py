from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.json_types import Json
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.openai_error_wire import ErrorContext, error_from_json, error_from_response

NOW = 1_800_000_000.0


def read(decoded: Json, status: int = 200, **headers: str) -> AnswerError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_from_json(decoded, ErrorContext("wire", now=NOW, status=status, headers=named))


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, ErrorKind.REQUEST, False),
        (401, ErrorKind.KEY, False),
        (402, ErrorKind.REQUEST, False),
        (403, ErrorKind.REQUEST, False),
        (404, ErrorKind.REQUEST, False),
        (408, ErrorKind.TIMEOUT, True),
        (413, ErrorKind.REQUEST, False),
        (422, ErrorKind.REQUEST, False),
        (429, ErrorKind.RATE_LIMIT, True),
        (500, ErrorKind.SERVER, True),
        (501, ErrorKind.SERVER, False),
        (502, ErrorKind.SERVER, True),
        (503, ErrorKind.SERVER, True),
        (504, ErrorKind.TIMEOUT, True),
        (524, ErrorKind.TIMEOUT, True),
        (529, ErrorKind.SERVER, True),
    ],
)
def test_a_status_decides_the_kind_and_whether_to_ask_again(status: int, kind: ErrorKind, retryable: bool) -> None:
    for error in (read({"error": {"message": "no"}}, status), read({"error": {"message": "no", "code": status}})):
        assert (error.kind, error.code, error.retryable) == (kind, status, retryable)


@pytest.mark.parametrize(
    ("decoded", "message"),
    [
        ({"error": {"message": "a"}}, "a"),
        ({"error": "a"}, "a"),
        ({"error": "a", "message": "b"}, "a: b"),
        ({"error": {"error": {"message": "a"}}}, "a"),
        ({"message": "a"}, "a"),
        ({"detail": "a"}, "a"),
        ({"detail": {"message": "a"}}, "a"),
        ({"detail": [{"loc": ["body", "x"], "msg": "a"}, "b", None]}, "body.x: a; b"),
        ({"success": False, "errors": [{"code": 10000, "message": "a"}]}, "a"),
        ([{"error": {"message": "a", "code": 400, "status": "INVALID_ARGUMENT"}}], "a"),
        ({"error": {"code": 500}, "message": "a"}, "a"),
        ({"code": 400, "message": "a", "type": "invalid_request_error"}, "a"),
        ("a", "a"),
        ({}, "The server answered without a reason."),
        ([], "The server answered without a reason."),
        ({"error": {"message": "a\x1b[2J\nb"}}, "a␛[2J b"),
    ],
)
def test_the_message_is_found_in_every_shape(decoded: Json, message: str) -> None:
    assert read(decoded).message == message


@pytest.mark.parametrize(
    ("metadata", "message", "hint"),
    [
        ({"raw": "busy", "provider_name": "Acme"}, "Provider returned error: [Acme] busy", ""),
        ({"raw": "busy"}, "Provider returned error: busy", ""),
        ({"raw": '{"error":{"message":"busy"}}', "provider_name": "A"}, "Provider returned error: [A] busy", ""),
        ({"raw": {"detail": "busy"}}, "Provider returned error: busy", ""),
        ({"raw": {"odd": 1}}, 'Provider returned error: {"odd": 1}', ""),
        ({"raw": 7}, "Provider returned error", ""),
        ({}, "Provider returned error", ""),
    ],
)
def test_a_message_that_says_nothing_is_completed_by_the_providers(metadata: Json, message: str, hint: str) -> None:
    error = read({"error": {"message": "Provider returned error", "code": 502, "metadata": metadata}})
    assert (error.message, error.hint) == (message, hint)


def test_a_message_of_its_own_stays_and_the_providers_goes_beside_it() -> None:
    error = read({"error": {"message": "Context is full", "metadata": {"raw": "max 8192", "provider_name": "Acme"}}})
    assert (error.message, error.hint) == ("Context is full", "The provider said: [Acme] max 8192")


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"metadata": {"error_type": "timeout"}, "type": "x", "code": "y"}, "timeout"),
        ({"error_type": "timeout", "http_status": 504}, "timeout"),
        ({"code": "model_not_found", "type": "invalid_request_error"}, "model_not_found"),
        ({"availability": {"code": "capacity_exhausted"}, "type": "x"}, "capacity_exhausted"),
        ({"code": None, "type": "api_error"}, "api_error"),
        ({"code": 400, "type": "invalid_request_error"}, None),
        ({"code": "400", "type": "invalid_request_error"}, None),
        ({}, None),
    ],
)
def test_the_servers_own_word_is_kept(fields: dict[str, Json], word: str | None) -> None:
    assert read({"error": {"message": "no", **fields}}).type == word


@pytest.mark.parametrize(
    ("word", "kind", "retryable"),
    [
        ("server_error", ErrorKind.SERVER, True),
        ("rate_limit_exceeded", ErrorKind.RATE_LIMIT, True),
        ("timeout", ErrorKind.TIMEOUT, True),
        ("context_length_exceeded", ErrorKind.REQUEST, False),
        ("invalid_api_key", ErrorKind.KEY, False),
        ("never_heard_of", ErrorKind.SERVER, False),
    ],
)
def test_a_word_stands_in_for_a_number(word: str, kind: ErrorKind, retryable: bool) -> None:
    error = read({"error": {"message": "no", "code": word}})
    assert (error.kind, error.code, error.retryable) == (kind, None, retryable)


@pytest.mark.parametrize("message", ["Your key lacks permission", "Unauthorized region", "bad credentials"])
def test_a_403_about_the_key_is_about_the_key(message: str) -> None:
    assert read({"error": {"message": message}}, 403).kind is ErrorKind.KEY
    moderated: Json = {"error": {"message": message, "metadata": {"reasons": ["violence"]}}}
    assert read(moderated, 403).kind is ErrorKind.REQUEST


def test_what_the_server_calls_not_retryable_is_not() -> None:
    assert not read({"error": {"message": "no", "code": 503, "availability": {"retryable": False}}}).retryable
    assert not read({"error": {"message": "no", "code": 400, "availability": {"retryable": True}}}).retryable
    assert not read({"error": {"message": "no", "code": "insufficient_quota"}}, 429).retryable


def test_availability_is_found_in_both_places() -> None:
    inside: Json = {"error": {"message": "no", "availability": {"fallback_models": ["a", "b", 7]}}}
    beside: Json = {"error": {"message": "no"}, "availability": {"fallback_models": ["a", "b"]}}
    assert read(inside).hint == read(beside).hint == "Try a or b."


@pytest.mark.parametrize(
    ("fields", "headers", "seconds"),
    [
        ({}, {"retry_after": "17"}, 17.0),
        ({}, {"retry_after": "0.5"}, 0.5),
        ({}, {"retry_after": "Fri, 15 Jan 2027 08:01:00 GMT"}, 60.0),
        ({}, {"retry_after": "Fri, 15 Jan 2021 08:01:00 GMT"}, 0.0),
        ({}, {"retry_after": "soon"}, None),
        ({}, {"retry_after": "-5"}, None),
        ({}, {"retry_after": "nan"}, None),
        ({}, {"retry_after": "1e300"}, 366 * 86_400.0),
        ({}, {"retry_after_ms": "1500", "retry_after": "9"}, 1.5),
        ({"metadata": {"retry_after_seconds": 8}}, {}, 8.0),
        ({"metadata": {"headers": {"Retry-After": "6"}}}, {}, 6.0),
        ({"availability": {"retry_after": 40}}, {}, 40.0),
        ({"retry_after": 3}, {}, 3.0),
        ({}, {"x_ratelimit_reset": "1800000030000"}, 30.0),
        ({}, {"x_ratelimit_reset": "1800000030"}, 30.0),
        ({}, {"x_ratelimit_reset": "12"}, 12.0),
        ({"metadata": {"headers": {"X-RateLimit-Reset": 1_800_000_090_000}}}, {}, 90.0),
        ({"metadata": {"headers": ["odd"]}}, {}, None),
        ({}, {}, None),
    ],
)
def test_when_to_come_back_is_found_wherever_it_stands(
    fields: dict[str, Json], headers: dict[str, str], seconds: float | None
) -> None:
    assert read({"error": {"message": "no", **fields}}, 429, **headers).retry_after_s == seconds


def test_the_reset_of_a_limit_counts_only_when_it_was_hit() -> None:
    assert read({"error": {"message": "no"}}, 503, x_ratelimit_reset="12").retry_after_s is None


@pytest.mark.parametrize("body", [b"<!doctype HTML><h1>Bad   gateway</h1>", b"  <html><head></head>Bad gateway</html>"])
def test_a_web_page_without_a_title_gives_its_words(body: bytes) -> None:
    error = error_from_response(body, "application/octet-stream", ErrorContext("wire", status=502))
    assert error.message.startswith("A proxy answered with a web page HTTP 502 Bad Gateway: Bad")


def test_a_missing_path_suggests_the_base_url() -> None:
    error = error_from_response(b"404 page not found", "text/plain", ErrorContext("mine", status=404))
    assert "base_url of backend mine" in error.hint


_JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.sampled_from(["\x1b[2J", "\ud800", "[/red]"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "code", "type", "metadata", "raw", "headers", "availability", "detail"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(_JSON, st.sampled_from([200, 400, 401, 429, 500, 599]))
def test_no_body_whatever_raises_or_leaves_a_control_character(decoded: Json, status: int) -> None:
    body = json.dumps(decoded).encode()
    error = error_from_response(body, "application/json", ErrorContext("wire", now=NOW, status=status))
    for text in (error.message, error.hint, error.type or "", error.provider or ""):
        assert make_safe_line(text, len(text)) == text
    assert error.message


@given(st.binary(max_size=200), st.sampled_from(["text/html", "application/json", "text/plain", ""]))
def test_no_bytes_whatever_raise(body: bytes, media_type: str) -> None:
    assert error_from_response(body, media_type, ErrorContext("wire", status=500)).message
