"""The pane's title, in its top border: number, short model name, and what differs from the other lanes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from compare_tui.domain.safe_text import make_safe_line

if TYPE_CHECKING:
    from compare_tui.domain.answers import AnswerState
    from compare_tui.domain.json_types import Json
    from compare_tui.domain.lanes import Lane
    from compare_tui.tui.signs import Signs

_SHORT_KEYS = {"temperature": "T"}


class Title(NamedTuple):
    """A title before it is fitted into a pane's width."""

    number: str
    name: str
    details: tuple[str, ...] = ()


def lane_title(
    lane: Lane, lanes: Sequence[Lane], state: AnswerState | None, *, default_backend: str, signs: Signs
) -> Title:
    """Return the title of `lane` among `lanes`; `state` is that of its latest answer."""
    number = next((str(place) for place, other in enumerate(lanes, 1) if other.id == lane.id), "")
    details = []
    if lane.backend != default_backend:
        details.append(f"@{lane.backend}")
    details += _differing_params(lane, lanes)
    if state is not None:
        details += _served(lane, state, signs)
    return Title(number, short_name(lane, lanes), tuple(make_safe_line(detail, 80) for detail in details))


def short_name(lane: Lane, lanes: Sequence[Lane] = ()) -> str:
    """Return the model's name without its maker, unless two models would look alike."""
    short = _last_part(lane.model)
    alike = any(other.model != lane.model and _last_part(other.model) == short for other in lanes)
    return make_safe_line(lane.model if alike else short, 80)


def _last_part(model: str) -> str:
    return model.rstrip("/").rsplit("/", 1)[-1].removesuffix(".gguf") or model


def _differing_params(lane: Lane, lanes: Sequence[Lane]) -> list[str]:
    """Say the parameters that not all lanes share."""
    return [
        f"{_SHORT_KEYS.get(key, key)} {_brief(value)}"
        for key, value in lane.params.items()
        if len(lanes) == 1 or any(key not in other.params or other.params[key] != value for other in lanes)
    ]


def _brief(value: Json) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{key} {_brief(inner)}" for key, inner in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _served(lane: Lane, state: AnswerState, signs: Signs) -> list[str]:
    said = []
    if state.served_model and not _same_model(state.served_model, lane.model):
        said.append(f"{signs.arrow} {_last_part(state.served_model)}")
    if state.provider and _plain(state.provider) not in _plain(lane.model):
        said.append(f"via {state.provider}")
    return said


def _same_model(served: str, asked: str) -> bool:
    """Whether the served name is the one asked for, but for its maker, its variant (`:free`) or its case."""
    served, asked = (_plain(_last_part(name).split(":", 1)[0]) for name in (served, asked))
    return served == asked


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
