"""A compare server as a source, over real sockets."""

from __future__ import annotations

import asyncio
import json

import pytest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from compare_tui.domain.answers import AnswerError, AnswerStatus, ErrorKind
from compare_tui.domain.events import (
    KeepAliveReceived,
    RequestSent,
    StreamEnded,
    StreamFailed,
    TextReceived,
    TurnAwaited,
    WarningRaised,
)
from compare_tui.domain.lanes import LaneId
from compare_tui.domain.messages import Exchange
from tests.support.answers import Answer
from tests.support.compare_server import (
    Break,
    CompareServer,
    Hang,
    Item,
    Wait,
    chunk,
    complete,
    done,
    event,
    start,
)
from tests.support.comparisons import RunningTurn, ask_lanes, compare_source, take_turn
from tests.support.wire_server import WireServer, http, reset_after, silence

GENERATIONS = ("OCT", "CA", "CI")


async def ask(server: CompareServer, *models: str) -> list[Answer]:
    """Take one turn with a source of its own."""
    source = compare_source(server.url)
    answers = await take_turn(source, ask_lanes(*(models or ("a/x",))))
    await source.aclose()
    return answers


def error_of(answer: Answer) -> AnswerError:
    assert answer.status is AnswerStatus.ERROR
    assert answer.events[-1] == StreamEnded(done=False)
    assert answer.state.error is not None
    return answer.state.error


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_one_turn_is_one_request_and_each_lane_gets_its_own(generation: str) -> None:
    async with CompareServer(generation) as server:
        answers = await ask(server, "a/x", "b/y", "c/z")
        assert [answer.text for answer in answers] == ["Hello, a/x.", "Hello, b/y.", "Hello, c/z."]
        assert [body["models"] for body in server.bodies] == [["a/x", "b/y", "c/z"]]


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize(("has_openapi", "has_status"), [(True, True), (False, True), (False, False)])
async def test_prefix_and_generation_are_found_and_remembered(
    generation: str, has_openapi: bool, has_status: bool
) -> None:
    async with CompareServer(generation, has_openapi=has_openapi, has_status=has_status) as server:
        source = compare_source(server.url)
        for _ in range(2):
            (answer,) = await take_turn(source, ask_lanes("a/x"))
            assert answer.text == "Hello, a/x."
        first = server.paths.index(f"POST {server.prefix}/compare-stream")
        assert server.paths[first:] == [f"POST {server.prefix}/compare-stream"] * 2
        await source.aclose()


@pytest.mark.parametrize("ending", ["", "/", "/api", "/api/", "/api/v1"])
async def test_an_address_may_end_in_the_prefix(ending: str) -> None:
    async with CompareServer("CI") as server:
        source = compare_source(server.url + ending)
        (answer,) = await take_turn(source, ask_lanes("a/x"))
        assert answer.text == "Hello, a/x."
        await source.aclose()


async def test_another_server_is_told_as_what_it_is_not() -> None:
    async with WireServer() as server:
        source = compare_source(f"http://127.0.0.1:{server.port}")
        (answer,) = await take_turn(source, ask_lanes("a/x"))
        assert "is no compare server: none of /api/compare-stream" in error_of(answer).message
        await source.aclose()


async def test_a_server_that_is_not_there_is_told_so_and_may_be_asked_again() -> None:
    source = compare_source("http://127.0.0.1:9")
    for answer in await take_turn(source, ask_lanes("a/x", "b/y")):
        error = error_of(answer)
        assert (error.kind, error.retryable) == (ErrorKind.CONNECTION, True)
        assert RequestSent() not in answer.events
    await source.aclose()


