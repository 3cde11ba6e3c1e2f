"""Signed in or not: tokens that are sent, tried out, renewed, lost."""

from __future__ import annotations

import base64
import json
import time

import pytest
from starlette.responses import JSONResponse

from compare_tui.domain.answers import AnswerError, AnswerStatus, ErrorKind
from compare_tui.domain.errors import BackendError
from compare_tui.domain.json_types import Json
from compare_tui.domain.quota import Quota
from compare_tui.domain.secret import MissingKey, Secret, Tokens
from compare_tui.engine.clock import SystemClock
from compare_tui.engine.ports import TellsQuota
from compare_tui.sources.compare_account import sign_in_at
from compare_tui.sources.compare_discovery import discover
from compare_tui.sources.compare_http import CompareHttp, open_compare
from compare_tui.sources.compare_quota_wire import after_request, quota_of
from compare_tui.sources.compare_shape import ServerShape
from tests.support.answers import Answer, settings
from tests.support.compare_server import Account, CompareServer
from tests.support.comparisons import MemoryTokens, ask_lanes, compare_source, signed_in, take_turn
from tests.support.wire_server import WireServer, http

GENERATIONS = ("OCT", "CA", "CI")


def jwt(ends_in_s: float) -> str:
    """Return a token that ends in so many seconds."""
    claims = base64.urlsafe_b64encode(json.dumps({"sub": "1", "exp": time.time() + ends_in_s}).encode()).decode()
    return f"e30.{claims.rstrip('=')}.c2ln"


async def ask(server: CompareServer, tokens: MemoryTokens) -> Answer:
    source = compare_source(server.url, tokens)
    (answer,) = await take_turn(source, ask_lanes("a/x"))
    await source.aclose()
    return answer


def sent_token(server: CompareServer) -> str | None:
    return server.headers[-1].get("authorization")


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_without_a_sign_in_nothing_is_sent_and_nothing_is_tried(generation: str) -> None:
    async with CompareServer(generation) as server:
        answer = await ask(server, MemoryTokens())
        assert (sent_token(server), answer.state.warnings) == (None, ())
        assert not any("auth" in path or "status" in path for path in server.paths)


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_token_is_tried_once_and_then_relied_upon(generation: str) -> None:
    async with CompareServer(generation) as server:
        source = compare_source(server.url, signed_in())
        for _ in range(2):
            (answer,) = await take_turn(source, ask_lanes("a/x"))
            assert (sent_token(server), answer.state.warnings) == ("Bearer good-access", ())
        assert server.paths.count(f"GET {server.prefix}/rate-limit-status") == 1
        await source.aclose()


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_token_that_the_server_silently_ignores_is_renewed(generation: str) -> None:
    async with CompareServer(generation) as server:
        tokens = signed_in("old-access")
        answer = await ask(server, tokens)
        assert (sent_token(server), answer.state.warnings) == ("Bearer good-access", ())
        assert tokens.tokens == Tokens(Secret("good-access"), Secret("good-refresh"))


async def test_a_token_is_renewed_before_it_ends() -> None:
    account = Account(access=jwt(1_800))
    async with CompareServer("CI", account=account) as server:
        tokens = signed_in(jwt(30))
        await ask(server, tokens)
        assert sent_token(server) == f"Bearer {account.access}"
        assert account.renewals == 1
        assert f"GET {server.prefix}/rate-limit-status" not in server.paths


async def test_a_sign_in_that_has_ended_goes_out_as_anonymous_and_says_so() -> None:
    async with CompareServer("CA") as server:
        answer = await ask(server, signed_in("old-access", "old-refresh"))
        assert sent_token(server) is None
        assert "The sign-in at @team has ended" in answer.state.warnings[0]
        assert "compare-tui login team" in answer.state.warnings[0]
        assert answer.status is AnswerStatus.COMPLETE


async def test_a_token_from_elsewhere_that_is_not_accepted_says_so() -> None:
    async with CompareServer("OCT") as server:
        answer = await ask(server, signed_in("wrong", None))
        assert answer.state.warnings == ("@team does not accept the token, so this went out as anonymous.",)


async def test_a_refusal_after_a_lost_sign_in_counts_as_a_matter_of_the_key() -> None:
    refusal = JSONResponse({"detail": "The following models are not available for anonymous tier: a/x."}, 403)
    async with CompareServer("CA", refuses=refusal) as server:
        answer = await ask(server, signed_in("old-access", "old-refresh"))
        assert answer.state.error is not None
        assert answer.state.error.kind is ErrorKind.KEY


async def test_a_missing_variable_is_told_before_anything_is_sent() -> None:
    async with CompareServer("CI") as server:
        answer = await ask(server, MemoryTokens(MissingKey("TEAM_TOKEN is not set.", "Set it.")))
        assert answer.state.error is not None
        assert (answer.state.error.kind, answer.state.error.message) == (ErrorKind.KEY, "TEAM_TOKEN is not set.")
        assert server.bodies == []


async def test_a_token_does_not_go_over_plain_http_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare_tui.sources.endpoint.is_loopback", lambda host: False)
    async with CompareServer("CI") as server:
        answer = await ask(server, signed_in())
        assert answer.state.error is not None
        assert "plain http" in answer.state.error.message
        assert server.bodies == []


