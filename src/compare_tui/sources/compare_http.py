"""HTTP to one compare server: bearer tokens only, no cookies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy

import httpx

from compare_tui.domain.answers import AnswerError
from compare_tui.domain.json_types import Json
from compare_tui.domain.secret import Secret
from compare_tui.engine.ports import Clock
from compare_tui.sources.byte_stream import media_type, read_bounded
from compare_tui.sources.http_client import build_client
from compare_tui.sources.http_refusal import redirect_of
from compare_tui.sources.http_request import build_request, url_under
from compare_tui.sources.openai_error_wire import ErrorContext, error_from_response
from compare_tui.sources.redaction import Redactor
from compare_tui.sources.settings import OpenAISettings
from compare_tui.sources.transport_faults import TRANSPORT_ERRORS, fault_before_answer

_MAX_BYTES = 16 * 1024 * 1024
_STREAM_TYPES = "text/event-stream, application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer of the server's."""

    status: int
    body: bytes
    media_type: str
    headers: Mapping[str, str]
    json: Json
    """The decoded body; None also where it is no JSON."""

    @property
    def is_ok(self) -> bool:
        return self.status == httpx.codes.OK


def open_compare(settings: OpenAISettings, clock: Clock) -> CompareHttp | AnswerError:
    """Build the client; blocks for tens of milliseconds."""
    client = build_client(settings)
    if isinstance(client, AnswerError):
        return client
    # These servers look at a cookie before the bearer token, so a stale one would win.
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return CompareHttp(settings, clock, client)


class CompareHttp:
    """The requests of one backend. Paths begin behind the server's root."""

    def __init__(self, settings: OpenAISettings, clock: Clock, client: httpx.AsyncClient) -> None:
        self.settings = settings
        self.clock = clock
        self.client = client
        self._root = _root_of(settings.base_url)

    async def get(self, path: str, *, key: Secret | None = None, within_s: float = 10.0) -> Reply | AnswerError:
        """Return the answer to a GET, or why none came."""
        return await self._call("GET", path, None, key, within_s)

    async def post(
        self, path: str, body: Mapping[str, Json], *, key: Secret | None = None, within_s: float = 10.0
    ) -> Reply | AnswerError:
        """Return the answer to a POST, or why none came."""
        return await self._call("POST", path, body, key, within_s)

    def stream_request(self, path: str, body: Mapping[str, Json], key: Secret | None) -> httpx.Request:
        """Return a request whose answer is a stream. Raises ValueError and httpx.InvalidURL."""
        url = url_under(self._root, path)
        return build_request(self.client, self.settings, "POST", url, key=key, body=body, accept=_STREAM_TYPES)

    def context(self, status: int, headers: Mapping[str, str]) -> ErrorContext:
        """Return the place of an error."""
        return ErrorContext(
            self.settings.name, now=self.clock.wall(), status=status, headers=headers, address_hint="the server's root"
        )

    def error_of(self, reply: Reply) -> AnswerError:
        """Return what a whole answer says that is not what was asked for."""
        return error_from_response(reply.body, reply.media_type, self.context(reply.status, reply.headers))

    async def aclose(self) -> None:
        """Close all connections."""
        await self.client.aclose()

    async def _call(
        self, method: str, path: str, body: Mapping[str, Json] | None, key: Secret | None, within_s: float
    ) -> Reply | AnswerError:
        try:
            url = url_under(self._root, path)
            request = build_request(self.client, self.settings, method, url, key=key, body=body)
            request.extensions["timeout"] = {**request.extensions["timeout"], "read": within_s}
            response = await self.client.send(request, stream=True)
        except (*TRANSPORT_ERRORS, ValueError) as exc:
            return fault_before_answer(exc, self.settings)
        try:
            redirected = redirect_of(response, Redactor(key), self.settings)
            if redirected is not None:
                return redirected
            raw = await read_bounded(response, max_bytes=_MAX_BYTES, within_s=within_s)
        finally:
            await response.aclose()
        content = Redactor(key).clean_bytes(raw)
        return Reply(response.status_code, content, media_type(response), dict(response.headers), _decoded(content))


def _decoded(body: bytes) -> Json:
    try:
        decoded: Json = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return decoded


def _root_of(base_url: str) -> str:
    """Return the address without the prefix that is looked for anyway."""
    bare = base_url.rstrip("/")
    for ending in ("/api/v1", "/api"):
        bare = bare.removesuffix(ending)
    return bare
