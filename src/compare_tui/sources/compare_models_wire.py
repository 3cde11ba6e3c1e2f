"""The models that a compare server lists, with its locks and marks. Sans-I/O."""

from __future__ import annotations

from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.listed_model import ListedModel
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.lenient import as_int, as_list, as_object, as_text

_RANKS = {"anonymous": 0, "unregistered": 0, "free": 1, "paid": 2}
"""Kinds of account, of models and of users; the paid plans have many names."""
_MARKS = {
    "supports_web_search": "web",
    "supports_vision": "vision",
    "supports_image_generation": "images",
    "is_thinking_model": "thinking",
}


def models_of(listing: Json) -> list[ListedModel] | None:
    """Return the models of `/models`, in the server's order; None if it is no such list."""
    answer = as_object(listing)
    if not isinstance(answer.get("models"), list):
        return None
    rank = _user_rank(answer)
    entries = map(as_object, as_list(answer["models"]))
    return [_model(entry, rank) for entry in entries if as_text(entry.get("id"))]


def _user_rank(answer: JsonObject) -> int | None:
    tier = as_text(answer.get("user_tier"))
    if not tier:
        return None
    return 2 if answer.get("is_trial_active") is True else _RANKS.get(tier, 2)


def _model(entry: JsonObject, user_rank: int | None) -> ListedModel:
    access = as_text(entry.get("tier_access"))
    unlocked = entry.get("trial_unlocked") is True or user_rank is None
    return ListedModel(
        id=_text(entry, "id"),
        name=_text(entry, "name"),
        provider=_text(entry, "provider"),
        access=make_safe_line(access, 40),
        is_locked=not unlocked and _RANKS.get(access, 0) > (user_rank or 0),
        marks=tuple(mark for name, mark in _MARKS.items() if entry.get(name) is True),
        input_tokens=as_int(entry.get("max_input_tokens")),
        output_tokens=as_int(entry.get("max_output_tokens")),
    )


def _text(entry: JsonObject, name: str) -> str:
    return make_safe_line(as_text(entry.get(name)), 120)