async def test_no_token_is_in_any_event() -> None:
    refusal = JSONResponse({"detail": "You sent Bearer good-access"}, 400)
    async with CompareServer("CI", refuses=refusal) as server:
        answer = await ask(server, signed_in())
        assert "good-access" not in repr(answer.events)
        assert "Bearer ***" in repr(answer.events)


async def test_quota_is_known_after_it_was_asked_for_and_after_each_turn() -> None:
    async with CompareServer("CI", balance={"credits_remaining": 80}) as server:
        source = compare_source(server.url, signed_in())
        assert source.quota() is None
        quota = await source.ask_quota()
        assert isinstance(quota, Quota)
        assert (quota.remaining, quota.allowed, quota.account, quota.signed_in) == (80, 100, "free", True)
        await take_turn(source, ask_lanes("a/x"))
        known = source.quota()
        assert known is not None
        assert known.remaining == 49  # as the turn's last event said
        await source.aclose()


async def test_warming_up_learns_what_is_left() -> None:
    async with CompareServer("OCT") as server:
        source = compare_source(server.url)
        assert isinstance(source, TellsQuota)
        await source.warm_up()
        await take_turn(source, ask_lanes("a/x", "b/y"))
        quota = source.quota()
        assert quota is not None
        assert quota.in_short() == "@team 8/10 answers left"
        await source.aclose()


async def test_the_last_fifth_is_warned_of() -> None:
    async with CompareServer("CI", balance={"credits_remaining": 20}) as server:
        answer = await ask(server, signed_in())
        assert answer.state.warnings == (
            "20 of 100 credits are left at @team; they begin anew 2026-11-23T00:00:00 UTC.",
        )


async def test_a_quota_that_cannot_be_asked_for_is_an_error_in_words() -> None:
    source = compare_source("http://127.0.0.1:9")
    assert isinstance(await source.ask_quota(), AnswerError)
    await source.aclose()


def test_a_server_without_credits_counts_answers() -> None:
    status: Json = {
        "daily_usage": 9, "daily_limit": 10, "remaining_usage": 1, "subscription_tier": "anonymous",
        "usage_reset_date": "2026-11-30", "authenticated": False,
    }  # fmt: skip
    quota = quota_of("team", status, None)
    assert quota == Quota("team", False, "anonymous", "answers", 1, 10, "2026-12-01")
    assert quota.is_low
    assert after_request(quota, {"credits_remaining": 5}) == quota
    after = after_request(quota, {"models_requested": 3})
    assert after is not None
    assert (after.remaining, after.in_short()) == (0, "@team 0/10 answers left")


def test_a_balance_of_nothing_allotted_says_nothing() -> None:
    status: Json = {"subscription_tier": "free", "credits_allocated": 0, "credits_remaining": 0, "authenticated": True}
    quota = quota_of("team", status, None)
    assert quota is not None
    assert (quota.remaining, quota.is_low) == (None, False)
    assert "does not say" in quota.in_words()


@pytest.mark.parametrize("answer", [None, [], {}, {"subscription_tier": 5}, "x"])
def test_another_answer_is_no_quota(answer: object) -> None:
    assert quota_of("team", answer, answer) is None  # type: ignore[arg-type]


async def test_a_password_that_the_server_repeats_is_not_repeated() -> None:
    async with WireServer(http("400 Bad Request", '{"detail": "hunter2-hunter2 is too short"}')) as wire:
        async with CompareServer("CI") as server:
            client = open_compare(settings(server.url), SystemClock())
            assert isinstance(client, CompareHttp)
            shape = await discover(client)
            assert isinstance(shape, ServerShape)
            await client.aclose()
        client = open_compare(settings(f"http://127.0.0.1:{wire.port}"), SystemClock())
        assert isinstance(client, CompareHttp)
        with pytest.raises(BackendError) as raised:
            await sign_in_at(client, shape, MemoryTokens(), "a@b", Secret("hunter2-hunter2"))
        assert "hunter2" not in str(raised.value)
        assert "*** is too short" in str(raised.value)
        await client.aclose()


class LateClock(SystemClock):
    """A clock whose wall time can be moved."""

    def __init__(self) -> None:
        self.later_s = 0.0

    def wall(self) -> float:
        return super().wall() + self.later_s


async def test_a_sign_in_of_meanwhile_is_found_after_the_old_one_was_lost() -> None:
    account = Account(access=jwt(1_000))
    async with CompareServer("CI", account=account) as server:
        tokens, clock = signed_in(account.access, "lost-refresh"), LateClock()
        source = compare_source(server.url, tokens, clock=clock)
        await take_turn(source, ask_lanes("a/x"))
        assert sent_token(server) == f"Bearer {account.access}"
        clock.later_s = 2_000
        (answer,) = await take_turn(source, ask_lanes("a/x"))
        assert "has ended" in answer.state.warnings[0]
        account.access = jwt(9_000)
        tokens.tokens = Tokens(Secret(account.access))
        (answer,) = await take_turn(source, ask_lanes("a/x"))
        assert (sent_token(server), answer.state.warnings) == (f"Bearer {account.access}", ())
        await source.aclose()
