"""Finding out what a compare server is like, with requests that cost nothing there."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TypeGuard

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.sources.compare_http import CompareHttp, Reply
from compare_tui.sources.compare_shape import (
    PREFIXES,
    STREAM_PATH,
    WHOLE_PATH,
    ServerShape,
    shape_from_openapi,
    shape_from_status,
    unknown_shape,
)
from compare_tui.sources.endpoint import shown_url

_PROXY_TROUBLE = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})


async def discover(http: CompareHttp) -> ServerShape | AnswerError:
    """Return the server's shape: by what it says of itself, else by its status, else by which paths there are."""
    said = await http.get("/openapi.json")
    if _is_out_of_reach(said):
        return said
    shape = shape_from_openapi(said.json) if isinstance(said, Reply) else None
    if shape is not None:
        return shape
    trouble = _trouble(http, said)
    for prefix in PREFIXES:
        reply = await http.get(f"{prefix}/rate-limit-status")
        if _is_out_of_reach(reply):
            return reply
        shape = shape_from_status(reply.json, prefix) if isinstance(reply, Reply) and reply.is_ok else None
        if shape is not None:
            return shape
        trouble = trouble or _trouble(http, reply)
    for prefix in PREFIXES:
        for path in (STREAM_PATH, WHOLE_PATH):
            reply = await http.get(f"{prefix}{path}")
            # A path that takes POST only answers a GET so, without any work.
            if isinstance(reply, Reply) and reply.status == HTTPStatus.METHOD_NOT_ALLOWED:
                return replace(unknown_shape(prefix), streams=path == STREAM_PATH)
    return trouble or _not_found(http)


def _is_out_of_reach(reply: Reply | AnswerError) -> TypeGuard[AnswerError]:
    """Whether nothing answers at all; a redirect is an answer, though none that is followed."""
    return isinstance(reply, AnswerError) and reply.kind is not ErrorKind.PROTOCOL


def _trouble(http: CompareHttp, reply: Reply | AnswerError) -> AnswerError | None:
    """Return what stands before the server, if it is that which answers."""
    if isinstance(reply, AnswerError):
        return reply
    return http.error_of(reply) if reply.status in _PROXY_TROUBLE else None


def _not_found(http: CompareHttp) -> AnswerError:
    where = shown_url(http.settings.base_url)
    tried = ", ".join(f"{prefix}{STREAM_PATH}" for prefix in PREFIXES)
    return AnswerError(
        ErrorKind.PROTOCOL,
        f"{where} is no compare server: none of {tried} is there.",
        hint=f"Correct base_url of backend {http.settings.name}, without /api; compare-tui doctor "
        f"@{http.settings.name} shows each step.",
    )
