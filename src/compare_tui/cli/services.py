"""What the commands need from outside, handed over by whoever starts them.

The commands read the configuration and drive the engine themselves; sources, storage and the panes are behind this.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from compare_tui.cli.diagnostics import Diagnostics
    from compare_tui.config.load import Loaded
    from compare_tui.domain.check_steps import CheckStep
    from compare_tui.domain.lanes import LaneSpec
    from compare_tui.domain.listed_model import ListedModel
    from compare_tui.domain.quota import Quota
    from compare_tui.domain.secret import Secret
    from compare_tui.engine.engine import Engine
    from compare_tui.engine.history import History
    from compare_tui.engine.ports import Observer, UsageReader


class BackendTools(Protocol):
    """What can be asked of one backend outside of a turn. Calls raise CompareTuiError."""

    @property
    def signs_in_with_email(self) -> bool:
        """Whether one signs in with an address and a password; else with a key."""

    async def models(self) -> Sequence[ListedModel]:
        """Return the models that it lists, in its order."""

    async def sign_in(self, email: str, secret: Secret) -> str:
        """Sign in, keep what that gives, and return in words for whom the backend takes us."""

    async def quota(self) -> Quota | None:
        """Return the account that the backend keeps for us; None where it keeps none, or does not say."""

    async def account(self) -> str:
        """Return in words for whom the backend takes us, and what is left."""

    def check(self, *, live: bool, model: str | None) -> AsyncIterator[CheckStep]:
        """Walk along the way of a request; `live` sends one tiny prompt, to `model` if one is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOrder:
    """What the panes open with. Tier, system prompt and patience are in the settings, flags included."""

    loaded: Loaded
    lanes: tuple[LaneSpec, ...] = ()
    """Empty: nothing was named and there is no default; the app asks."""
    lineup: str = ""
    prompt: str = ""
    """Sent as soon as the panes stand; empty: nothing is sent."""
    save: bool = True
    opens: str | None = None
    """The id of a comparison of the past to begin with, in place of `lanes` and `prompt`."""


class Services(Protocol):
    """Everything from outside. A call may raise CompareTuiError, which is told in one line."""

    def open_engine(
        self, loaded: Loaded, *, observer: Observer, save: bool, on_notice: Callable[[str], None]
    ) -> AbstractAsyncContextManager[Engine]:
        """Build an engine on the running loop, with a source per configured backend; close it at the end.

        Nothing is connected and no key is looked for before a lane is asked. Without `save` nothing of the comparison
        is kept; the limits count all the same. `on_notice` is told, from any thread, what a person should know.
        """

    def open_usage(self, loaded: Loaded, *, on_notice: Callable[[str], None]) -> AbstractContextManager[UsageReader]:
        """Open the store for reading; a store that does not exist yet is empty."""

    def open_history(self, loaded: Loaded, *, on_notice: Callable[[str], None]) -> AbstractContextManager[History]:
        """Open the store for comparisons of the past; a store that does not exist yet is empty."""

    def backend_tools(self, loaded: Loaded, name: str) -> BackendTools:
        """Return what can be asked of a backend. Raises UsageError where it has no address."""

    def run_app(self, order: AppOrder) -> int:
        """Open the panes, return the exit status when they are closed. Keys come from standard input."""

    def run_demo(self, order: AppOrder, diagnostics: Diagnostics) -> int:
        """The same with lanes of the embedded model, fetched first where it is missing, and a sample prompt."""
