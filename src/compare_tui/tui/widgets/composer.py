"""The composer: where prompts are written. It knows keys only through the commands table."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import TextArea

from compare_tui.domain.safe_text import make_safe
from compare_tui.tui.widgets.bar import Bar, Span

KeyTaker = Callable[[str], bool]
"""Runs the command behind a key, and says whether the key must not be typed."""


class PromptArea(TextArea):
    """A text area, and where all keys of its screen arrive: they go to the commands first."""

    DEFAULT_CSS = """
    PromptArea, PromptArea:focus {
        height: auto;
        max-height: 8;
        width: 1fr;
        border: none;
        padding: 0;
        background: $background;
        scrollbar-size: 0 0;
        & .text-area--cursor { background: $cursor; color: $background; }
        & .text-area--placeholder { color: $quiet; }
    }
    """

    def __init__(self, take_key: KeyTaker, write: Callable[[], None]) -> None:
        super().__init__(id="prompt", soft_wrap=True, tab_behavior="indent", highlight_cursor_line=False, compact=True)
        self.cursor_blink = False
        self._take_key = take_key
        self._write = write

    def on_key(self, event: events.Key) -> None:
        """Offer the key to the commands; what they do not take is typed (Textual calls the base class next)."""
        if self._take_key(event.key):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Take nothing from a clipboard as it is. What is pasted while reading is written here too."""
        self._write()
        event.text = make_safe(event.text)

    @property
    def at_first_line(self) -> bool:
        """Whether the cursor stands in the first line as it is wrapped."""
        return self.wrapped_document.location_to_offset(self.cursor_location).y == 0

    @property
    def at_last_line(self) -> bool:
        """Whether the cursor stands in the last line as it is wrapped."""
        return self.wrapped_document.location_to_offset(self.cursor_location).y >= self.wrapped_document.height - 1


class Composer(Horizontal):
    """The prompt area with the lanes that it writes to."""

    DEFAULT_CSS = """
    Composer {
        height: auto;
        padding: 0 1 0 0;
        & > #target { width: auto; }
    }
    """

    def __init__(self, take_key: KeyTaker, write: Callable[[], None], sign: str) -> None:
        super().__init__(id="composer")
        self._sign = sign
        self._target = Bar(id="target")
        self.area = PromptArea(take_key, write)

    def compose(self) -> ComposeResult:
        yield self._target
        yield self.area

    def set_target(self, name: str, placeholder: str) -> None:
        """Say who is written to."""
        text = f" {name} {self._sign} "
        self._target.styles.width = len(text)
        self._target.show([Span(text, "key")])
        self.area.placeholder = placeholder

    @property
    def text(self) -> str:
        return self.area.text

    def take(self) -> str:
        """Return the text and leave nothing."""
        text = self.area.text
        self.area.text = ""
        return text

    def put(self, text: str) -> None:
        """Show `text`, the cursor at its end."""
        self.area.text = text
        self.area.move_cursor(self.area.document.end)

    def new_line(self) -> None:
        """Insert a new line at the cursor."""
        self.area.insert("\n")

    def take_backslash(self) -> bool:
        r"""Whether a `\` stood before the cursor; it is taken away."""
        row, column = self.area.cursor_location
        if column == 0 or self.area.document.get_line(row)[column - 1] != "\\":
            return False
        self.area.delete((row, column - 1), (row, column))
        return True
