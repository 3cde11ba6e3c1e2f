"""Takes the key out of what a server sends back: some echo the header that they did not like."""

from __future__ import annotations

from compare_tui.domain.secret import Secret


class Redactor:
    """Replaces one key by `***`."""

    __slots__ = ("_key",)

    def __init__(self, key: Secret | None) -> None:
        self._key = "" if key is None else key.reveal()

    def clean(self, text: str) -> str:
        """Return `text` without the key."""
        return text.replace(self._key, "***") if self._key and self._key in text else text

    def clean_bytes(self, body: bytes) -> bytes:
        """Return `body` without the key."""
        return body.replace(self._key.encode(), b"***") if self._key else body

    def __repr__(self) -> str:
        return "Redactor(***)"
