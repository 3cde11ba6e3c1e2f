"""Failures in words: what went wrong, short for the border and in full for the text."""

from __future__ import annotations

from compare_tui.domain.answers import AnswerError, ErrorKind

_SHORT = {
    ErrorKind.KEY: "key",
    ErrorKind.RATE_LIMIT: "rate limited",
    ErrorKind.TIMEOUT: "timed out",
    ErrorKind.CONNECTION: "no connection",
    ErrorKind.REQUEST: "refused",
    ErrorKind.SERVER: "server error",
    ErrorKind.PROTOCOL: "unreadable",
    ErrorKind.BACKEND: "cannot run",
}
_LONG = {
    ErrorKind.KEY: "The key is missing or was rejected.",
    ErrorKind.RATE_LIMIT: "Too many requests.",
    ErrorKind.TIMEOUT: "It took too long.",
    ErrorKind.CONNECTION: "The server could not be reached, or the connection broke.",
    ErrorKind.REQUEST: "The server refuses this request.",
    ErrorKind.SERVER: "The server failed.",
    ErrorKind.PROTOCOL: "The server's answer could not be read.",
    ErrorKind.BACKEND: "The backend cannot run.",
}


def short_failure(error: AnswerError | None) -> str:
    """Return one to three words, with the code where there is one: `429 rate limited`."""
    if error is None:
        return "error"
    word = _SHORT[error.kind]
    return f"{error.code} {word}" if error.code is not None else word


def long_failure(error: AnswerError) -> str:
    """Return one sentence, with the code where there is one."""
    sentence = _LONG[error.kind]
    return f"{sentence[:-1]} ({error.code})." if error.code is not None else sentence
