"""Failures and notes that a compare server writes into the answer, told from what the model says. Sans-I/O.

The server puts a failure into the stream as one chunk, `Error: ...`. Its `done.error` is true for many of them, but
false for a failure after some text, and in the newest generation for long messages. Its notes are one chunk as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from compare_tui.domain.answers import AnswerError, ErrorKind
from compare_tui.domain.safe_text import make_safe_line

_PREFIX = "Error: "
_MAX_CHARS = 600
_KNOWN = re.compile(
    r"Error: (?:"
    r"Authentication failed|Model not available|Rate limit|Error code: \d{3}|Invalid request\b|\d{3}\b|"
    r"This request requires more credits|Model '[^']*' is temporarily unavailable|Model timed out|timed out|"
    r"Provider disconnected|Timeout \(|No response received|Connection error|Request timed out)"
)
"""What the three generations write. The rest of the line is the provider's and may be anything."""
_CODE = re.compile(r"(?:Error code: |^Error: )(\d{3})\b")
_NOTE = re.compile(r"\s*⚠️ ")
_FINISHES = (
    ("tier limit reached", "length"),
    ("reached maximum output length", "length"),
    ("credits exhausted", "length"),
    ("content filter", "content_filter"),
    ("repetitive content", "repetition"),
)
_MEANINGS: tuple[tuple[str, ErrorKind, int, str], ...] = (
    (
        "authentication failed",
        ErrorKind.SERVER,
        401,
        "It is the server's own key that its provider refused: whoever runs it can help.",
    ),
    ("model not available", ErrorKind.REQUEST, 404, "Check the model's name."),
    ("rate limit", ErrorKind.RATE_LIMIT, 429, ""),
    ("requires more credits", ErrorKind.REQUEST, 402, ""),
    ("invalid request", ErrorKind.REQUEST, 400, ""),
    ("temporarily unavailable", ErrorKind.SERVER, 503, ""),
    ("timed out", ErrorKind.TIMEOUT, 504, ""),
    ("timeout (", ErrorKind.TIMEOUT, 504, ""),
)


@dataclass(frozen=True, slots=True)
class ServerNote:
    """A remark of the server's behind an answer: why it ended."""

    words: str
    finish_reason: str


def may_be_failure(chunk: str) -> bool:
    """Whether a whole chunk looks like a failure of the server's: it must be held until it is known what follows."""
    return chunk.startswith(_PREFIX) and len(chunk) <= _MAX_CHARS and "\n" not in chunk.strip("\n")


def server_note(chunk: str) -> ServerNote | None:
    """Return the note that a whole chunk is, or None if it is text."""
    if len(chunk) > _MAX_CHARS or not _NOTE.match(chunk):
        return None
    said = chunk.lower()
    reason = next((reason for words, reason in _FINISHES if words in said), None)
    words = chunk.replace("⚠️", "").replace("*", "")
    return None if reason is None else ServerNote(make_safe_line(words), reason)


def is_failure(held: str, *, before: str, in_code: bool, said_failed: bool | None) -> bool:
    """Whether a chunk that was the last of its answer is the server's failure, and not the model's words.

    `before` is the end of the text in front of it; `in_code` says that a code block stands open there. `said_failed` is
    what `done` said, None if there was none.
    """
    if said_failed or _KNOWN.match(held):
        return True
    # A model that talks about errors ends a line or a colon before it quotes one; a failure comes in mid-sentence, or
    # in the middle of a code block that nobody closes any more.
    return bool(before) and (in_code or not before.rstrip(" ").endswith(("\n", ":", '"', "`", "“", "'")))


def failure_of(held: str) -> AnswerError:
    """Return the error that a failure in the stream tells of. Never asked again by itself: the server had begun."""
    message = make_safe_line(held.removeprefix(_PREFIX))
    code = _CODE.search(held)
    said = held.lower()
    for words, kind, usual_code, hint in _MEANINGS:
        if words in said:
            return AnswerError(kind, message, code=int(code[1]) if code else usual_code, hint=hint)
    number = int(code[1]) if code else None
    kind = ErrorKind.REQUEST if number is not None and 400 <= number < 500 else ErrorKind.SERVER
    return AnswerError(kind, message, code=number)
