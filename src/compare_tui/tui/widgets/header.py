"""The header: what is compared, what today has cost, and what there is to be said just now."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from rich.cells import cell_len
from textual.timer import Timer

from compare_tui.domain.safe_text import make_safe_line
from compare_tui.tui.services import Today
from compare_tui.tui.today_words import fit_words, today_words
from compare_tui.tui.widgets.bar import Bar, Span

NOTICE_S = 8.0
_MINUTE_S = 60.0
_GAP_CELLS = 6
"""Between what is compared, today and the help's key."""


class Weight(Enum):
    """How much a notice matters."""

    INFO = "text"
    WARN = "warn"
    BAD = "bad"


class Header(Bar):
    """One line above the panes."""

    def __init__(self, *, separator: str) -> None:
        super().__init__(id="header")
        self._help = Span("")
        self._join = f" {separator} "
        self._subject = ""
        self._banner = ""
        self.today: Today | None = None
        """Today's figures, once they are known."""
        self._minute_is_fresh = False
        self._notice: Span | None = None
        self._notice_holds: Callable[[], bool] | None = None
        self._notice_timer: Timer | None = None
        self._minute_timer: Timer | None = None

    def set_help_key(self, key: str) -> None:
        """Say which key shows the help."""
        self._help = Span(f"{key} help " if key else "")
        self._show()

    def set_subject(self, *words: str) -> None:
        """Say what is compared: line-up, tier."""
        self._subject = self._join.join(word for word in words if word)
        self._show()

    def set_banner(self, text: str) -> None:
        """Say what a reader must know all the time, such as that a recording is replayed."""
        self._banner = make_safe_line(text)
        self._show()

    def set_today(self, today: Today) -> None:
        """Say what today has cost. The sliding minute is true only for a minute, then it goes."""
        self.today = today
        self._minute_is_fresh = today.this_minute is not None
        if self._minute_timer is not None:
            self._minute_timer.stop()
        if self._minute_is_fresh:
            self._minute_timer = self.set_timer(_MINUTE_S, self._forget_minute)
        self._show()

    def notify_person(
        self,
        text: str,
        weight: Weight = Weight.INFO,
        *,
        holds: Callable[[], bool] | None = None,
        for_s: float = NOTICE_S,
    ) -> None:
        """Say something in one line, for `for_s` seconds, in place of today's figures.

        It goes before that once `holds` is asked, by `check_notice`, and says no.
        """
        self._notice_holds = holds
        self._notice = Span(f"{make_safe_line(text)} ", weight.value)
        if self._notice_timer is not None:
            self._notice_timer.stop()
        self._notice_timer = self.set_timer(for_s, self.clear_notice)
        self._show()

    def check_notice(self) -> None:
        """Take back what is over."""
        if self._notice_holds is not None and not self._notice_holds():
            self.clear_notice()

    def clear_notice(self) -> None:
        """Say no more."""
        self._notice = None
        self._notice_holds = None
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _forget_minute(self) -> None:
        self._minute_is_fresh = False
        self._show()

    def _show(self) -> None:
        left = [Span(" compare-tui", "strong")]
        if self._notice is not None:
            self.show([*left, Span("  "), self._notice])
            return
        if self._subject:
            left.append(Span(f"  {self._subject}", "text"))
        if self._banner:
            left.append(Span(f"  {self._banner}", "warn"))
        used = sum(cell_len(span.text) for span in (*left, self._help))
        words = self._join.join(
            fit_words(today_words(self.today, self._minute()), self.size.width - used - _GAP_CELLS, self._join)
        )
        self.show(left, [*([Span(f"{words}    ")] if words else []), self._help])

    def _minute(self) -> tuple[int, int] | None:
        return self.today.this_minute if self.today is not None and self._minute_is_fresh else None
