"""One turn in one lane: prompt, reasoning, text, and what is to be said about them, as parts."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from compare_tui.domain.answers import AnswerState, AnswerStatus
from compare_tui.domain.figures import estimate_usage, reasoning_s
from compare_tui.engine.comparison import AnswerFeed
from compare_tui.render.flow import CodeBlock, Flow
from compare_tui.render.palette import Palette
from compare_tui.tui.panes.amounts import seconds, whole_seconds
from compare_tui.tui.panes.flows import Flows
from compare_tui.tui.panes.notes import KeyOf, Note, notes_after_text, notes_before_text
from compare_tui.tui.panes.rows import Part, Row, Stack
from compare_tui.tui.panes.tones import Tone, Voice
from compare_tui.tui.signs import Signs

_PROMPT_LINES = 4
_STEP_CHARS = 4_096
"""Laid out at once: 5 to 30 ms of work, measured."""
_AGAIN_S = 0.2
"""At most, at another width; what is left comes with the next frames."""
_VOICES = {
    Tone.QUIET: Voice.QUIET,
    Tone.LIVE: Voice.LIVE,
    Tone.GOOD: Voice.GOOD,
    Tone.WARN: Voice.WARN,
    Tone.BAD: Voice.BAD,
}


class TurnBlock:
    """Pulls one answer from its feed and keeps its parts up to date."""

    def __init__(
        self, prompt: str, feed: AnswerFeed, *, flows: Flows, palette: Palette, width: int, signs: Signs, key_of: KeyOf
    ) -> None:
        self.feed = feed
        self.stack: Stack = ()
        self._flows = flows
        self._palette = palette
        self._width = width
        self._signs = signs
        self._key_of = key_of
        self._n_pulled = 0
        self._finished = False
        self._waits = False
        self._pulled: tuple[AnswerState, bool, str] | None = None
        self._heading = ""
        self._n_notes_before = 0
        self._notes: list[Note] = []
        self._prompt = self._part(Voice.PROMPT, f"{signs.prompt} ", prompt)
        self._prompt.max_height = _PROMPT_LINES
        self._prompt.more = self._hidden_lines
        self._which: Part | None = None
        self._which_words = ""
        self._reasoning_head: Part | None = None
        self._reasoning = self._part(Voice.QUIET, "  ")
        self._text = Part(flows.answer(palette, max(2, width)), Voice.ANSWER)
        self._note_parts: list[Part] = []
        self._shows_reasoning = False
        self._restack()

    @property
    def has_reasoning(self) -> bool:
        return self.feed.state.n_reasoning_chars > 0

    @property
    def is_settled(self) -> bool:
        """Whether all that was taken is laid out."""
        return not self._waits

    def pull(self, now: float, until: float, *, shows_reasoning: bool, which: str) -> bool:
        """Take what is new; return whether any row may have changed. `which` names one of several alternatives.

        Lays out a step at least, and more until `until` (perf_counter) has passed.
        """
        key = (self.feed.state, shows_reasoning, which)
        if self._finished and not self._waits and key == self._pulled:
            return False
        self._pulled = key
        grown = self._take_chunks()
        if grown or self._waits:
            self._waits = self._lay_out(until)
            grown = True
        state = self.feed.state
        changed = self._set_heading(_reasoning_heading(state, now, self._signs, unfolded=shows_reasoning))
        changed |= self._set_notes(
            notes_before_text(state, now, self._signs, self._key_of),
            notes_after_text(state, self._signs, self._key_of),
        )
        if which != self._which_words:
            self._which_words = which
            self._which = self._part(Voice.QUIET, "  ", which) if which else None
            changed = True
        if shows_reasoning != self._shows_reasoning:
            self._shows_reasoning = shows_reasoning
            changed = True
        if grown or changed:
            self._restack()
        return grown or changed

    def code_blocks(self) -> Sequence[CodeBlock]:
        """Return the blocks of code in the answer so far."""
        return self._text.flow.code_blocks()

    def set_width(self, width: int) -> None:
        """Wrap everything at `width` cells."""
        self._width = width
        for part in self._parts():
            part.set_width(width)
        self._lay_out_again()

    def set_code_wrap(self, *, wraps: bool) -> None:
        """Wrap long lines of code in the answer, or leave them as long as they are."""
        self._text.flow.set_code_wrap(wrap=wraps)
        self._lay_out_again()

    @property
    def widest(self) -> int:
        """Cells of the answer's widest line."""
        return self._text.flow.widest

    def set_palette(self, palette: Palette) -> None:
        """Draw everything in other colours."""
        self._palette = palette
        for part in self._parts():
            part.flow.set_palette(palette)
        self._lay_out_again()

    def _take_chunks(self) -> bool:
        chunks = self.feed.chunks
        end = len(chunks)
        is_final = self.feed.state.status.is_final
        grown = end > self._n_pulled
        for chunk in chunks[self._n_pulled : end]:
            (self._reasoning if chunk.is_reasoning else self._text).flow.append(chunk.text)
        self._n_pulled = end
        # The last chunk is published before the final state is read to be final, so nothing can follow.
        if is_final and not self._finished and end == len(chunks):
            self._finished = True
            self._reasoning.flow.finish()
            self._text.flow.finish()
            return True
        return grown

    def _lay_out_again(self) -> None:
        self._waits = self._lay_out(perf_counter() + _AGAIN_S)
        self._restack()

    def _lay_out(self, until: float) -> bool:
        """Lay out step by step; return whether more waits."""
        flow = self._text.flow
        while flow.settle(_STEP_CHARS):
            if perf_counter() >= until:
                return True
        return False

    def _set_heading(self, heading: str) -> bool:
        if heading == self._heading:
            return False
        self._heading = heading
        self._reasoning_head = self._part(Voice.QUIET, "", heading) if heading else None
        return True

    def _set_notes(self, before: list[Note], after: list[Note]) -> bool:
        notes = before + after
        self._n_notes_before = len(before)
        if notes == self._notes:
            return False
        self._notes = notes
        self._note_parts = [self._part(_VOICES[note.tone], "", note.text) for note in notes]
        return True

    def _part(self, voice: Voice, sign: str, text: str = "") -> Part:
        flow: Flow = self._flows.plain(self._palette, max(2, self._width - len(sign)))
        if text:
            flow.append(text)
            flow.finish()
        return Part(flow, voice, sign)

    def _hidden_lines(self, count: int) -> Row:
        flow = self._flows.plain(self._palette, max(2, self._width - 2))
        flow.append(f"{self._signs.ellipsis} {count} more lines")
        return Row(flow.line(0), Voice.QUIET, "  ")

    def _parts(self) -> list[Part]:
        optional = [part for part in (self._which, self._reasoning_head) if part is not None]
        return [self._prompt, *optional, self._reasoning, self._text, *self._note_parts]

    def _restack(self) -> None:
        stack: list[Part | None] = [self._prompt]
        if self._which is not None:
            stack.append(self._which)
        if self._reasoning_head is not None:
            if len(stack) > 1:
                stack.append(None)
            stack.append(self._reasoning_head)
            if self._shows_reasoning and self.has_reasoning:
                stack.append(self._reasoning)
        if self._text.height:
            stack += [None, self._text]
        if self._note_parts:
            stack += [None, *self._note_parts]
        self.stack = stack


def _reasoning_heading(state: AnswerState, now: float, signs: Signs, *, unfolded: bool) -> str:
    usage = state.usage
    counted = usage.reasoning_tokens if usage is not None and not usage.estimated else 0
    if not state.n_reasoning_chars:
        hidden = counted and state.status.is_final
        return f"{signs.folded} thought for {counted:,} tokens, not shown" if hidden else ""
    tokens = f"{counted:,}" if counted else f"~{estimate_usage(state, 0).reasoning_tokens:,}"
    span = reasoning_s(state, now) or 0.0
    sign = signs.unfolded if unfolded else signs.folded
    thinking = state.reasoning_ended_at is None and state.status is AnswerStatus.STREAMING
    if thinking:
        return f"{sign} thinking {whole_seconds(span)} ({tokens} tokens)"
    return f"{sign} thought for {seconds(span)} ({tokens} tokens)"
