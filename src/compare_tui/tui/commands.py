"""The table of commands: what a person can do. Keys, footer, palette and help are made from it, and from nothing else.

A command has keys of its own in each mode: in WRITE they never are plain letters, in REVIEW they may be. Key names are
Textual's. Every command has an id under which its keys can be changed, and one action under the same id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Mode(Enum):
    """Who has the focus: the composer, or a pane."""

    WRITE = "write"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides which commands are available now. `lane` means the focused pane's."""

    mode: Mode = Mode.WRITE
    n_lanes: int = 0
    n_turns: int = 0
    has_text: bool = False
    """The composer holds text."""
    at_first_line: bool = True
    at_last_line: bool = True
    any_live: bool = False
    lane_live: bool = False
    any_failed: bool = False
    lane_asked: bool = False
    lane_has_text: bool = False
    lane_has_reasoning: bool = False
    n_alternatives: int = 0
    searches: bool = False


Availability = Callable[[Situation], bool]


def _always(_: Situation) -> bool:
    return True


def _several_lanes(now: Situation) -> bool:
    return now.n_lanes > 1


def _asked(now: Situation) -> bool:
    return now.lane_asked


def _searches(now: Situation) -> bool:
    return now.searches


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do."""

    id: str
    label: str
    help: str
    write: tuple[str, ...] = ()
    """Keys in WRITE."""
    review: tuple[str, ...] = ()
    """Keys in REVIEW."""
    when: Availability = _always
    otherwise: str = ""
    """Said when a key of it is pressed while it is not available; empty where nothing needs to be said."""
    in_palette: bool = True
    """False for what makes sense only under its key."""

    def keys(self, mode: Mode) -> tuple[str, ...]:
        """Return the default keys in `mode`."""
        return self.write if mode is Mode.WRITE else self.review


COMMANDS: tuple[Command, ...] = (
    Command(
        "send",
        "Send",
        "Send the prompt to the lanes named before it",
        write=("enter",),
        when=lambda now: now.has_text,
        in_palette=False,
    ),
    Command(
        "new-line",
        "New line",
        "Begin a new line in the prompt",
        write=("ctrl+j", "shift+enter", "alt+enter"),
        in_palette=False,
    ),
    Command("review", "Review", "Go to the panes; the text stays", write=("escape", "shift+tab"), in_palette=False),
    Command(
        "review-when-empty",
        "Review",
        "Go to the panes",
        write=("tab",),
        when=lambda now: not now.has_text,
        in_palette=False,
    ),
    Command(
        "earlier-prompt",
        "Earlier prompt",
        "From the first line: the prompt before this",
        write=("up",),
        when=lambda now: now.at_first_line,
        in_palette=False,
    ),
    Command(
        "later-prompt",
        "Later prompt",
        "From the last line: the prompt after this",
        write=("down",),
        when=lambda now: now.at_last_line,
        in_palette=False,
    ),
    Command("write-all", "Write to all", "Write a prompt to all lanes", review=("i",)),
    Command("write-lane", "Write to this lane", "Write a prompt to this lane only", review=("I",)),
    Command(
        "previous-pane",
        "Previous pane",
        "Go to the pane before",
        review=("h", "left", "shift+tab"),
        when=_several_lanes,
        in_palette=False,
    ),
    Command(
        "next-pane",
        "Next pane",
        "Go to the pane after",
        review=("l", "right", "tab"),
        when=_several_lanes,
        in_palette=False,
    ),
    Command(
        "focus-pane", "Pane by number", "Go to the pane with this number", review=tuple("123456789"), in_palette=False
    ),
    Command(
        "focus-two-digits",
        "Pane by two digits",
        "Then two digits: go to the pane by number",
        review=("apostrophe",),
        in_palette=False,
    ),
    Command("scroll-down", "Scroll down", "Scroll down a line", review=("j", "down"), in_palette=False),
    Command("scroll-up", "Scroll up", "Scroll up a line", review=("k", "up"), in_palette=False),
    Command("half-page-down", "Half a page down", "Scroll down half a page", review=("ctrl+d",), in_palette=False),
    Command("half-page-up", "Half a page up", "Scroll up half a page", review=("ctrl+u",), in_palette=False),
    Command("page-down", "Page down", "Scroll down a page", review=("pagedown",), in_palette=False),
    Command("page-up", "Page up", "Scroll up a page", review=("pageup",), in_palette=False),
    Command("top", "To the top", "Scroll to the beginning", review=("g", "home"), in_palette=False),
    Command("follow", "Follow", "Scroll to the end and follow it", review=("G", "end")),
    Command(
        "previous-turn",
        "Previous turn",
        "Scroll to the prompt before",
        review=("left_square_bracket",),
        when=lambda now: now.n_turns > 1,
    ),
    Command(
        "next-turn",
        "Next turn",
        "Scroll to the prompt after",
        review=("right_square_bracket",),
        when=lambda now: now.n_turns > 1,
    ),
    Command("zoom", "Zoom", "Give this pane all the room, or give it back", review=("z",), when=_several_lanes),
    Command("layout", "Layout", "Change: by width, columns, grid, rows, tabs", review=("w",), when=_several_lanes),
    Command("move-left", "Move left", "Move this lane to the left", review=("less_than_sign",), when=_several_lanes),
    Command(
        "move-right", "Move right", "Move this lane to the right", review=("greater_than_sign",), when=_several_lanes
    ),
    Command(
        "reasoning",
        "Reasoning",
        "Unfold or fold the reasoning of this pane",
        review=("t",),
        when=lambda now: now.lane_has_reasoning,
        otherwise="There is no reasoning in this pane.",
    ),
    Command(
        "stop",
        "Stop",
        "Stop this answer; its text stays",
        review=("c",),
        when=lambda now: now.lane_live,
        otherwise="Nothing to stop: no answer is under way in this pane.",
    ),
    Command(
        "stop-all",
        "Stop all",
        "Stop all answers; their text stays",
        review=("C",),
        when=lambda now: now.any_live,
        otherwise="Nothing to stop: no answer is under way.",
    ),
    Command(
        "ask-again",
        "Ask again",
        "Ask this lane again; what it said stays",
        review=("r",),
        when=lambda now: now.lane_asked and not now.lane_live,
        otherwise="Nothing to ask again: this lane is still answering, or was not asked yet.",
    ),
    Command(
        "ask-failed-again",
        "Ask all failed again",
        "Ask every lane again that failed",
        review=("R",),
        when=lambda now: now.any_failed,
        otherwise="Nothing to ask again: no answer has failed.",
    ),
    Command(
        "earlier-answer",
        "Earlier answer",
        "Show this lane's answer before",
        review=("left_parenthesis",),
        when=lambda now: now.n_alternatives > 1,
        otherwise="There is no other answer of this lane to this prompt.",
    ),
    Command(
        "later-answer",
        "Later answer",
        "Show this lane's answer after",
        review=("right_parenthesis",),
        when=lambda now: now.n_alternatives > 1,
        otherwise="There is no other answer of this lane to this prompt.",
    ),
    Command(
        "copy",
        "Copy",
        "Copy this answer as it was received",
        review=("y",),
        when=lambda now: now.lane_has_text,
        otherwise="Nothing to copy: the last answer of this lane has no text.",
    ),
    Command(
        "copy-code",
        "Copy code",
        "Pick code to copy, or to write to a file",
        review=("Y",),
        when=lambda now: now.lane_has_text,
        otherwise="Nothing to copy: the last answer of this lane has no text.",
    ),
    Command(
        "wrap-code",
        "Wrap code",
        "Wrap long lines of code, or cut them",
        review=("W",),
        when=lambda now: now.lane_has_text,
    ),
    Command(
        "sideways-left",
        "To the left",
        "Where code is cut: scroll to the left",
        review=("comma",),
        when=lambda now: now.lane_has_text,
        in_palette=False,
    ),
    Command(
        "sideways-right",
        "To the right",
        "Where code is cut: scroll to the right",
        review=("full_stop",),
        when=lambda now: now.lane_has_text,
        in_palette=False,
    ),
    Command(
        "pager",
        "Pager",
        "Read this answer in $PAGER",
        review=("o",),
        when=lambda now: now.lane_has_text,
        otherwise="Nothing to read: the last answer of this lane has no text.",
    ),
    Command(
        "pipe",
        "Pipe",
        "Give this answer to a command, show its output",
        review=("exclamation_mark",),
        when=lambda now: now.lane_has_text,
        otherwise="Nothing to pipe: the last answer of this lane has no text.",
    ),
    Command("edit-prompt", "Edit prompt", "Write the prompt in $EDITOR", write=("ctrl+g",), review=("ctrl+g",)),
    Command("search", "Search", "Search in all panes", review=("slash",), when=lambda now: now.n_turns > 0),
    Command("search-next", "Next place", "Go to the next place found", review=("n",), when=_searches),
    Command("search-previous", "Place before", "Go to the place found before", review=("N",), when=_searches),
    Command("history", "History", "Find, open, name and delete past comparisons", review=("H",)),
    Command("usage", "Usage", "Answers, tokens, costs, speed and limits", review=("U",)),
    Command(
        "export",
        "Export",
        "Write this comparison to a file",
        review=("E",),
        when=lambda now: now.n_turns > 0,
        otherwise="Nothing to export yet: nothing was asked.",
    ),
    Command("lanes", "Lanes", "Add, edit, move and remove lanes", write=("ctrl+o",), review=("m", "ctrl+o")),
    Command(
        "palette", "Commands", "Search the commands", write=("ctrl+p",), review=("colon", "ctrl+p"), in_palette=False
    ),
    Command("help", "Help", "Show all keys", write=("f1",), review=("question_mark", "f1")),
    Command(
        "new-comparison",
        "New comparison",
        "Begin anew with the same lanes",
        write=("ctrl+n",),
        review=("ctrl+n",),
        when=lambda now: now.n_turns > 0,
    ),
    Command("low-bandwidth", "Low bandwidth", "Few bytes for a slow link, or as ever", review=("B",)),
    Command("redraw", "Redraw", "Draw the whole screen again", write=("ctrl+l",), review=("ctrl+l",)),
    Command(
        "interrupt",
        "Interrupt",
        "Clear the text; twice: stop all, or quit",
        write=("ctrl+c",),
        review=("ctrl+c",),
        in_palette=False,
    ),
    Command("suspend", "Suspend", "Put the app to sleep; fg wakes it", write=("ctrl+z",), review=("ctrl+z",)),
    Command("up", "Up one level", "Leave what is open; at the top, ask to quit", review=("q",), in_palette=False),
    Command("leave", "Leave", "Leave what is open", review=("escape",), in_palette=False),
    Command("quit", "Quit", "End the app; asks while something streams", write=("ctrl+q",), review=("ctrl+q",)),
)
