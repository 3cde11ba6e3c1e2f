"""What of the last, unfinished line is shown: not what may yet turn out to be a mark of another kind."""

from __future__ import annotations

import re

_MARKS = re.compile(
    r"""[ \t>]*+
    (?:(?:[-+*]|\d{1,9}[.)])[ \t]++[ \t>]*+)*+    # list items
    (?:
        [-+*_=\#`~|: \t>]*                       # rule, heading, fence, table: nothing but marks so far
      | \d{1,9}[.)]?                             # the number of an item
      | \[[ xX]?\]?[ \t]*                        # a task
      | `{3,}[^`]*                               # a fence whose info string is not complete
      | ~{3,}.*
    )""",
    re.VERBOSE,
)
_TABLE_START = re.compile(r"[ \t>]*+\|")
_MAY_END_FENCE = re.compile(r"[ \t>]*+[`~]*+[ \t]*")
_SETTLED = re.compile(
    r"""(?:
        [^\W\d_]                           # a letter
      | \d{1,9}(?:[^\d.)]|[.)]\S)          # a number that numbers nothing
      | [*_]{1,3}[^\s*_]                   # emphasis
      | `{1,2}[^`]                         # code
      | ["'“‘(«„¿¡]
    )""",
    re.VERBOSE,
)
_LONGEST_HELD = 2_000
_LONGEST_UNSETTLED = 1_000


def shown_part(tail: str) -> str:
    """Return `tail` without what is held back at its end."""
    start = tail.rfind("\n") + 1
    partial = tail[start:]
    if len(partial) > _LONGEST_HELD or not (_MARKS.fullmatch(partial) or _TABLE_START.match(partial)):
        return tail
    before = tail.rfind("\n", 0, max(0, start - 1)) + 1
    # A line that begins with a bar may be the header of a table; the next line tells.
    if before < start and _TABLE_START.match(tail, before) and _MARKS.fullmatch(partial):
        return tail[:before]
    return tail[:start]


def shown_rows(tail: str) -> str:
    """The same inside a table: a line that begins with a bar is a row, but a very long one waits for its end."""
    start = tail.rfind("\n") + 1
    if _TABLE_START.match(tail, start):
        return tail if len(tail) - start < _LONGEST_HELD else tail[:start]
    return shown_part(tail)


def may_end_fence(partial: str) -> bool:
    """Whether an unfinished line in a fence may become its end."""
    return _MAY_END_FENCE.fullmatch(partial) is not None


def is_settled(line: str) -> bool:
    """Whether an unfinished line of running text stays running text, whatever follows on it."""
    return _SETTLED.match(line) is not None or len(line) > _LONGEST_UNSETTLED
