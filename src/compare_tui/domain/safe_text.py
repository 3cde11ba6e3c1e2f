"""Foreign text made harmless for a terminal, once, at the boundary.

Textual and Rich hand ESC, C1 controls, OSC 52 and bidi overrides straight to the terminal, so every decoded
string that is not ours passes through here before it is kept or drawn. The map is per character: nothing that
is split between two deltas can slip through.
"""

from __future__ import annotations

import re

_REPLACEMENT = "�"


def _build_map() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in range(0x20):
        table[code] = chr(0x2400 + code)
    del table[0x0A], table[0x09]
    table[0x7F] = "␡"
    for code in range(0x80, 0xA0):
        table[code] = _REPLACEMENT
    for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C):
        table[code] = f"<U+{code:04X}>"
    for code in (*range(0xE0000, 0xE0080), 0xFEFF, 0x200B):
        table[code] = ""
    return table


_MAP = _build_map()
# Ranges: a class of single characters beyond U+FFFF is searched one by one, 40 times slower.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def _join_surrogates(text: str) -> str:
    """Join the halves that JSON escapes leave apart; a half without its twin becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def make_safe(text: str) -> str:
    """Return `text` without anything that a terminal would act upon.

    C0 controls except LF and TAB become their visible pictures (U+2400 + code), CR LF and a lone CR become LF, DEL
    becomes U+2421, C1 and lone surrogates U+FFFD, bidi controls their visible names; tag characters, the BOM and
    U+200B are dropped. Joiners (ZWJ, ZWNJ) stay: emoji and Persian need them.
    """
    if not _UNSAFE.search(text):
        return text
    if _SURROGATES.search(text):
        text = _join_surrogates(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(_MAP)


def make_safe_line(text: str, limit: int = 400) -> str:
    """Return `text` as one safe line of at most `limit` characters: for names, titles and messages."""
    line = " ".join(make_safe(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


class SafeTextStream:
    """`make_safe` for text that arrives in deltas: the same result, however the text was cut.

    One character is carried between deltas: a CR that may be half of CR LF, or the first half of a surrogate pair.
    """

    __slots__ = ("_carried",)

    def __init__(self) -> None:
        self._carried = ""

    def feed(self, delta: str) -> str:
        """Return what of the text so far can be shown and was not returned before."""
        if self._carried:
            delta = self._carried + delta
            self._carried = ""
        if delta and (delta[-1] == "\r" or "\ud800" <= delta[-1] <= "\udbff"):
            self._carried = delta[-1]
            delta = delta[:-1]
        return make_safe(delta)

    def flush(self) -> str:
        """Return what was carried; the text has ended."""
        carried, self._carried = self._carried, ""
        return make_safe(carried)
