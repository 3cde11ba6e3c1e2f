"""What can go wrong, as one tree.

    CompareTuiError            one clear line for a person; `hint` says what to do
    ├── UsageError             bad words on the command line, a bad lane spelling          exit 2
    │   └── ConfigError        bad config.toml: names file, line, key or value             exit 2
    ├── StorageError           the database cannot do what was asked
    └── BackendError           a backend cannot be started or reached at all

What goes wrong inside one lane is never raised: it is an `AnswerError`, a value (answers.py).
"""

from __future__ import annotations


class CompareTuiError(Exception):
    """An error that is told to a person in one line."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class UsageError(CompareTuiError):
    """The words of the call are wrong."""


class ConfigError(UsageError):
    """The configuration is wrong: the message names the file, and the line or key."""


class StorageError(CompareTuiError):
    """The database cannot do what was asked."""


class BackendError(CompareTuiError):
    """A backend cannot be started or reached at all."""
