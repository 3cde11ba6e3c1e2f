"""Fragments of tool calls, each told which call it belongs to. Sans-I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator

from compare_tui.domain.events import ToolCallReceived
from compare_tui.domain.json_types import Json, JsonObject
from compare_tui.domain.safe_text import SafeTextStream, make_safe_line
from compare_tui.sources.lenient import as_int, as_list, as_object, as_text


class ToolCallJoiner:
    """Gives every fragment the position of its call, counted from 0 in the order in which calls begin.

    Servers count from 0, leave the index out, or give each call the index 0 (Ollama); the id normally stands on a
    call's first fragment only. A new id at a known index begins a new call.
    """

    __slots__ = ("_arguments", "_ids", "_position_of_index")

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._arguments: list[SafeTextStream] = []
        self._position_of_index: dict[int, int] = {}

    def feed(self, delta: JsonObject) -> Iterator[ToolCallReceived]:
        """Yield the fragments of one delta."""
        calls = as_list(delta.get("tool_calls"))
        legacy = delta.get("function_call")
        if isinstance(legacy, dict):
            calls = [*calls, {"index": 0, "function": legacy}]
        for call in filter(None, map(as_object, calls)):
            function = as_object(call.get("function"))
            id_ = make_safe_line(as_text(call.get("id")), 200)
            position = self._position(as_int(call.get("index")), id_)
            name = make_safe_line(as_text(function.get("name")), 200)
            arguments = self._arguments[position].feed(_arguments(function.get("arguments")))
            yield ToolCallReceived(position, id_ or None, name or None, arguments)

    def flush(self) -> Iterator[ToolCallReceived]:
        """Yield what was held back of a character that came by halves."""
        for position, stream in enumerate(self._arguments):
            if rest := stream.flush():
                yield ToolCallReceived(position, None, None, rest)

    def _position(self, index: int | None, id_: str) -> int:
        if id_ and id_ in self._ids:
            position = self._ids.index(id_)
        elif index is not None and index in self._position_of_index:
            position = self._position_of_index[index]
            if id_ and self._ids[position]:
                position = len(self._ids)
        elif index is None and not id_ and self._ids:
            position = len(self._ids) - 1
        else:
            position = len(self._ids)
        if position == len(self._ids):
            self._ids.append(id_)
            self._arguments.append(SafeTextStream())
        elif id_:
            self._ids[position] = id_
        if index is not None:
            self._position_of_index[index] = position
        return position


def _arguments(value: Json) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return as_text(value)
