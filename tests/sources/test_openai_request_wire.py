from __future__ import annotations

from typing import Any

import pytest

from compare_tui.domain.json_types import Json
from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.messages import AnswerRequest, Message, Role
from compare_tui.domain.tiers import Tier
from compare_tui.sources.openai import OPENAI, PLAIN
from compare_tui.sources.openai_request_wire import request_body
from compare_tui.sources.openrouter import OPENROUTER
from compare_tui.sources.reasoning_details import whole_blocks
from compare_tui.sources.settings import Dialect

USER = Message(Role.USER, "Hello?")


def body_of(
    params: dict[str, Json] | None = None,
    *,
    tier: Tier | None = None,
    dialect: Dialect = PLAIN,
    defaults: dict[str, Json] | None = None,
    messages: tuple[Message, ...] = (USER,),
) -> dict[str, Any]:
    body, _ = _made(params, tier, dialect, defaults, messages)
    return dict(body)


def _made(
    params: dict[str, Json] | None,
    tier: Tier | None = None,
    dialect: Dialect = PLAIN,
    defaults: dict[str, Json] | None = None,
    messages: tuple[Message, ...] = (USER,),
) -> tuple[dict[str, Json], list[str]]:
    lane = Lane(LaneId(2), LaneSpec("acme/model-1", "wire", params or {}))
    return request_body(AnswerRequest(lane, messages, tier, "c0ffee"), defaults or {}, dialect)


