"""`login`: signs in at a backend, with what is asked for on the terminal and not echoed."""

from __future__ import annotations

import asyncio
import getpass
import sys

from compare_tui.cli.diagnostics import Diagnostics
from compare_tui.cli.services import BackendTools
from compare_tui.domain.errors import UsageError
from compare_tui.domain.secret import Secret


def login(tools: BackendTools, name: str, email: str | None, diagnostics: Diagnostics) -> str:
    """Ask for what is missing, sign in, and return for whom the backend takes us. Raises CompareTuiError."""
    address = ""
    if tools.signs_in_with_email:
        address = (email or _ask(f"Email for @{name}: ", diagnostics)).strip()
        if not address:
            raise UsageError("An email is needed to sign in.", hint=f"compare-tui login {name} --email YOU@HOST")
    elif email is not None:
        raise UsageError(f"The backend {name} takes a key and no email.")
    what = "Password" if tools.signs_in_with_email else "Key"
    secret = _ask_secretly(f"{what} for @{name}: ", diagnostics)
    return asyncio.run(_sign_in(tools, address, secret))


def account(tools: BackendTools) -> str:
    """Return for whom the backend takes us. Raises CompareTuiError."""
    return asyncio.run(_account(tools))


async def _sign_in(tools: BackendTools, email: str, secret: Secret) -> str:
    return await tools.sign_in(email, secret)


async def _account(tools: BackendTools) -> str:
    return await tools.account()


def _ask(question: str, diagnostics: Diagnostics) -> str:
    """Return a line; a pipe is not asked, its next line is taken."""
    if sys.stdin is None:
        return ""
    if sys.stdin.isatty():
        diagnostics.ask(question)
    return sys.stdin.readline()


def _ask_secretly(question: str, diagnostics: Diagnostics) -> Secret:
    """Ask without echo on a terminal; a pipe gives its next line, so that a password manager can be used."""
    if sys.stdin is not None and sys.stdin.isatty():
        try:
            typed = getpass.getpass(question, stream=sys.stderr)
        except (EOFError, OSError):
            typed = ""
    else:
        typed = _ask(question, diagnostics)
    typed = typed.strip("\r\n")
    if not typed:
        raise UsageError("Nothing was typed, so nothing is changed.")
    return Secret(typed)