_REFUSALS: dict[str, tuple[Response, ErrorKind, str]] = {
    "too many models": (
        JSONResponse({"detail": "Your anonymous tier allows maximum 3 models per comparison."}, 400),
        ErrorKind.REQUEST,
        "allows maximum 3 models",
    ),
    "no access": (
        JSONResponse({"detail": "The following models are not available for anonymous tier: a/x."}, 403),
        ErrorKind.REQUEST,
        "compare-tui login team",
    ),
    "a list": (
        JSONResponse({"detail": [{"type": "missing", "loc": ["body", "input_data"], "msg": "Field required"}]}, 422),
        ErrorKind.REQUEST,
        "body.input_data: Field required",
    ),
    "a bad tier": (
        JSONResponse({"detail": "Invalid tier 'brief'. Valid tiers are: standard, extended"}, 422),
        ErrorKind.REQUEST,
        "Valid tiers",
    ),
    "plain text": (PlainTextResponse("Internal Server Error", 500), ErrorKind.SERVER, "Internal Server Error"),
    "a type": (
        JSONResponse({"detail": "Internal server error: name 'x' is not defined", "error_type": "NameError"}, 500),
        ErrorKind.SERVER,
        "name 'x' is not defined",
    ),
    "no detail": (JSONResponse({}, 503), ErrorKind.SERVER, "HTTP 503"),
    "an object": (JSONResponse({"detail": {"message": "no", "code": 7}}, 400), ErrorKind.REQUEST, "no"),
    "null": (JSONResponse({"detail": None}, 400), ErrorKind.REQUEST, "HTTP 400"),
    "a page": (HTMLResponse("<html><title>504 Gateway Time-out</title></html>", 504), ErrorKind.TIMEOUT, "A proxy"),
}


@pytest.mark.parametrize("name", _REFUSALS)
async def test_a_refusal_is_told_to_every_lane_in_words(name: str) -> None:
    response, kind, words = _REFUSALS[name]
    async with CompareServer("CA", refuses=response) as server:
        for answer in await ask(server, "a/x", "b/y"):
            error = error_of(answer)
            assert error.kind is kind
            assert words in f"{error.message} {error.hint}"


@pytest.mark.parametrize(
    ("generation", "status", "words"),
    [
        ("OCT", 429, "10 of 10 answers are left at @team; they begin anew 2026-11-23."),
        ("CA", 402, "50 of 50 credits are left at @team; they begin anew 2026-11-23."),
        ("CI", 402, "50 of 50 credits are left at @team; they begin anew 2026-11-23."),
    ],
)
async def test_a_used_up_allowance_says_what_is_left_and_is_not_asked_again(
    generation: str, status: int, words: str
) -> None:
    refusal = JSONResponse({"detail": "Daily limit would be exceeded."}, status)
    async with CompareServer(generation, refuses=refusal) as server:
        (answer,) = await ask(server)
        error = error_of(answer)
        assert error.hint == words
        assert not error.retryable


async def test_a_redirect_is_not_followed() -> None:
    async with CompareServer("CI", refuses=Response(status_code=307, headers={"location": "https://evil/"})) as server:
        (answer,) = await ask(server)
        assert "redirects to https://evil/" in error_of(answer).message


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_connection_cut_in_the_middle_keeps_each_lanes_text(generation: str) -> None:
    items: list[Item] = [start("a/x"), start("b/y"), chunk("a/x", "half"), chunk("b/y", "ha"), done("a/x"), Break()]
    async with CompareServer(generation, lambda _: items) as server:
        first, second = await ask(server, "a/x", "b/y")
        assert (first.status, first.text) == (AnswerStatus.COMPLETE, "half")
        assert (second.status, second.text) == (AnswerStatus.CUT, "ha")
        assert second.state.error is not None
        assert not second.state.error.retryable


async def test_a_connection_cut_before_the_first_event_may_be_asked_again() -> None:
    async with CompareServer("CA", lambda _: [Wait(0.01), Break()]) as server:
        (answer,) = await ask(server)
        assert answer.status is AnswerStatus.CUT
        assert answer.state.error is not None
        assert answer.state.error.retryable


async def test_a_reset_is_a_cut() -> None:
    async with CompareServer("CI") as known, WireServer(reset_after(chunk("a/x", "half"))) as server:
        source = compare_source(known.url)
        await source.warm_up()
        link = source._link
        assert link._http is not None
        link._http._root = f"http://127.0.0.1:{server.port}"
        (answer,) = await take_turn(source, ask_lanes("a/x"))
        assert (answer.status, answer.text) == (AnswerStatus.CUT, "half")
        await source.aclose()


