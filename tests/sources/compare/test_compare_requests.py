"""Which lanes share a request, and what it holds."""

from __future__ import annotations

from typing import Any

import pytest

from compare_tui.domain.json_types import Json
from compare_tui.domain.lanes import LaneId
from compare_tui.domain.messages import Exchange
from compare_tui.domain.tiers import Tier
from compare_tui.sources.compare_request_wire import Plan, plan_requests
from compare_tui.sources.compare_shape import (
    Generation,
    ServerShape,
    shape_from_openapi,
    shape_from_status,
    unknown_shape,
)
from tests.support.compare_server import openapi
from tests.support.comparisons import ask_lanes

OCT, CA, CI = "OCT", "CA", "CI"
LANE = LaneId(10)
SAID_A = (Exchange("one", "a1"), Exchange("two", "a2"))
SAID_B = (Exchange("one", "b1"), Exchange("two", "b2"))


def shape(generation: str) -> ServerShape:
    found = shape_from_openapi(openapi(generation))
    assert found is not None
    return found


def plan(generation: str, *models: str, defaults: dict[str, Json] | None = None, **turn: Any) -> Plan:
    return plan_requests(ask_lanes(*models, **turn), defaults or {}, shape(generation))


def bodies(planned: Plan) -> list[dict[str, Json]]:
    return [request.body for request in planned.requests]


@pytest.mark.parametrize("generation", [OCT, CA, CI])
def test_all_models_of_a_first_turn_go_in_one_request(generation: str) -> None:
    (body,) = bodies(plan(generation, "a", "b", "c"))
    assert (body["models"], body["input_data"], body["conversation_history"]) == (["a", "b", "c"], "Hello?", [])


@pytest.mark.parametrize("generation", [OCT, CA, CI])
def test_the_same_model_twice_needs_two_requests(generation: str) -> None:
    planned = plan(generation, "a", "a", "b")
    assert [body["models"] for body in bodies(planned)] == [["a", "b"], ["a"]]
    assert list(planned.warnings) == [11]


def test_lanes_with_other_parameters_get_a_request_of_their_own() -> None:
    planned = plan(CI, "a", "b", "c", params=[{"temperature": 0}, {"temperature": 0}, {"temperature": 1}])
    assert [(body["models"], body["temperature"]) for body in bodies(planned)] == [(["a", "b"], 0), (["c"], 1)]


def test_a_follow_up_is_one_request_where_answers_are_tagged_by_model() -> None:
    (body,) = bodies(plan(CI, "a", "b", history=[SAID_A, SAID_B]))
    assert body["conversation_history"] == [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "a1", "model_id": "a"},
        {"role": "assistant", "content": "b1", "model_id": "b"},
        {"role": "user", "content": "two"},
        {"role": "assistant", "content": "a2", "model_id": "a"},
        {"role": "assistant", "content": "b2", "model_id": "b"},
    ]


@pytest.mark.parametrize("generation", [OCT, CA])
def test_a_follow_up_is_one_request_a_model_elsewhere_and_that_is_said(generation: str) -> None:
    planned = plan(generation, "a", "b", history=[SAID_A, SAID_B])
    assert [body["models"] for body in bodies(planned)] == [["a"], ["b"]]
    assert bodies(planned)[1]["conversation_history"] == [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "b1"},
        {"role": "user", "content": "two"},
        {"role": "assistant", "content": "b2"},
    ]
    for lane in (LANE, LaneId(11)):
        assert "went out as 2 requests, and counts as so many" in planned.warnings[lane][0]


@pytest.mark.parametrize("generation", [OCT, CA, CI])
def test_a_follow_up_to_one_lane_needs_no_warning(generation: str) -> None:
    planned = plan(generation, "a", history=[SAID_A])
    assert (len(planned.requests), planned.warnings) == (1, {})


def test_lanes_that_were_asked_other_prompts_do_not_share_a_request() -> None:
    planned = plan(CI, "a", "b", history=[SAID_A, SAID_A[:1]])
    assert [body["models"] for body in bodies(planned)] == [["a"], ["b"]]


def test_a_lane_without_an_answer_brings_its_own_prompt() -> None:
    planned = plan(CI, "a", "b", history=[SAID_A[:1], (Exchange("one", ""),)])
    assert [body["input_data"] for body in bodies(planned)] == ["Hello?", "one\n\nHello?"]


@pytest.mark.parametrize(
    ("generation", "tier", "fields", "warned"),
    [
        (OCT, None, {"tier": "standard"}, False),
        (OCT, Tier.BRIEF, {"tier": "brief"}, False),
        (CA, Tier.EXTENDED, {"tier": "extended"}, False),
        (CA, Tier.BRIEF, {"tier": "standard"}, True),
        (CI, Tier.BRIEF, {"max_tokens": 2_000}, False),
        (CI, None, {"max_tokens": 4_000}, False),
        (CI, Tier.EXTENDED, {"max_tokens": 8_192}, False),
    ],
)
def test_the_tier_is_told_in_the_servers_own_terms(
    generation: str, tier: Tier | None, fields: dict[str, Json], warned: bool
) -> None:
    planned = plan(generation, "a", tier=tier)
    (body,) = bodies(planned)
    assert {name: body.get(name) for name in ("tier", "max_tokens") if name in body} == fields
    assert bool(planned.warnings) is warned


@pytest.mark.parametrize(("tier", "allowed"), [(Tier.BRIEF, 1_000), (None, 5_000), (Tier.EXTENDED, 15_000)])
def test_a_prompt_is_measured_before_it_is_sent(tier: Tier | None, allowed: int) -> None:
    assert plan(CI, "a", tier=tier, prompt="😀" * allowed).refused == {}
    planned = plan(CI, "a", "b", tier=tier, prompt="x" * (allowed + 1))
    assert planned.requests == []
    assert f"{allowed + 1:,} characters" in planned.refused[LANE].message


