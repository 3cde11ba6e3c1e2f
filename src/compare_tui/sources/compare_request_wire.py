"""The requests of one turn to a compare server: which lanes share one, and what each holds. Sans-I/O.

A request gives one prompt, one set of parameters and one history to models that it names once each. Lanes that agree in
all of it share a request; where the history may be tagged by model, each may bring its own answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.json_types import Json
from compare_tui.domain.lanes import LaneId
from compare_tui.domain.messages import AnswerRequest, Message, Role
from compare_tui.domain.tiers import TIER_LIMITS, Tier
from compare_tui.sources.compare_params import lane_fields
from compare_tui.sources.compare_shape import ServerShape


@dataclass(slots=True)
class PlannedRequest:
    """One request, and the lane of each of its models."""

    lanes: dict[str, AnswerRequest]
    body: dict[str, Json] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """What a turn comes to at one server."""

    requests: list[PlannedRequest] = field(default_factory=list)
    refused: dict[LaneId, AnswerError] = field(default_factory=dict)
    """Lanes for which nothing is sent."""
    warnings: dict[LaneId, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one lane brings to a request."""

    request: AnswerRequest
    fields: Mapping[str, Json]
    history: tuple[Message, ...]
    prompt: str


def plan_requests(requests: Sequence[AnswerRequest], defaults: Mapping[str, Json], shape: ServerShape) -> Plan:
    """Return the fewest requests that give each lane what is its own; the backend's `defaults` come first."""
    plan = Plan()
    groups: dict[str, list[list[_Part]]] = {}
    for request in requests:
        part = _part_of(request, defaults, shape, plan)
        if part is None:
            continue
        alike = groups.setdefault(_likeness(part, shape), [])
        model = request.lane.model
        free = next((group for group in alike if all(other.request.lane.model != model for other in group)), None)
        if free is not None:
            free.append(part)
            continue
        if alike:
            _warn(plan, request, "Sent in a request of its own: the server takes each model once in a request.")
        alike.append([part])
    for group in (group for alike in groups.values() for group in alike):
        lanes = {part.request.lane.model: part.request for part in group}
        plan.requests.append(PlannedRequest(lanes, _body(group, tags_history=shape.tags_history)))
    _tell_number(plan, shape)
    return plan


def _part_of(request: AnswerRequest, defaults: Mapping[str, Json], shape: ServerShape, plan: Plan) -> _Part | None:
    *earlier, last = request.messages
    tier = request.tier or Tier.STANDARD
    allowed = TIER_LIMITS[tier].input_characters
    told = lane_fields(request, defaults, shape)
    fault = told.fault
    if not last.content.strip():
        fault = "There is nothing to ask: the prompt is blank."
    elif len(last.content) > allowed:
        fault = f"The prompt has {len(last.content):,} characters; the tier {tier} allows {allowed:,}."
    if fault:
        plan.refused[request.lane.id] = AnswerError(ErrorKind.REQUEST, fault)
        return None
    for warning in told.warnings:
        _warn(plan, request, warning)
    history = tuple(message for message in earlier if message.role is not Role.SYSTEM)
    if len(history) < len(earlier):
        _warn(plan, request, "The system prompt was left out: this server takes none.")
    return _Part(request, told.fields, history, last.content)


def _likeness(part: _Part, shape: ServerShape) -> str:
    """Return a text that is the same for parts that may share a request."""
    # A tagged answer is its model's alone; an untagged one is every model's.
    history = [
        [message.role.value, "" if shape.tags_history and message.role is Role.ASSISTANT else message.content]
        for message in part.history
    ]
    return json.dumps([part.fields, history, part.prompt], sort_keys=True, default=str)


def _body(group: Sequence[_Part], *, tags_history: bool) -> dict[str, Json]:
    first = group[0]
    history: list[Json] = []
    for position, message in enumerate(first.history):
        if message.role is Role.USER or not tags_history:
            history.append({"role": message.role.value, "content": message.content})
            continue
        for part in group:
            answer = part.history[position]
            model = part.request.lane.model
            history.append({"role": answer.role.value, "content": answer.content, "model_id": model})
    return {
        "input_data": first.prompt,
        "models": [part.request.lane.model for part in group],
        "conversation_history": history,
        **first.fields,
    }


def _tell_number(plan: Plan, shape: ServerShape) -> None:
    """Say what a follow-up costs where every model of a request is given the same history."""
    requests = [planned for planned in plan.requests if planned.body["conversation_history"]]
    if shape.tags_history or len(requests) < 2:
        return
    text = "This server gives every model of a request the same history, so the follow-up went out as "
    text += f"{len(requests)} requests, and counts as so many there."
    for planned in requests:
        for request in planned.lanes.values():
            _warn(plan, request, text)


def _warn(plan: Plan, request: AnswerRequest, warning: str) -> None:
    plan.warnings.setdefault(request.lane.id, []).append(warning)
