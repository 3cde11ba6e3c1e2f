"""Actions on how the screen reaches the terminal."""

from __future__ import annotations

from compare_tui.tui.actions import Actions, Say
from compare_tui.tui.commands import Mode
from compare_tui.tui.keymap import Keymap
from compare_tui.tui.output.thrift import Thrift


class OutputActions:
    """Few bytes, or as many as it takes."""

    def __init__(self, thrift: Thrift, keymap: Keymap, *, say: Say) -> None:
        self._thrift = thrift
        self._keymap = keymap
        self._say = say
        thrift.listen(self._tell)

    def table(self) -> Actions:
        """Return the actions by command id."""
        return {"low-bandwidth": lambda _: self._thrift.turn(is_on=not self._thrift.is_on)}

    def _tell(self, by_itself: bool) -> None:
        key = self._keymap.shown_key("low-bandwidth", Mode.REVIEW)
        if not self._thrift.is_on:
            self._say("Drawing as ever.")
        elif by_itself:
            self._say(f"The link is slow: 16 colours, 5 frames a second. {key} changes it.")
        else:
            self._say("Low bandwidth: 16 colours, 5 frames a second.")