def test_a_blank_prompt_is_not_sent() -> None:
    assert "blank" in plan(CA, "a", prompt=" \n").refused[LANE].message


@pytest.mark.parametrize("generation", [OCT, CA])
def test_what_a_server_does_not_know_is_left_out_and_that_is_said(generation: str) -> None:
    own: dict[str, Json] = {"temperature": 0.2, "web_search": True, "attached_images": [], "seed": 1}
    planned = plan(generation, "a", params=[own])
    assert "temperature" not in bodies(planned)[0]
    assert planned.warnings[LANE] == [
        "Left out, for this server does not know it: attached_images, enable_web_search, seed, temperature."
    ]


def test_what_the_newest_server_knows_is_sent() -> None:
    image: Json = {"mime_type": "image/png", "base64_data": "AAAA"}
    own: dict[str, Json] = {
        "temperature": 0, "top_p": 0.5, "max_tokens": 512, "web_search": True, "attached_images": [image],
    }  # fmt: skip
    planned = plan(CI, "a", params=[own], defaults={"timezone": "Europe/Berlin", "temperature": 1})
    (body,) = bodies(planned)
    wanted = {**own, "enable_web_search": True, "timezone": "Europe/Berlin"}
    del wanted["web_search"]
    assert {name: body[name] for name in wanted} == wanted
    assert planned.warnings == {}


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"temperature": 3}, "temperature = 3: this server takes a number from 0 to 2"),
        ({"temperature": "hot"}, "temperature = hot"),
        ({"top_p": 1.5}, "top_p = 1.5"),
        ({"max_tokens": 100}, "from 256 to 65,536"),
        ({"max_tokens": True}, "max_tokens = True"),
        ({"enable_web_search": "yes"}, "true or false"),
        ({"attached_images": [{"base64_data": "AAAA"}]}, "mime_type"),
        ({"attached_images": "cat.png"}, "attached_images"),
    ],
)
def test_values_that_the_server_refuses_are_not_sent(own: dict[str, Json], words: str) -> None:
    planned = plan(CI, "a", "b", params=[own])
    assert words in planned.refused[LANE].message
    assert [body["models"] for body in bodies(planned)] == [["b"]]


def test_a_lane_cannot_name_what_every_request_has_of_its_own() -> None:
    planned = plan(CI, "a", params=[{"input_data": "x", "models": ["z"], "tier": "extended"}])
    (body,) = bodies(planned)
    assert (body["input_data"], body["models"]) == ("Hello?", ["a"])
    assert len(planned.warnings[LANE]) == 3


def test_a_system_prompt_is_left_out_and_that_is_said() -> None:
    planned = plan(CI, "a", system="Be brief.")
    assert bodies(planned)[0]["conversation_history"] == []
    assert "system prompt was left out" in planned.warnings[LANE][0]


@pytest.mark.parametrize(("generation", "prefix", "tags"), [(OCT, "", False), (CA, "/api", False), (CI, "/api", True)])
def test_a_generation_is_told_by_its_description(generation: str, prefix: str, tags: bool) -> None:
    found = shape(generation)
    assert (found.generation, found.prefix, found.tags_history) == (Generation(generation), prefix, tags)


@pytest.mark.parametrize(
    ("status", "prefix", "generation"),
    [
        ({"subscription_tier": "anonymous", "daily_limit": 10}, "", Generation.OCT),
        ({"subscription_tier": "a", "credits_allocated": 50, "daily_extended_limit": 2}, "/api", Generation.CA),
        ({"subscription_tier": "a", "credits_allocated": 50, "daily_limit": 0}, "/api", Generation.CI),
    ],
)
def test_a_generation_is_told_by_its_status(status: Json, prefix: str, generation: Generation) -> None:
    found = shape_from_status(status, prefix)
    assert found is not None
    assert found.generation is generation


@pytest.mark.parametrize("document", [None, [], {}, {"paths": []}, {"paths": {"/v1/models": {}}}, "text"])
def test_another_servers_description_is_no_shape(document: Json) -> None:
    assert shape_from_openapi(document) is None
    assert shape_from_status(document, "/api") is None


def test_a_version_between_the_generations_is_told_by_its_fields() -> None:
    document = openapi(CI)
    properties = document["components"]["schemas"]["CompareRequest"]["properties"]
    for name in ("temperature", "top_p", "max_tokens", "attached_images"):
        del properties[name]
    found = shape_from_openapi(document)
    assert found is not None
    assert (found.generation, found.tags_history, found.done_is_last) == (None, True, False)
    planned = plan_requests(ask_lanes("a", params=[{"temperature": 1}]), {}, found)
    assert "max_tokens" not in planned.requests[0].body
    assert any("4,000" in warning for warning in planned.warnings[LANE])


def test_a_server_that_says_nothing_is_sent_everything_and_trusted_in_nothing() -> None:
    found = unknown_shape("/api")
    planned = plan_requests(ask_lanes("a", "b", history=[SAID_A, SAID_B], params=[{"top_p": 1}]), {}, found)
    assert [body["models"] for body in bodies(planned)] == [["a"], ["b"]]
    assert bodies(planned)[0]["top_p"] == 1
    assert not found.done_is_last


def test_follow_ups_that_need_several_requests_for_other_reasons_are_not_warned_of() -> None:
    planned = plan(CI, "a", "b", history=[SAID_A, SAID_B], params=[{"top_p": 1}])
    assert (len(planned.requests), planned.warnings) == (2, {})
