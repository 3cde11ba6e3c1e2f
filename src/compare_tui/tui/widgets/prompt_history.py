"""Earlier prompts, walked through as in a shell."""

from __future__ import annotations

from collections.abc import Iterable


class PromptHistory:
    """Keeps prompts, oldest first, and the draft that was left for them."""

    def __init__(self, prompts: Iterable[str] = ()) -> None:
        self._prompts = list(prompts)
        self._place = len(self._prompts)
        self._draft = ""

    def add(self, prompt: str) -> None:
        """Keep a prompt that was sent."""
        if not self._prompts or self._prompts[-1] != prompt:
            self._prompts.append(prompt)
        self._place = len(self._prompts)
        self._draft = ""

    def earlier(self, shown: str) -> str | None:
        """Return the prompt before the one shown, or None at the oldest."""
        if self._place == 0:
            return None
        if self._place == len(self._prompts):
            self._draft = shown
        self._place -= 1
        return self._prompts[self._place]

    def later(self) -> str | None:
        """Return the prompt after the one shown, the draft at last, or None if it is shown already."""
        if self._place == len(self._prompts):
            return None
        self._place += 1
        return self._draft if self._place == len(self._prompts) else self._prompts[self._place]
