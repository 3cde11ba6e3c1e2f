"""A compare server behind a real nginx: held back, cut short, in front of nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare_tui.domain.answers import AnswerError, AnswerStatus, ErrorKind
from compare_tui.domain.check_steps import CheckStep, Finding
from compare_tui.domain.events import TextReceived
from compare_tui.engine.clock import SystemClock
from compare_tui.sources.compare_doctor import check_server
from compare_tui.sources.settings import OpenAISettings
from tests.support.answers import Answer
from tests.support.compare_server import CompareServer, Hang, Item, Wait, chunk, complete, done, start
from tests.support.comparisons import MemoryTokens, RunningTurn, ask_lanes, compare_source
from tests.system.nginx import nginx

_WORDS = 8
_PAUSE_S = 0.2
_PACED: list[Item] = [
    start("m"),
    *(item for number in range(_WORDS) for item in (chunk("m", f"{number} "), Wait(_PAUSE_S))),
    done("m"),
    complete(["m"]),
]
_TEXT = "".join(f"{number} " for number in range(_WORDS))


async def _ask(url: str) -> tuple[Answer, float]:
    """Return the answer, and the seconds from its first text to its last."""
    source = compare_source(url)
    turn = RunningTurn(source, ask_lanes("m"))
    (answer,) = await turn.end()
    await source.aclose()
    pairs = zip(answer.events, turn.heard_at, strict=True)
    times = [at for event, at in pairs if isinstance(event, TextReceived)]
    return answer, times[-1] - times[0] if times else 0.0


async def _doctor(url: str) -> dict[str, CheckStep]:
    settings = OpenAISettings("team", url, lambda: None)
    steps = check_server(settings, MemoryTokens(), SystemClock(), live=True, model="m")
    return {step.name.strip(): step async for step in steps}


def _error(answer: Answer) -> AnswerError:
    assert answer.state.error is not None
    return answer.state.error


async def test_a_stream_passes_as_it_is_without_buffering(tmp_path: Path) -> None:
    location = "proxy_buffering off; proxy_http_version 1.1;"
    async with CompareServer("CI", lambda _: _PACED) as server, nginx(tmp_path, server.url, location) as url:
        answer, span_s = await _ask(url)
        assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, _TEXT)
        assert span_s > (_WORDS - 2) * _PAUSE_S
        steps = await _doctor(url)
        assert "pace" not in steps
        assert steps["end"].finding is Finding.OK


async def test_a_stream_that_is_held_back_arrives_whole_and_the_cause_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # To a server of HTTP/1.1 with chunks nginx would hand on each chunk; its default is 1.0.
    location = "proxy_buffering on;"
    monkeypatch.setattr("compare_tui.sources.compare_exchange._HELD_BACK_S", 1.0)
    async with CompareServer("CI", lambda _: _PACED) as server, nginx(tmp_path, server.url, location) as url:
        answer, span_s = await _ask(url)
        assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, _TEXT)
        assert span_s < _PAUSE_S
        assert "came at once" in answer.state.warnings[0]
        steps = await _doctor(url)
        assert "proxy_buffering off" in steps["pace"].hint
        assert "nginx" in steps["pace"].hint


async def test_the_oldest_server_asks_not_to_be_held_back_and_is_heeded(tmp_path: Path) -> None:
    location = "proxy_buffering on;"
    async with CompareServer("OCT", lambda _: _PACED) as server, nginx(tmp_path, server.url, location) as url:
        _, span_s = await _ask(url)
        assert span_s > (_WORDS - 2) * _PAUSE_S


async def test_a_proxy_that_does_not_wait_for_the_first_byte_is_told_as_such(tmp_path: Path) -> None:
    location = "proxy_read_timeout 1s;"
    async with CompareServer("CI", stalls_s=3.0) as server, nginx(tmp_path, server.url, location) as url:
        answer, _ = await _ask(url)
        error = _error(answer)
        assert (answer.status, error.kind, error.code) == (AnswerStatus.ERROR, ErrorKind.TIMEOUT, 504)
        assert "A proxy answered with a web page HTTP 504 Gateway Timeout: 504 Gateway Time-out" in error.message


@pytest.mark.parametrize(
    ("buffering", "text", "hint"), [("off", "half", "proxy_read_timeout"), ("on", "", "proxy_buffering")]
)
async def test_a_proxy_that_loses_patience_in_the_middle_leaves_a_cut_answer(
    tmp_path: Path, buffering: str, text: str, hint: str
) -> None:
    items: list[Item] = [start("m"), chunk("m", "half"), Hang()]
    location = f"proxy_read_timeout 1s; proxy_buffering {buffering};"
    async with CompareServer("CI", lambda _: items) as server, nginx(tmp_path, server.url, location) as url:
        answer, _ = await _ask(url)
        error = _error(answer)
        assert (answer.status, answer.text) == (AnswerStatus.CUT, text)
        # What the proxy held back is lost with it: nothing has come, so it may be asked again.
        assert error.retryable is (text == "")
        assert "Connection lost" in error.message
        end = (await _doctor(url))["end"]
        assert end.finding is Finding.FAILED
        assert hint in end.hint


async def test_a_proxy_in_front_of_nothing_is_told_as_such(tmp_path: Path) -> None:
    async with nginx(tmp_path, "http://127.0.0.1:9") as url:
        answer, _ = await _ask(url)
        error = _error(answer)
        assert (error.kind, error.code, error.retryable) == (ErrorKind.SERVER, 502, True)
        assert "A proxy answered with a web page HTTP 502 Bad Gateway" in error.message
        reachable = (await _doctor(url))["reachable"]
        assert reachable.finding is Finding.FAILED
        assert "the server behind it is not" in reachable.hint


async def test_a_redirect_to_https_is_told_and_not_followed(tmp_path: Path) -> None:
    async with nginx(tmp_path, "http://127.0.0.1:9", more="return 301 https://secure.example$request_uri;") as url:
        answer, _ = await _ask(url)
        assert "redirects to https://secure.example/openapi.json; that was not followed" in _error(answer).message
        assert "Correct base_url" in _error(answer).hint


async def test_an_error_page_of_ones_own_is_read_by_its_title(tmp_path: Path) -> None:
    page = "<!DOCTYPE html><title>Down for repairs</title><body>Back at noon</body>"
    more = f"error_page 502 = @down; location @down {{ default_type text/html; return 503 '{page}'; }}"
    async with nginx(tmp_path, "http://127.0.0.1:9", more=more) as url:
        answer, _ = await _ask(url)
        assert "Down for repairs" in _error(answer).message
        assert _error(answer).code == 503
