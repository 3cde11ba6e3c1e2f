"""Takes keys out of what a server sends back: some echo the header that they did not like."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from compare_tui.domain.secret import Secret

_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)
_SCHEME = "Bearer "
_SURE_CHARS = 20
_LEAST_CHARS = 8


class Redactor:
    """Replaces one key, and the values of headers that hold others, by `***`.

    Local servers get words as keys (`ollama`, `EMPTY`, `lm-studio`), which stand in answers as well: what is short is
    no secret, and a word without digits is one only behind `Bearer`.
    """

    __slots__ = ("_forms",)

    def __init__(self, key: Secret | None, headers: Mapping[str, str] | None = None) -> None:
        named = [value for name, value in (headers or {}).items() if _SECRET_HEADER.search(name)]
        held = [value.split()[-1] for value in named if value.strip()]
        secrets = [*held, *([] if key is None else [key.reveal()])]
        forms = {form for secret in secrets if len(secret) >= _LEAST_CHARS for form in _forms(secret)}
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def clean(self, text: str) -> str:
        """Return `text` without the keys."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, _without(form))
        return text

    def clean_bytes(self, body: bytes) -> bytes:
        """Return `body` without the keys."""
        for form in self._forms:
            body = body.replace(form.encode(), _without(form).encode())
        return body

    def __repr__(self) -> str:
        return "Redactor(***)"


def _forms(secret: str) -> Iterator[str]:
    """Yield a key as it may stand in text and in JSON, where PHP escapes the slash as well."""
    is_sure = len(secret) >= _SURE_CHARS or any(char.isdigit() for char in secret)
    quoted = json.dumps(secret)[1:-1]
    for form in (secret, quoted, quoted.replace("/", "\\/")):
        yield form if is_sure else f"{_SCHEME}{form}"


def _without(form: str) -> str:
    return f"{_SCHEME}***" if form.startswith(_SCHEME) else "***"