async def test_a_server_that_forgets_its_last_word_is_not_waited_for() -> None:
    items: list[Item] = [start("a/x"), chunk("a/x", "whole"), done("a/x"), Hang()]
    async with CompareServer("CA", lambda _: items) as server:
        (answer,) = await asyncio.wait_for(ask(server), 5)
        assert (answer.status, answer.text) == (AnswerStatus.COMPLETE, "whole")


async def test_stopping_the_last_lane_closes_the_connection_and_says_what_that_means() -> None:
    async with CompareServer("CI", lambda _: [start("a/x"), chunk("a/x", "half"), Hang()]) as server:
        source = compare_source(server.url)
        turn = RunningTurn(source, ask_lanes("a/x"))
        await turn.until(TextReceived)
        turn.stream.stop(LaneId(10))
        await asyncio.wait_for(server.left.wait(), 5)
        (answer,) = await turn.end()
        assert answer.text == "half"
        assert answer.state.warnings == (
            "Its connection was closed; the server may go on with the answer and bill it.",
        )
        await source.aclose()


async def test_stopping_one_of_two_lanes_leaves_their_connection_open() -> None:
    items: list[Item] = [start("a/x"), start("b/y"), chunk("a/x", "half"), chunk("b/y", "ha"), Wait(0.1)]
    items += [chunk("a/x", "more"), chunk("b/y", "lf"), done("a/x"), done("b/y"), complete()]
    async with CompareServer("CI", lambda _: items) as server:
        source = compare_source(server.url)
        turn = RunningTurn(source, ask_lanes("a/x", "b/y"))
        await turn.until(TextReceived, 1)
        turn.stream.stop(LaneId(10))
        first, second = await turn.end()
        assert (first.text, second.text) == ("half", "half")
        assert first.events[-1] == WarningRaised(
            "Other lanes share its connection: the server goes on with the answer and may bill it."
        )
        assert not server.left.is_set()
        await source.aclose()


async def test_lanes_behind_the_first_wait_for_their_turn_from_the_start() -> None:
    items: list[Item] = [start("a/x"), Hang()]
    async with CompareServer("OCT", lambda _: items) as server:
        source = compare_source(server.url)
        turn = RunningTurn(source, ask_lanes("a/x", "b/y"))
        await turn.until(TurnAwaited, 1)
        assert TurnAwaited() not in turn.answer(0).events
        for lane in (10, 11):
            turn.stream.stop(LaneId(lane))
        await turn.end()
        await source.aclose()


