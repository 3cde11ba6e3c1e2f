"""Checks on a backend's address."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def address_fault(url: str) -> str | None:
    """Return what `url` must be, if it is no address of a server; None if it is one."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "an address, such as https://host/v1"
    if parts.scheme not in ("http", "https") or not parts.hostname or any(char.isspace() for char in url):
        return "an address that begins with http:// or https://"
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return "an address without user, password, query and fragment: keys do not belong into it"
    return None


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
