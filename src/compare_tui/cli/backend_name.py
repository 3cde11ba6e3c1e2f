"""The backend that a command names: `@NAME`, or `NAME`."""

from __future__ import annotations

from compare_tui.config.load import Loaded


def named_backend(word: str | None, loaded: Loaded) -> str:
    """Return the backend's name; without a word the default backend's."""
    return (word or "").removeprefix("@") or loaded.settings.default_backend
