"""A stretch of the received text, parsed as it stands: inside the containers that were open before it."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence

from compare_tui.render.blocks import Block, BlockReader
from compare_tui.render.containers import Path, scaffold
from compare_tui.render.dialect import Dialect

_AROUND = " \t>"


class Window:
    """`text` begins at a line's start, at `source` in the received text.

    `opening` are the lines that stand for the first part of a block that goes on in `text`; its block is then the
    first of `blocks` and begins at line `n_front - len(opening)`.
    """

    __slots__ = ("_has_blank", "blocks", "end", "lines", "n_front", "opening", "starts")

    def __init__(
        self,
        dialect: Dialect,
        text: str,
        source: int,
        *,
        path: Path,
        opening: Sequence[str],
        has_blank: bool,
        references: MutableMapping[str, object],
    ) -> None:
        front, prefix = scaffold(path)
        front += [prefix + line for line in opening]
        self.opening = opening
        self.n_front = len(front)
        self.lines = text.removesuffix("\n").split("\n") if text else []
        self.starts: list[int] = []
        for line in self.lines:
            self.starts.append(source)
            source += len(line) + 1
        self.end = source
        self._has_blank = has_blank
        tokens = dialect.blocks("\n".join([*front, text]), references)
        self.blocks: list[Block] = BlockReader(path).read(tokens)

    @property
    def n_lines(self) -> int:
        """All lines, those in front included; blocks count lines in the same way."""
        return self.n_front + len(self.lines)

    def line(self, number: int) -> str:
        return self.lines[number - self.n_front]

    def start_of(self, number: int) -> int:
        """Where a line begins in the received text; the end of the text if there is no such line."""
        index = max(0, number - self.n_front)
        return self.starts[index] if index < len(self.starts) else self.end

    def has_blank_before(self, block: Block) -> bool:
        """Whether a line that is empty but for the marks of quotes stands between `block` and the one before it."""
        if block.start <= self.n_front:
            return self._has_blank
        return block.start > block.after and not self.line(block.start - 1).strip(_AROUND)

    def sources(self, number: int, content: Sequence[str]) -> list[int]:
        """Where each line of a block's content stands in the received text; its first is in line `number`."""
        found: list[int] = []
        for offset, text in enumerate(content):
            index = number + offset - self.n_front
            if 0 <= index < len(self.lines):
                at = self.lines[index].rfind(text) if text else len(self.lines[index])
                found.append(self.starts[index] + max(0, at))
            else:
                found.append(self.start_of(number + offset))
        return found

    def received(self, start: int, end: int) -> tuple[list[str], list[int]]:
        """The lines from `start` up to `end` as received, and where they begin."""
        low, high = max(0, start - self.n_front), max(0, end - self.n_front)
        return self.lines[low:high], self.starts[low:high]