async def test_the_bytes_of_neighbours_are_a_sign_of_life_for_a_silent_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare_tui.sources.compare_exchange._QUIET_S", 0.02)
    items: list[Item] = [start("a/x"), start("b/y")]
    for _ in range(6):
        items += [chunk("a/x", "."), Wait(0.02)]
    async with CompareServer("CA", lambda _: [*items, done("a/x"), done("b/y"), complete()]) as server:
        _, second = await ask(server, "a/x", "b/y")
        assert second.events.count(KeepAliveReceived()) > 2


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_stream_that_was_held_back_is_told_in_every_lane(
    generation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare_tui.sources.compare_exchange._HELD_BACK_S", 0.3)
    words = [chunk(model, "word ") for _ in range(4) for model in ("a/x", "b/y")]
    items = [start("a/x"), start("b/y"), *words, done("a/x"), done("b/y"), complete()]
    async with CompareServer(generation, lambda _: [Wait(0.4), *items]) as server:
        for answer in await ask(server, "a/x", "b/y"):
            assert "came at once" in answer.state.warnings[0]
            assert answer.status is AnswerStatus.COMPLETE
    async with CompareServer(generation, lambda _: [items[0], items[1], Wait(0.4), *items[2:]]) as server:
        assert all(answer.state.warnings == () for answer in await ask(server, "a/x", "b/y"))


async def test_no_cookie_is_kept_or_sent() -> None:
    refusal = JSONResponse({"detail": "no"}, 400, headers={"set-cookie": "access_token=stale; Path=/"})
    async with CompareServer("CI", refuses=refusal) as server:
        source = compare_source(server.url)
        for _ in range(2):
            await take_turn(source, ask_lanes("a/x"))
        assert all("cookie" not in headers for headers in server.headers)
        await source.aclose()


async def test_a_megabyte_line_is_read() -> None:
    url = "data:image/png;base64," + "A" * 4_000_000
    async with CompareServer("CI", lambda _: [event("a/x", "image", url=url), done("a/x"), complete()]) as server:
        (answer,) = await ask(server)
        assert [image.n_bytes for image in answer.state.images] == [3_000_000]


async def test_follow_ups_remember_each_models_own_answers() -> None:
    history = [(Exchange("one", "mine"),), (Exchange("one", "yours"),)]
    async with CompareServer("CA") as server:
        source = compare_source(server.url)
        answers = await take_turn(source, ask_lanes("a/x", "b/y", history=history))
        assert [answer.text for answer in answers] == ["Hello, a/x.", "Hello, b/y."]
        sent = {body["models"][0]: body["conversation_history"][1]["content"] for body in server.bodies}
        assert sent == {"a/x": "mine", "b/y": "yours"}
        assert all("2 requests" in answer.state.warnings[0] for answer in answers)
        await source.aclose()


@pytest.mark.parametrize("has_stream", [True, False])
async def test_whole_answers_are_taken_where_there_is_no_stream(has_stream: bool) -> None:
    whole = {"a/x": "Paris.", "b/y": "Error: Rate limited"}
    refusal = PlainTextResponse("not here", 404) if has_stream else None
    async with CompareServer("OCT", whole=whole, has_stream=has_stream, refuses=refusal) as server:
        source = compare_source(server.url)
        first, second = await take_turn(source, ask_lanes("a/x", "b/y"))
        assert (first.status, first.text) == (AnswerStatus.COMPLETE, "Paris.")
        assert "the whole answer came at once" in first.state.warnings[0]
        assert (second.status, second.text) == (AnswerStatus.ERROR, "")
        n_before = len(server.paths)
        await take_turn(source, ask_lanes("a/x"))
        assert server.paths[n_before:] == ["POST /compare"]
        await source.aclose()


@pytest.mark.parametrize(
    "refusal", [HTMLResponse("<title>Sign in</title>"), JSONResponse({"ok": True}), PlainTextResponse("gone", 404)]
)
async def test_the_first_refusal_stands_where_whole_answers_fail_too(refusal: Response) -> None:
    async with CompareServer("CA", whole=500, refuses=refusal) as server:
        (answer,) = await ask(server)
        assert error_of(answer).code in (200, 404)
        assert server.paths[-1] == "POST /api/compare"


async def test_a_server_that_moved_is_looked_for_anew() -> None:
    async with CompareServer("CI") as server:
        source = compare_source(server.url)
        await take_turn(source, ask_lanes("a/x"))
        server.refuses = PlainTextResponse("moved", 404)
        await take_turn(source, ask_lanes("a/x"))
        server.refuses = None
        (answer,) = await take_turn(source, ask_lanes("a/x"))
        assert answer.text == "Hello, a/x."
        assert server.paths.count("GET /openapi.json") == 2
        await source.aclose()


async def test_a_silent_server_does_not_keep_a_stop_waiting() -> None:
    async with WireServer(silence) as server:
        source = compare_source(f"http://127.0.0.1:{server.port}")
        turn = RunningTurn(source, ask_lanes("a/x"))
        await asyncio.sleep(0)
        turn.stream.stop(LaneId(10))
        await turn.end()
        await source.aclose()


async def test_a_body_that_is_no_stream_is_told() -> None:
    body = json.dumps({"paths": {"/api/compare-stream": {"post": {}}}})
    async with WireServer(http("200 OK", body)) as server:
        source = compare_source(f"http://127.0.0.1:{server.port}")
        (answer,) = await take_turn(source, ask_lanes("a/x"))
        assert any(isinstance(told, StreamFailed) for told in answer.events)
        await source.aclose()
