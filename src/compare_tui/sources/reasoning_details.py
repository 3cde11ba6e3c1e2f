"""Reasoning blocks on their way back to the model. Pure.

A stream gives a block in fragments: its text in pieces of one `index`, the signature last and alone. The signature is
valid for the whole text, so Anthropic refuses fragments ("Invalid signature in thinking block"); the block goes back
as the model made it: https://github.com/agno-agi/agno/issues/8794
"""

from __future__ import annotations

from collections.abc import Iterable

from compare_tui.domain.json_types import Json, JsonObject

_JOINED = ("text", "summary")
_SAME = ("type", "index", "id")


def whole_blocks(details: Iterable[JsonObject]) -> list[dict[str, Json]]:
    """Return the blocks in order, neighbouring fragments of one block joined; all else is untouched."""
    blocks: list[dict[str, Json]] = []
    for detail in details:
        if blocks and _continues(blocks[-1], detail):
            _join(blocks[-1], detail)
        else:
            blocks.append(dict(detail))
    return blocks


def _continues(block: JsonObject, detail: JsonObject) -> bool:
    if not isinstance(detail.get("index"), int) or block.get("signature"):
        return False
    if detail.get("type") not in ("reasoning.text", "reasoning.summary"):
        return False
    return all(detail.get(name) is None or detail.get(name) == block.get(name) for name in _SAME)


def _join(block: dict[str, Json], detail: JsonObject) -> None:
    for name, value in detail.items():
        known = block.get(name)
        if name in _JOINED and isinstance(known, str) and isinstance(value, str):
            block[name] = known + value
        elif known is None:
            block[name] = value
