"""What an account at a server may still use, as the server says it."""

from __future__ import annotations

from dataclasses import dataclass

_LOW_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Quota:
    """An account and its allowance. All texts are safe."""

    backend: str
    signed_in: bool
    account: str
    """The server's name for the kind of account: anonymous, free, pro."""
    unit: str
    """What is counted: `credits`, or `answers`."""
    remaining: float | None = None
    allowed: float | None = None
    resets_at: str = ""
    """When the count begins anew: a date, or a time in UTC."""
    extended_remaining: int | None = None
    """Turns of the tier extended that are left today."""

    @property
    def is_low(self) -> bool:
        """No more than a fifth is left."""
        return self.remaining is not None and bool(self.allowed) and self.remaining <= _LOW_SHARE * (self.allowed or 0)

    def in_short(self) -> str:
        """Return what is left in a few words, for a header; empty if it is not known."""
        if self.remaining is None:
            return ""
        of = f"/{self.allowed:g}" if self.allowed is not None else ""
        return f"@{self.backend} {max(self.remaining, 0):g}{of} {self.unit} left"

    def in_words(self) -> str:
        """Return what is left, and when it is renewed, as one sentence."""
        if self.remaining is None:
            return f"@{self.backend} does not say what is left."
        of = f" of {self.allowed:g}" if self.allowed is not None else ""
        resets = f"; they begin anew {self.resets_at}" if self.resets_at else ""
        return f"{max(self.remaining, 0):g}{of} {self.unit} are left at @{self.backend}{resets}."
