"""The HTTP client of one backend."""

from __future__ import annotations

import os
import ssl
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.sources.endpoint import address_fault, is_loopback
from compare_tui.sources.paced_reads import allow_pacing
from compare_tui.sources.settings import OpenAISettings

_KEEP_IDLE_S = 120.0
"""A connection opened before the first Enter is still there after a long thought."""
_WRITE_TIMEOUT_S = 30.0
_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def build_client(settings: OpenAISettings) -> httpx.AsyncClient | AnswerError:
    """Return a client for the backend's address, or what in the settings or the environment forbids it.

    Blocks for tens of milliseconds: the certificates are read. Timeouts for reading are the engine's.
    """
    if fault := address_fault(settings):
        return fault
    try:
        verify = _ssl_context(settings)
    except OSError as fault_of_file:
        return _certificate_fault(fault_of_file)
    try:
        transport = httpx.AsyncHTTPTransport(
            verify=verify,
            proxy=_proxy(settings),
            uds=settings.unix_socket,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=_KEEP_IDLE_S),
        )
    except ImportError:
        return _proxy_fault("a SOCKS proxy needs the package socksio: pip install 'httpx[socks]'")
    except (ValueError, httpx.InvalidURL):
        return _proxy_fault("it is not an address that begins with http://, https:// or socks5://")
    allow_pacing(transport, interval_s=settings.read_interval_s)
    # trust_env is off because the environment was read above: httpx would use its proxies for loopback too, and
    # 0.28.1 fails on an IPv6 network in NO_PROXY.
    return httpx.AsyncClient(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(None, connect=settings.connect_timeout_s, write=_WRITE_TIMEOUT_S),
    )


def _ssl_context(settings: OpenAISettings) -> ssl.SSLContext:
    if urlsplit(settings.base_url).scheme == "https":
        return httpx.create_ssl_context(trust_env=settings.trust_env)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, and reads no certificates for 20 ms


def _proxy(settings: OpenAISettings) -> str | None:
    parts = urlsplit(settings.base_url)
    host = parts.hostname or ""
    if not settings.trust_env or settings.unix_socket or is_loopback(host) or proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


def _certificate_fault(fault: OSError) -> AnswerError:
    name = next((name for name in _CERTIFICATE_VARIABLES if os.environ.get(name)), "the certificates")
    reason = fault.strerror or "it holds no certificates"
    return AnswerError(ErrorKind.BACKEND, f"{name} cannot be used: {reason}.", hint=f"Correct or unset {name}.")


def _proxy_fault(reason: str) -> AnswerError:
    message = f"The proxy named in the environment cannot be used: {reason}."
    return AnswerError(ErrorKind.BACKEND, message, hint="Correct or unset HTTPS_PROXY, HTTP_PROXY or ALL_PROXY.")
