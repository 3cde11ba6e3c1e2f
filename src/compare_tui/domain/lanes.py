"""Lanes: one model at one backend with its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

from compare_tui.domain.json_types import Json

LaneId = NewType("LaneId", int)
"""Unique within a comparison and never used again, so that no event can find another lane's pane."""

MAX_LANES = 16


@dataclass(frozen=True, slots=True)
class LaneSpec:
    """A lane as it is spelled, before it has a place in a comparison."""

    model: str
    backend: str
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of a comparison."""

    id: LaneId
    spec: LaneSpec

    @property
    def model(self) -> str:
        return self.spec.model

    @property
    def backend(self) -> str:
        return self.spec.backend

    @property
    def params(self) -> Mapping[str, Json]:
        return self.spec.params
