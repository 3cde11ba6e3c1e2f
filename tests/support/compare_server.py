"""A real compare server on loopback (uvicorn) that speaks each of the three generations byte for byte from a script."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

Body: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Wait:
    """Nothing for a while."""

    seconds: float


class Hang:
    """Nothing more, but the connection stays."""


class Break:
    """The connection breaks off without the last chunk."""


Item: TypeAlias = bytes | Wait | Hang | Break
Script: TypeAlias = Callable[[Body], Sequence[Item]]


def event(model: str | None, kind: str, **rest: Any) -> bytes:
    """Return one event as the servers write it: ASCII, model and type first."""
    named = {} if model is None else {"model": model}
    return f"data: {json.dumps({**named, 'type': kind, **rest})}\n\n".encode()


def start(model: str) -> bytes:
    return event(model, "start")


def chunk(model: str, content: str) -> bytes:
    return event(model, "chunk", content=content)


def done(model: str, *, error: bool = False) -> bytes:
    return event(model, "done", error=error)


def complete(models: Sequence[str] = (), **rest: Any) -> bytes:
    """Return the last event; credits and the like go into `rest`."""
    metadata = {
        "input_length": 5,
        "models_requested": len(models),
        "models_successful": len(models),
        "models_failed": 0,
        "timestamp": "2026-11-22T06:21:26.938103",
        "processing_time_ms": 786,
    }
    return event(None, "complete", metadata={**metadata, **rest})


def top_error(message: str) -> bytes:
    return event(None, "error", message=message)


_HEADERS = {
    "OCT": {"Cache-Control": "no-cache", "Connection": "keep-alive", "X-Accel-Buffering": "no"},
    "CA": {"x-process-time": "0.0037"},
    "CI": {"cache-control": "no-store, no-cache, must-revalidate, private", "x-content-type-options": "nosniff"},
}
_TEXT = {"type": "string"}
_PROPERTIES: dict[str, dict[str, Any]] = {
    "OCT": dict.fromkeys(("input_data", "models", "browser_fingerprint", "tier"), _TEXT),
    "CA": dict.fromkeys(("input_data", "models", "browser_fingerprint", "tier", "conversation_id"), _TEXT),
    "CI": dict.fromkeys(
        (
            "input_data", "models", "browser_fingerprint", "conversation_id", "estimated_input_tokens", "timezone",
            "location", "enable_web_search", "temperature", "top_p", "max_tokens", "attached_images", "image_config",
            "client_source",
        ),
        _TEXT,
    ),
}  # fmt: skip
PREFIXES = {"OCT": ("",), "CA": ("/api",), "CI": ("/api", "/api/v1")}


def openapi(generation: str, paths: Sequence[str] = ("/compare-stream",)) -> dict[str, Any]:
    """Return the part of FastAPI's own description that counts."""
    message: dict[str, Any] = {"role": _TEXT, "content": _TEXT}
    if generation == "CI":
        message = {**message, "model_id": {"anyOf": [_TEXT, {"type": "null"}]}}
    history = {"items": {"$ref": "#/components/schemas/ConversationMessage"}, "type": "array"}
    properties = {**_PROPERTIES[generation], "conversation_history": history}
    request = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/CompareRequest"}}}}
    return {
        "openapi": "3.1.0",
        "paths": {
            f"{prefix}{path}": {"post": {"requestBody": request}} for prefix in PREFIXES[generation] for path in paths
        },
        "components": {
            "schemas": {
                "CompareRequest": {"properties": properties},
                "ConversationMessage": {"properties": message},
            }
        },
    }


def usual(generation: str) -> Script:
    """Return a script that says "Hello, " and "MODEL." for each model, in the generation's own order."""

    def oct_script(body: Body) -> Iterator[Item]:
        for model in body["models"]:
            yield from (start(model), chunk(model, "Hello, "), chunk(model, f"{model}."), done(model))
        yield complete(body["models"], conversation_message_count=0, is_extended_interaction=False)

    def ca_script(body: Body) -> Iterator[Item]:
        models = body["models"]
        yield from map(start, models)
        yield from (chunk(model, "Hello, ") for model in models)
        yield from map(done, models)
        yield from (chunk(model, f"{model}.") for model in models)
        yield complete(models, credits_used=11.31, credits_remaining=39, estimated_credits=11.31)

    def ci_script(body: Body) -> Iterator[Item]:
        models = body["models"]
        yield from map(start, models)
        yield from (event(model, "reasoning", content="think ") for model in models)
        yield from (chunk(model, "Hello, ") for model in models)
        yield from (event(model, "keepalive") for model in models)
        for model in models:
            yield from (chunk(model, f"{model}."), done(model))
        yield complete(models, credits_used=1.0, credits_remaining=49)

    chosen = {"OCT": oct_script, "CA": ca_script, "CI": ci_script}[generation]
    return lambda body: list(chosen(body))


