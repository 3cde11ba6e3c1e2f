"""Faults of the transport in words. No text of an exception is shown that may hold a header."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator

import httpx

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.sources.endpoint import shown_url
from compare_tui.sources.settings import OpenAISettings

TRANSPORT_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)
"""What a request may raise: httpx lets faults of TLS in mid-stream through as they are."""


def fault_before_answer(exc: Exception, settings: OpenAISettings) -> AnswerError:
    """Return why no answer began."""
    where = shown_url(settings.base_url)
    causes = tuple(_causes(exc))
    certificate = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return AnswerError(
            ErrorKind.CONNECTION,
            f"The certificate of {where} was not accepted: {make_safe_line(certificate.verify_message)}.",
            hint="If it is your own authority's, name its file in SSL_CERT_FILE.",
        )
    if isinstance(exc, httpx.LocalProtocolError | httpx.InvalidURL | httpx.UnsupportedProtocol):
        return AnswerError(ErrorKind.BACKEND, f"The request to {where} cannot be written as it is configured.")
    if isinstance(exc, httpx.ConnectTimeout):
        seconds = f"{settings.connect_timeout_s:g} s"
        return AnswerError(ErrorKind.TIMEOUT, f"No connection to {where} within {seconds}.", retryable=True)
    if isinstance(exc, httpx.ConnectError):
        return AnswerError(
            ErrorKind.CONNECTION,
            f"Cannot reach {where}: {_reason(causes) or 'no connection'}.",
            hint=f"Is the server of backend {settings.name} running?",
            retryable=True,
        )
    if isinstance(exc, httpx.ProxyError):
        return AnswerError(ErrorKind.CONNECTION, f"The proxy on the way to {where} refused.", retryable=True)
    reason = cut_reason(exc)
    return AnswerError(ErrorKind.CONNECTION, f"{where} did not answer: {reason}.", retryable=True)


def cut_reason(exc: Exception) -> str:
    """Return how the transport failed, in a few words."""
    if isinstance(exc, httpx.RemoteProtocolError):
        text = str(exc)
        if "without sending a response" in text:
            return "the server closed the connection without a word"
        if "incomplete" in text or "peer closed" in text:
            return "the server closed it in the middle"
        return "what came is not HTTP"
    if isinstance(exc, httpx.TimeoutException):
        return "it took too long"
    return _reason(tuple(_causes(exc))) or "the connection broke"


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """Yield an exception and what led to it, groups taken apart."""
    seen: set[int] = set()
    waiting = [exc]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting.extend(cause for cause in (current.__cause__, current.__context__) if cause is not None)
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)


def _reason(causes: tuple[BaseException, ...]) -> str:
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return "the encryption failed"
        if isinstance(cause, socket.gaierror):
            return "its name has no address"
        if isinstance(cause, OSError) and cause.errno:
            # asyncio words strerror itself: "Connect call failed (...)".
            return os.strerror(cause.errno).lower()
    return ""
