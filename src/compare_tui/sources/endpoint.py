"""Checks before a request: the address, the key, and whether the two may meet. Pure."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.secret import Secret
from compare_tui.sources.settings import OpenAISettings

_KEY = re.compile(r"[\x21-\x7e]+")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]*")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def shown_url(url: str) -> str:
    """Return an address as it may be shown: without user, password, query and fragment."""
    try:
        parts = urlsplit(url)
        return make_safe_line(
            SplitResult(parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "").geturl(), 200
        )
    except ValueError:
        return "an address that cannot be read"


def address_fault(settings: OpenAISettings) -> AnswerError | None:
    """Return what is wrong with the address or the extra headers, without naming a value that may be secret."""
    try:
        parts = urlsplit(settings.base_url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        return _fault(
            f"base_url of backend {settings.name} is not an address: {shown_url(settings.base_url)}",
            "It begins with http:// or https:// and often ends in /v1.",
        )
    for name, value in settings.headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            return _fault(f"A header of backend {settings.name} cannot be sent: {make_safe_line(name, 60)}", "")
    return None


def key_fault(key: Secret, settings: OpenAISettings) -> AnswerError | None:
    """Return why the key cannot or must not be sent, without a character of it."""
    if not _KEY.fullmatch(key.reveal()):
        message = (
            f"The key of backend {settings.name} holds a character that no key has: a space, a line end, an accent."
        )
        return AnswerError(ErrorKind.KEY, message, hint="Copy the key again.")
    parts = urlsplit(settings.base_url)
    private = parts.scheme == "https" or settings.unix_socket is not None or is_loopback(parts.hostname or "")
    if private or settings.allow_insecure:
        return None
    where = shown_url(settings.base_url)
    return AnswerError(
        ErrorKind.KEY,
        f"The key of backend {settings.name} was not sent: {where} is plain http to another host.",
        hint=f"Use https, or set allow_insecure = true under [backends.{settings.name}].",
    )


def _fault(message: str, hint: str) -> AnswerError:
    return AnswerError(ErrorKind.BACKEND, message, hint=hint)
