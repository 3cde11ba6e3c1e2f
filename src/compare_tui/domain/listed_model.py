"""A model as a server lists it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListedModel:
    """All texts are safe."""

    id: str
    """As a lane names it."""
    name: str = ""
    provider: str = ""
    access: str = ""
    """The kind of account that the server wants for it; empty where it says nothing."""
    is_locked: bool = False
    """The account in use is not enough."""
    marks: tuple[str, ...] = ()
    """What it can do: web, vision, images, thinking."""
    input_tokens: int | None = None
    output_tokens: int | None = None
