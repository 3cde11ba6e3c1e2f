"""What can be asked of one backend outside of a turn, for each kind that has an address."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence

from compare_tui.bootstrap.backends import Surroundings, network_settings
from compare_tui.cli.services import BackendTools
from compare_tui.config.keys_file import write_key
from compare_tui.config.load import Loaded
from compare_tui.config.schema import CompareServerBackend, NetworkBackend
from compare_tui.config.tokens import token_store
from compare_tui.config.toml_file import shown_path
from compare_tui.domain.answers import AnswerError
from compare_tui.domain.check_steps import CheckStep
from compare_tui.domain.errors import BackendError, UsageError
from compare_tui.domain.listed_model import ListedModel
from compare_tui.domain.nearest import hint_nearest
from compare_tui.domain.quota import Quota
from compare_tui.domain.secret import Secret
from compare_tui.engine.clock import SystemClock
from compare_tui.sources.settings import OpenAISettings


def backend_tools(loaded: Loaded, name: str) -> BackendTools:
    """Return the tools of the backend `name`. Raises UsageError where there is none, or it has no address."""
    backend = loaded.settings.backends.get(name)
    if backend is None:
        raise UsageError(f"The backend {name} is not configured.", hint=hint_nearest(name, loaded.settings.backends))
    if not isinstance(backend, NetworkBackend):
        raise UsageError(f"The backend {name} is on this machine: there is nothing to ask a server for.")
    settings = network_settings(name, backend, Surroundings(loaded, os.environ, SystemClock(), replays=False))
    if isinstance(backend, CompareServerBackend):
        return _CompareTools(loaded, settings)
    return _OpenAITools(loaded, settings)


class _OpenAITools:
    """A backend whose key is all that there is to sign in with."""

    signs_in_with_email = False

    def __init__(self, loaded: Loaded, settings: OpenAISettings) -> None:
        self._loaded = loaded
        self._settings = settings

    async def models(self) -> Sequence[ListedModel]:
        from compare_tui.sources.openai_models import list_models

        return await list_models(self._settings)

    async def sign_in(self, _email: str, secret: Secret) -> str:
        file = self._loaded.paths.keys_file
        write_key(file, self._settings.name, secret.reveal())
        return f"The key of {self._settings.name} is kept in {shown_path(file)}."

    async def quota(self) -> None:
        return None

    async def account(self) -> str:
        return "Whether the key is accepted shows with the first prompt."

    def check(self, *, live: bool, model: str | None) -> AsyncIterator[CheckStep]:
        from compare_tui.sources.openai_doctor import check_openai

        return check_openai(self._settings, SystemClock())


class _CompareTools:
    """A compare server."""

    signs_in_with_email = True

    def __init__(self, loaded: Loaded, settings: OpenAISettings) -> None:
        self._loaded = loaded
        self._settings = settings
        self._clock = SystemClock()
        self._tokens = token_store(settings.name, loaded, os.environ)

    async def models(self) -> Sequence[ListedModel]:
        from compare_tui.sources.compare_account import list_server_models
        from compare_tui.sources.compare_link import CompareLink

        link = CompareLink(self._settings, self._tokens, clock=self._clock)
        try:
            return await list_server_models(link)
        finally:
            await link.aclose()

    async def sign_in(self, email: str, secret: Secret) -> str:
        from compare_tui.sources.compare_account import sign_in
        from compare_tui.sources.compare_http import open_compare

        http = open_compare(self._settings, self._clock)
        if isinstance(http, AnswerError):
            raise BackendError(http.message, hint=http.hint)
        try:
            await sign_in(http, self._tokens, email, secret)
        finally:
            await http.aclose()
        return await self.account()

    async def quota(self) -> Quota | None:
        return (await self._who_are_we())[0]

    async def account(self) -> str:
        quota, warning = await self._who_are_we()
        if warning:
            raise BackendError(warning)
        if quota is None:
            return f"@{self._settings.name} does not say for whom it takes you."
        state = f"signed in at @{self._settings.name} as {quota.account}" if quota.signed_in else "not signed in"
        return f"You are {state}. {quota.in_words()}"

    async def _who_are_we(self) -> tuple[Quota | None, str]:
        from compare_tui.sources.compare_account import who_are_we
        from compare_tui.sources.compare_link import CompareLink

        link = CompareLink(self._settings, self._tokens, clock=self._clock)
        try:
            return await who_are_we(link)
        finally:
            await link.aclose()

    def check(self, *, live: bool, model: str | None) -> AsyncIterator[CheckStep]:
        from compare_tui.sources.compare_doctor import check_server

        return check_server(self._settings, self._tokens, self._clock, live=live, model=model)
