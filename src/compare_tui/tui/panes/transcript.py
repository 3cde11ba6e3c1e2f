"""A lane's whole conversation as rows: the turns it was asked, one block under the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from compare_tui.domain.lanes import LaneId
from compare_tui.engine.comparison import AnswerFeed, Turn
from compare_tui.render.flow import CodeBlock
from compare_tui.tui.panes.look import Look
from compare_tui.tui.panes.rows import BLANK, Anchor, Part, Row, locate, part_at, row_of, stack_height, stack_row
from compare_tui.tui.panes.tones import Voice
from compare_tui.tui.panes.turn_block import TurnBlock


class Transcript:
    """Grows with the comparison; `pull` it, then ask for rows. Rows are counted from the top."""

    def __init__(self, lane_id: LaneId, look: Look, width: int) -> None:
        self.lane_id = lane_id
        self._look = look
        self._width = max(2, width)
        self._blocks: list[TurnBlock] = []
        self._starts: list[int] = []
        self._height = 0
        self._joins_later = False
        self._preface = self._make_preface()
        self.shows_reasoning = False
        self.wraps_code = True

    @property
    def height(self) -> int:
        """Number of rows."""
        return self._height

    @property
    def feed(self) -> AnswerFeed | None:
        """The answer of the last turn that this lane was asked, as it is shown."""
        return self._blocks[-1].feed if self._blocks else None

    @property
    def has_reasoning(self) -> bool:
        return any(block.has_reasoning for block in self._blocks)

    @property
    def is_settled(self) -> bool:
        """Whether all that was taken is laid out."""
        return all(block.is_settled for block in self._blocks)

    def pull(self, turns: Sequence[Turn], now: float, until: float) -> bool:
        """Take what is new; return whether any row may have changed. See `TurnBlock.pull`."""
        changed = False
        asked = [(turn, feed) for turn in turns if (feed := turn.answer(self.lane_id)) is not None]
        for place, (turn, feed) in enumerate(asked):
            if place == len(self._blocks) or self._blocks[place].feed is not feed:
                self._blocks[place:place] = [self._block(turn, feed)]
                del self._blocks[place + 1 : place + 2]
                changed = True
            which = _which_answer(turn, self.lane_id)
            changed |= self._blocks[place].pull(now, until, shows_reasoning=self.shows_reasoning, which=which)
        if len(self._blocks) > len(asked):
            del self._blocks[len(asked) :]
            changed = True
        if self._joins_later != (bool(turns) and not asked):
            self._joins_later = not self._joins_later
            self._preface = self._make_preface()
            changed = True
        if changed or not self._starts:
            self._measure()
        return changed

    def row(self, y: int) -> Row:
        """Return the row at `y`; an empty one outside."""
        if not 0 <= y < self._height:
            return BLANK
        place = bisect_right(self._starts, y) - 1
        if place < 0:
            return self._preface.row(y) if self._preface is not None and y < self._preface.height else BLANK
        return stack_row(self._blocks[place].stack, y - self._starts[place])

    def turn_starts(self) -> Sequence[int]:
        """Return the rows where the prompts stand."""
        return self._starts

    def part_at(self, y: int) -> tuple[Part | None, int]:
        """Return the part that row `y` lies in, and which of its rows it is."""
        place = bisect_right(self._starts, y) - 1
        if place < 0 or y >= self._height:
            return None, 0
        return part_at(self._blocks[place].stack, y - self._starts[place])

    def parts(self) -> Iterator[tuple[int, Part]]:
        """Return the parts of all turns from the top, each with its first row."""
        for start, block in zip(self._starts, self._blocks, strict=True):
            row = start
            for part in block.stack:
                if part is not None:
                    yield row, part
                row += 1 if part is None else part.height

    def code_blocks(self) -> Sequence[CodeBlock]:
        """Return the blocks of code in all answers, from the top."""
        return [code for block in self._blocks for code in block.code_blocks()]

    def set_width(self, width: int) -> None:
        """Wrap at `width` cells."""
        self._width = max(2, width)
        if self._preface is not None:
            self._preface.set_width(self._width)
        for block in self._blocks:
            block.set_width(self._width)
        self._measure()

    def set_code_wrap(self, *, wraps: bool) -> None:
        """Wrap long lines of code, or leave them as long as they are."""
        self.wraps_code = wraps
        for block in self._blocks:
            block.set_code_wrap(wraps=wraps)
        self._measure()

    @property
    def widest(self) -> int:
        """Cells of the widest line of all answers."""
        return max((block.widest for block in self._blocks), default=0)

    def set_look(self, look: Look) -> None:
        """Draw in other colours."""
        self._look = look
        self._preface = self._make_preface()
        for block in self._blocks:
            block.set_palette(look.palette)
        self._measure()

    def anchor(self, y: int) -> Anchor:
        """Return a name for row `y` that outlives another width."""
        place = bisect_right(self._starts, y) - 1
        if place < 0:
            return Anchor(-1, 0, y)
        return Anchor(place, *locate(self._blocks[place].stack, y - self._starts[place]))

    def row_at(self, anchor: Anchor) -> int:
        """Return the row that `anchor` names now."""
        if not 0 <= anchor.block < len(self._blocks):
            return max(0, anchor.offset)
        return self._starts[anchor.block] + row_of(self._blocks[anchor.block].stack, anchor.part, anchor.offset)

    def _block(self, turn: Turn, feed: AnswerFeed) -> TurnBlock:
        look = self._look
        block = TurnBlock(
            turn.prompt,
            feed,
            flows=look.flows,
            palette=look.palette,
            width=self._width,
            signs=look.signs,
            key_of=look.key_of,
        )
        if not self.wraps_code:
            block.set_code_wrap(wraps=False)
        return block

    def _make_preface(self) -> Part | None:
        joins = "This lane joins with the next prompt." if self._joins_later else ""
        words = "\n\n".join(part for part in (self._look.preface, joins) if part)
        if not words:
            return None
        flow = self._look.flows.plain(self._look.palette, self._width)
        flow.append(words)
        flow.finish()
        return Part(flow, Voice.QUIET)

    def _measure(self) -> None:
        """Place the blocks, an empty row before each but the first."""
        top = 0 if self._preface is None else self._preface.height + 1
        heights = [stack_height(block.stack) + 1 for block in self._blocks]
        *self._starts, end = accumulate(heights, initial=top)
        self._height = max(0, end - 1)


def _which_answer(turn: Turn, lane_id: LaneId) -> str:
    alternatives = turn.answers.get(lane_id, [])
    if len(alternatives) < 2:
        return ""
    shown = turn.shown.get(lane_id, len(alternatives) - 1)
    return f"answer {shown + 1} of {len(alternatives)}"
