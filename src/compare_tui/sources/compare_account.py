"""What can be asked of a compare server outside of a turn: to sign in, who we are, which models there are."""

from __future__ import annotations

from http import HTTPStatus

from compare_tui.domain.answers import AnswerError
from compare_tui.domain.errors import BackendError
from compare_tui.domain.listed_model import ListedModel
from compare_tui.domain.quota import Quota
from compare_tui.domain.secret import Secret
from compare_tui.sources.compare_discovery import discover
from compare_tui.sources.compare_http import CompareHttp
from compare_tui.sources.compare_link import CompareLink, Ready
from compare_tui.sources.compare_models_wire import models_of
from compare_tui.sources.compare_session import TokenStore, tokens_of
from compare_tui.sources.compare_shape import ServerShape
from compare_tui.sources.endpoint import key_fault
from compare_tui.sources.redaction import Redactor

_MODELS_S = 60.0
"""The newest server asks its own provider about every model first: 20 s were seen."""


async def sign_in(http: CompareHttp, store: TokenStore, email: str, password: Secret) -> None:
    """Sign in and keep the tokens. Raises BackendError, and what the store raises."""
    fault = key_fault(Secret("password"), http.settings)
    if fault is not None:
        raise BackendError(fault.message.replace("The key", "The password"), hint=fault.hint)
    shape = await discover(http)
    if isinstance(shape, AnswerError):
        raise _raised(shape)
    await sign_in_at(http, shape, store, email, password)


async def sign_in_at(http: CompareHttp, shape: ServerShape, store: TokenStore, email: str, password: Secret) -> None:
    """Sign in at a server that is known, and keep the tokens. Raises as `sign_in` does."""
    reply = await http.post(f"{shape.prefix}/auth/login", {"email": email, "password": password.reveal()})
    if isinstance(reply, AnswerError):
        raise _raised(reply)
    tokens = tokens_of(reply.json) if reply.is_ok else None
    if tokens is None:
        error = http.error_of(reply)
        hint = "" if reply.status == HTTPStatus.UNAUTHORIZED else error.hint
        said = Redactor(password).clean(error.message)
        raise BackendError(f"@{http.settings.name} did not let you in: {said}", hint=hint)
    store.keep(tokens)


async def who_are_we(link: CompareLink) -> tuple[Quota | None, str]:
    """Return what the server takes us for, None if it does not say, and a warning. Raises BackendError."""
    ready = await _ready(link)
    quota = await link.ask_quota()
    return (quota if isinstance(quota, Quota) else None), ready.warning


async def list_server_models(link: CompareLink) -> list[ListedModel]:
    """Return the server's models, as it lists them for this account. Raises BackendError."""
    ready = await _ready(link)
    reply = await ready.http.get(f"{ready.shape.prefix}/models", key=ready.token, within_s=_MODELS_S)
    if isinstance(reply, AnswerError):
        raise _raised(reply)
    models = models_of(reply.json) if reply.is_ok else None
    if models is None:
        raise BackendError(f"@{link.settings.name} does not list its models: {ready.http.error_of(reply).message}")
    return models


async def _ready(link: CompareLink) -> Ready:
    ready = await link.ready()
    if isinstance(ready, AnswerError):
        raise _raised(ready)
    return ready


def _raised(error: AnswerError) -> BackendError:
    return BackendError(error.message, hint=error.hint)