@dataclass
class Account:
    """Who may sign in, and with which tokens."""

    email: str = "tester@example.com"
    password: str = "Passw0rd!Long"
    access: str = "good-access"
    refresh: str = "good-refresh"
    renewals: int = 0


@dataclass
class CompareServer:
    """One server of a generation. What is assigned to it counts from the next request on."""

    generation: str
    script: Script | None = None
    refuses: Response | None = None
    """Answers each stream request with this."""
    stalls_s: float = 0.0
    """Lets each stream request wait for its first byte."""
    has_openapi: bool = True
    has_status: bool = True
    has_stream: bool = True
    whole: Mapping[str, str] | int | None = None
    """What /compare answers: texts by model, or a status; None: there is no such path."""
    models: list[dict[str, Any]] = field(default_factory=list)
    status: dict[str, Any] = field(default_factory=dict)
    balance: dict[str, Any] = field(default_factory=dict)
    account: Account = field(default_factory=Account)

    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of the stream requests."""
    paths: list[str] = field(default_factory=list)
    """Of all requests."""
    sent_at: list[float] = field(default_factory=list)
    """When each item of a script was handed to the socket, in the loop's time."""
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """A client has left in mid-stream."""

    async def __aenter__(self) -> CompareServer:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        config = uvicorn.Config(self._app(), log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.force_exit = True
        self._server.leaving.set()
        await self._task

    @property
    def url(self) -> str:
        """Its root."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def prefix(self) -> str:
        return PREFIXES[self.generation][0]

    def _app(self) -> Starlette:
        routes = [Route("/health", lambda _: JSONResponse({"status": "healthy"}))]
        if self.has_openapi:
            paths = (["/compare-stream"] if self.has_stream else []) + (["/compare"] if self.whole is not None else [])
            routes.append(Route("/openapi.json", lambda _: JSONResponse(openapi(self.generation, paths))))
        for prefix in PREFIXES[self.generation]:
            routes += self._routes(prefix)
        app = Starlette(routes=routes, exception_handlers={404: _not_found, 405: _not_allowed})
        app.add_middleware(_Noting, paths=self.paths)
        return app

    def _routes(self, prefix: str) -> Iterator[Route]:
        if self.has_stream:
            yield Route(f"{prefix}/compare-stream", self._stream, methods=["POST"])
        if self.whole is not None:
            yield Route(f"{prefix}/compare", self._whole, methods=["POST"])
        if self.has_status:
            yield Route(f"{prefix}/rate-limit-status", self._status)
        if self.generation != "OCT":
            yield Route(f"{prefix}/credits/balance", self._balance)
        yield Route(f"{prefix}/models", self._models)
        yield Route(f"{prefix}/auth/login", self._login, methods=["POST"])
        yield Route(f"{prefix}/auth/refresh", self._refresh, methods=["POST"])
        yield Route(f"{prefix}/auth/me", self._me)

    async def _stream(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        await asyncio.sleep(self.stalls_s)
        if self.refuses is not None:
            return self.refuses
        script = self.script or usual(self.generation)
        headers = _HEADERS[self.generation]
        return StreamingResponse(self._play(script(body)), media_type="text/event-stream", headers=headers)

    async def _play(self, items: Sequence[Item]) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        try:
            for item in items:
                match item:
                    case bytes():
                        self.sent_at.append(loop.time())
                        yield item
                    case Wait(seconds):
                        await asyncio.sleep(seconds)
                    case Hang():
                        await asyncio.Event().wait()
                    case Break():
                        raise ConnectionAbortedError
        except (asyncio.CancelledError, GeneratorExit):
            self.left.set()
            raise

    async def _whole(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        if not isinstance(self.whole, Mapping):
            return PlainTextResponse("Internal Server Error", status_code=self.whole or 500)
        return JSONResponse({"results": {name: self.whole[name] for name in body["models"]}, "metadata": {}})

    def _signed_in(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.account.access}"

    async def _status(self, request: Request) -> Response:
        signed_in = self._signed_in(request)
        account = "free" if signed_in else "unregistered" if self.generation == "CI" else "anonymous"
        days = {"daily_usage": 0, "daily_limit": 10, "remaining_usage": 10, "usage_reset_date": "2026-11-22"}
        money = {"credits_allocated": 50, "credits_used_today": 0, "credits_remaining": 50}
        extended = {"daily_extended_usage": 0, "daily_extended_limit": 2, "remaining_extended_usage": 2}
        known = {"OCT": days, "CA": {**money, **days, **extended}, "CI": {**money, **days}}[self.generation]
        who = {"subscription_tier": account, "authenticated": signed_in}
        return JSONResponse({**known, **who, **self.status})

    async def _balance(self, request: Request) -> Response:
        if self.generation == "CA" and self._signed_in(request):
            fault = "Internal server error: name 'get_credit_usage_stats' is not defined"
            return JSONResponse({"detail": fault, "error_type": "NameError"}, status_code=500)
        if self._signed_in(request):
            signed = {
                "credits_allocated": 100,
                "credits_used_this_period": 0,
                "credits_remaining": 100,
                "credits_reset_at": "2026-11-23T00:00:00",
                "period_type": "daily",
                "subscription_tier": "free",
            }
            return JSONResponse({**signed, **self.balance})
        anonymous = {"credits_allocated": 50, "credits_remaining": 50, "period_type": "daily"}
        return JSONResponse({**anonymous, "subscription_tier": "unregistered", **self.balance})

    async def _models(self, _request: Request) -> Response:
        by_provider: dict[str, list[dict[str, Any]]] = {}
        for model in self.models:
            by_provider.setdefault(model["provider"], []).append(model)
        user = {} if self.generation == "OCT" else {"user_tier": "unregistered"}
        return JSONResponse({"models": self.models, "models_by_provider": by_provider, **user})

    async def _login(self, request: Request) -> Response:
        body = await request.json()
        if (body.get("email"), body.get("password")) != (self.account.email, self.account.password):
            return JSONResponse({"detail": "Incorrect email or password"}, status_code=401)
        return self._tokens()

    async def _refresh(self, request: Request) -> Response:
        body = await request.json()
        if body.get("refresh_token") != self.account.refresh:
            return JSONResponse({"detail": "Invalid refresh token"}, status_code=401)
        self.account.renewals += 1
        return self._tokens()

    def _tokens(self) -> Response:
        account = self.account
        pair = {"access_token": account.access, "refresh_token": account.refresh, "token_type": "bearer"}
        response = JSONResponse(pair)
        if self.generation != "OCT":
            response.set_cookie("access_token", "stale-cookie", httponly=True, max_age=1800)
        return response

    async def _me(self, request: Request) -> Response:
        if self._signed_in(request):
            return JSONResponse({"id": 1, "email": self.account.email, "subscription_tier": "free"})
        if self.generation == "CI":
            return JSONResponse(None)
        return JSONResponse({"detail": "Authentication required"}, status_code=401)


class _Server(uvicorn.Server):
    """Leaves the signals alone and ends at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.leaving = asyncio.Event()

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()

    async def main_loop(self) -> None:
        # Its own loop looks for the end every 100 ms only.
        await self.on_tick(0)
        await self.leaving.wait()


class _Noting:
    """Notes the path of each request."""

    def __init__(self, app: Any, paths: list[str]) -> None:
        self._app = app
        self._paths = paths

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self._paths.append(f"{scope['method']} {scope['path']}")
        await self._app(scope, receive, send)


async def _not_found(_request: Request, _fault: Exception) -> Response:
    return JSONResponse({"detail": "Not Found"}, status_code=404)


async def _not_allowed(_request: Request, _fault: Exception) -> Response:
    return JSONResponse({"detail": "Method Not Allowed"}, status_code=405, headers={"allow": "POST"})
