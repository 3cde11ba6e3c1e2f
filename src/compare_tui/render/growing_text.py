"""Running text that grows: what can no longer change is read once, only the rest again."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from compare_tui.render.inline import Inline, unclosed_marks
from compare_tui.render.palette import Roles
from compare_tui.render.runs import LINE_END, Run, received_runs

_FIRST_TRY = 48
"""Characters after which a place to stop is looked for; then after twice as many, and so on."""
_LONGEST = 1_500
"""Characters beyond which a mark that is still open is taken for text."""
_LONG_REST = 400
"""Characters after which what cannot be read for good yet is read again only when it has grown by an eighth."""
_LONGEST_GUESS = 400
"""Characters beyond which emphasis that is still open is shown as typed."""
_GAP = re.compile(r"[ \t\n]+(?=[^ \t\n])|(?<=[。，、！？；：])(?=[^\W_])")
"""White space, or the end of a clause in East Asian text, which has none."""
_HELD = re.compile(r"(?:[*_`~]+|\\|!?\[)\Z")


class GrowingText:
    """The running text of one block.

    Where it is cut into parts that are read apart depends on the text alone, not on how it arrived, and a cut is made
    only where no mark is open; so the runs are those of the whole text (but for marks left open for over 1,500
    characters).
    """

    __slots__ = (
        "_content_starts",
        "_done",
        "_inline",
        "_last_rest",
        "_next_try",
        "_read_to",
        "_sources",
        "_space",
        "content",
        "runs",
    )

    def __init__(self, inline: Inline) -> None:
        self.content = ""
        self._inline = inline
        self._space = ""
        """White space after the content, of which it is not known yet whether text follows it."""
        self._content_starts: list[int] = []
        self._sources: list[int] = []
        self.reset()

    def reset(self) -> None:
        """Read everything again: other link definitions are known."""
        self.runs: list[Run] = []
        """Runs that no further text can change."""
        self._done = 0
        self._next_try = _FIRST_TRY
        self._last_rest: list[Run] = []
        self._read_to = 0

    def grow(self, more: str) -> None:
        """Add text to the last line."""
        more = self._space + more
        text = more.rstrip(" \t")
        self._space = more[len(text) :]
        self.content += text

    def set_content(self, content: str, sources: Sequence[int], *, space: str = "") -> bool:
        """Replace the content by one that begins with it.

        `sources` tells where each line stands in the received text, `space` what white space follows. False if it
        does not begin so, and nothing was done.
        """
        if not content.startswith(self.content):
            return False
        self._space = space
        self.content = content
        start = 0
        self._content_starts.clear()
        self._sources[:] = sources
        for _ in sources:
            self._content_starts.append(start)
            start = content.find("\n", start) + 1
        return True

    def add_lines(self, lines: Sequence[str], sources: Sequence[int]) -> None:
        """Add further lines."""
        for line, source in zip(lines, sources, strict=True):
            self._content_starts.append(len(self.content) + 1)
            self._sources.append(source)
            self.content += "\n" + line

    def partial_runs(self, lines: Sequence[str], sources: Sequence[int]) -> list[Run]:
        """The runs of lines that may follow."""
        runs: list[Run] = []
        for line, source in zip(lines, sources, strict=True):
            runs.append(Run(LINE_END, (), max(0, source - 1)))
            runs += self._inline.read(line, source.__add__)[0]
        return runs

    def settle(self) -> list[Run]:
        """Read what can be read for good; return the runs that this added."""
        before = len(self.runs)
        while (cut := self._next_cut()) is not None:
            start, end = cut
            runs, is_closed = self._read(self._done, start)
            if not (is_closed and self.content[start - 1] != "\\") and start - self._done < _LONGEST:
                self._next_try = self._done + 2 * (start - self._done)
                continue
            self.runs += runs
            gap = self.content[start:end]
            if gap:
                source = self._source(start)
                self.runs += [Run(LINE_END, (), source)] if "\n" in gap else received_runs(gap, (), source)
            self._done = self._read_to = end
            self._next_try = end + _FIRST_TRY
        return self.runs[before:]

    def rest(self, *, is_open: bool) -> list[Run]:
        """The runs after `runs`. While the text `is_open`, emphasis that is not closed yet is shown as if it were."""
        end = len(self.content)
        if is_open:
            held = _HELD.search(self.content, max(self._done, end - 8))
            end = held.start() if held else end
        if is_open and self._read_to - self._done > _LONG_REST and end - self._read_to < (end - self._done) // 8:
            return [*self._last_rest, *self._unread(end)]
        self._last_rest = runs = self._guess(end) if is_open else self._read(self._done, end)[0]
        self._read_to = end
        return runs

    def _unread(self, end: int) -> list[Run]:
        """What came since the rest was read last, as typed."""
        text = self.content[self._read_to : end].replace("\n", " ")
        return received_runs(text, (), self._source(self._read_to)) if text else []

    def _guess(self, end: int) -> list[Run]:
        runs, is_closed = self._read(self._done, end)
        if not is_closed and end - self._done < _LONGEST_GUESS:
            text = self.content[self._done : end].rstrip()
            marks = unclosed_marks("".join(run.text for run in runs if not run.roles).rstrip())
            if marks:
                base = self._done
                guess, _ = self._inline.read(text + marks, lambda at: self._source(base + at))
                if guess and not guess[-1].text.endswith(("*", "`")):
                    return guess
        return runs

    def _read(self, start: int, end: int) -> tuple[list[Run], bool]:
        return self._inline.read(self.content[start:end], lambda at: self._source(start + at))

    def _next_cut(self) -> tuple[int, int] | None:
        """The gap at which to try to stop: its start and end."""
        furthest = self._done + 2 * _LONGEST
        gap = _GAP.search(self.content, self._next_try, furthest)
        if gap is not None:
            return gap.span()
        return (self._done + _LONGEST, self._done + _LONGEST) if len(self.content) >= furthest else None

    def _source(self, at: int) -> int:
        line = max(0, bisect_right(self._content_starts, at) - 1)
        return self._sources[line] + at - self._content_starts[line] if self._sources else 0


class FixedText:
    """Lines as they are, in one style. The same shape as `GrowingText`."""

    __slots__ = ("_n_settled", "_roles", "runs")

    def __init__(self, roles: Roles) -> None:
        self.runs: list[Run] = []
        self._roles = roles
        self._n_settled = 0

    def add_lines(self, lines: Sequence[str], sources: Sequence[int]) -> None:
        """Add further lines."""
        runs = self.partial_runs(lines, sources)
        self.runs += runs if self.runs else runs[1:]

    def partial_runs(self, lines: Sequence[str], sources: Sequence[int]) -> list[Run]:
        """The runs of lines that may follow."""
        runs: list[Run] = []
        for line, source in zip(lines, sources, strict=True):
            runs += [Run(LINE_END, (), max(0, source - 1)), *received_runs(line, self._roles, source)]
        return runs

    def settle(self) -> list[Run]:
        before, self._n_settled = self._n_settled, len(self.runs)
        return self.runs[before:]

    def rest(self, *, is_open: bool) -> list[Run]:
        return []