def test_a_plain_server_is_asked_for_its_counts() -> None:
    assert body_of() == {
        "model": "acme/model-1",
        "messages": [{"role": "user", "content": "Hello?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_openrouter_is_told_the_session_of_comparison_and_lane() -> None:
    assert body_of(dialect=OPENROUTER) == {
        "model": "acme/model-1",
        "messages": [{"role": "user", "content": "Hello?"}],
        "stream": True,
        "session_id": "c0ffee-2",
    }
    assert body_of({"session_id": "mine"}, dialect=OPENROUTER)["session_id"] == "mine"


def test_parameters_go_as_they_are() -> None:
    params: dict[str, Json] = {
        "temperature": 0,
        "top_p": 0.9,
        "seed": 7,
        "reasoning": {"effort": "high"},
        "provider": {"sort": "price"},
        "never_heard_of": [1],
    }
    body = body_of(params, dialect=OPENROUTER)
    assert {name: body[name] for name in params} == params


def test_system_and_n_are_ours_and_never_sent() -> None:
    body, warnings = _made({"system": "Be brief.", "n": 3})
    assert not {"system", "n"} & body.keys()
    assert not warnings


@pytest.mark.parametrize("name", ["model", "messages", "stream"])
def test_what_makes_the_request_cannot_be_overwritten(name: str) -> None:
    body, warnings = _made({name: "x"})
    assert body[name] != "x"
    assert len(warnings) == 1
    assert name in warnings[0]


def test_openrouters_own_fields_are_left_out_elsewhere_with_a_warning() -> None:
    params: dict[str, Json] = {"provider": {"sort": "price"}, "plugins": [], "session_id": "s", "top_k": 5}
    body, warnings = _made(params)
    assert not {"provider", "plugins", "session_id"} & body.keys()
    assert body["top_k"] == 5
    assert warnings == ["Left out, for only OpenRouter knows it: plugins, provider, session_id."]
    assert _made(params, dialect=OPENROUTER)[1] == []


def test_a_lane_wins_over_its_backend_and_tables_merge() -> None:
    defaults: dict[str, Json] = {"temperature": 1, "provider": {"sort": "price", "only": ["a"]}, "stop": ["x"]}
    own: dict[str, Json] = {"temperature": 0, "provider": {"only": ["b"]}, "stop": []}
    body = body_of(own, defaults=defaults, dialect=OPENROUTER)
    assert (body["temperature"], body["provider"], body["stop"]) == (0, {"sort": "price", "only": ["b"]}, [])


def test_null_takes_a_field_away() -> None:
    assert "stream_options" not in body_of({"stream_options": None})
    assert "top_p" not in body_of({"top_p": None}, defaults={"top_p": 0.5})


def test_history_goes_with_its_reasoning() -> None:
    detail: dict[str, Json] = {"type": "reasoning.encrypted", "data": "blob", "index": 0}
    messages = (Message(Role.SYSTEM, "S"), USER, Message(Role.ASSISTANT, "A", (detail,)), Message(Role.USER, "B"))
    assert body_of(messages=messages)["messages"] == [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "Hello?"},
        {"role": "assistant", "content": "A", "reasoning_details": [detail]},
        {"role": "user", "content": "B"},
    ]


def test_half_a_character_is_not_sent() -> None:
    messages = (Message(Role.USER, "a\udcff \ud83d\ude80 漢"),)
    assert body_of(messages=messages)["messages"][0]["content"] == "a� 🚀 漢"


@pytest.mark.parametrize(
    ("tier", "params", "limit"),
    [
        (None, {}, None),
        (None, {"reasoning": {"effort": "high"}}, None),
        (Tier.BRIEF, {}, 2_000),
        (Tier.STANDARD, {}, 4_000),
        (Tier.EXTENDED, {}, 8_192),
        (Tier.STANDARD, {"reasoning": {"max_tokens": 3_000}}, 7_000),
        (Tier.STANDARD, {"reasoning": {"effort": "high"}}, 20_000),
        (Tier.STANDARD, {"reasoning": {"effort": "medium"}}, 8_000),
        (Tier.STANDARD, {"reasoning": {"effort": "low"}}, 5_000),
        (Tier.STANDARD, {"reasoning": {"effort": "none"}}, 4_000),
        (Tier.STANDARD, {"reasoning": {"enabled": True}}, 8_000),
        (Tier.STANDARD, {"reasoning": {"exclude": True}}, 4_000),
        (Tier.STANDARD, {"reasoning_effort": "high"}, 20_000),
        (Tier.STANDARD, {"reasoning": {"effort": "odd"}}, 4_000),
        (Tier.EXTENDED, {"reasoning": {"effort": "max"}}, 8_192 + 32_768),
    ],
)
def test_a_tier_bounds_the_answer_with_reasoning_on_top(
    tier: Tier | None, params: dict[str, Json], limit: int | None
) -> None:
    assert body_of(params, tier=tier).get("max_tokens") == limit
    assert body_of(params, tier=tier, dialect=OPENAI).get("max_completion_tokens") == limit


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_lanes_own_limit_wins_over_the_tier(name: str) -> None:
    body = body_of({name: 64}, tier=Tier.BRIEF)
    assert {key: body[key] for key in body if key.startswith("max")} == {name: 64}


def _text(**fields: Json) -> dict[str, Json]:
    return {"type": "reasoning.text", "format": "anthropic-claude-v1", **fields}


def test_fragments_of_a_block_go_back_as_the_block() -> None:
    fragments = [_text(text="Let", index=0), _text(text=" me", index=0), _text(signature="sig", index=0)]
    assert whole_blocks(fragments) == [_text(text="Let me", index=0, signature="sig")]


@pytest.mark.parametrize(
    "details",
    [
        [_text(text="a", index=0), _text(text="b", index=1)],
        [_text(text="a", index=0, signature="s"), _text(text="b", index=0)],
        [_text(text="a"), _text(text="b")],
        [
            {"type": "reasoning.encrypted", "data": "a", "index": 0},
            {"type": "reasoning.encrypted", "data": "b", "index": 0},
        ],
        [_text(text="a", index=0), {"type": "reasoning.summary", "summary": "b", "index": 0}],
        [{"type": "never.heard.of", "index": 0}, {"type": "never.heard.of", "index": 0}],
        [],
    ],
)
def test_whole_blocks_go_back_as_they_came(details: list[dict[str, Json]]) -> None:
    assert whole_blocks(details) == details


def test_the_kept_fragments_are_not_changed() -> None:
    fragments = [_text(text="a", index=0), _text(text="b", index=0)]
    whole_blocks(fragments)
    assert fragments[0] == _text(text="a", index=0)
