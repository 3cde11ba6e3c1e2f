"""The index of words: kept in the transaction that writes a prompt or an answer's end.

It holds no texts (contentless), so what is taken out of it must be said again, word for word. A row's id is the
comparison's number (31 bits), then the id of the turn or answer, then 0 for a turn and 1 for an answer: which
comparisons have a word is read from the index alone.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from compare_tui.storage.words import searchable

NUMBER_SHIFT: Final = 32
"""Shift a row's id by this to have the comparison's number."""

_TURN: Final = f"""SELECT (comparisons.number << {NUMBER_SHIFT}) | (turns.id << 1), turns.prompt
    FROM turns JOIN comparisons ON comparisons.id = turns.comparison"""
_ANSWER: Final = f"""SELECT (comparisons.number << {NUMBER_SHIFT}) | (answers.id << 1) | 1,
        coalesce(answers.text, '') || ' ' || coalesce(answers.refusal, '')
    FROM answers JOIN comparisons ON comparisons.id = answers.comparison"""


def index_turn(db: sqlite3.Connection, comparison: str, number: int) -> None:
    """Take in a prompt that was just inserted."""
    _insert(db, f"{_TURN} WHERE turns.comparison = ? AND turns.number = ?", comparison, number)


def unindex_turn(db: sqlite3.Connection, comparison: str, number: int) -> None:
    """Take out a prompt that is about to change."""
    _delete(db, f"{_TURN} WHERE turns.comparison = ? AND turns.number = ?", comparison, number)


def index_answer(db: sqlite3.Connection, answer: int) -> None:
    """Take in an answer that is final."""
    _insert(db, f"{_ANSWER} WHERE answers.id = ?", answer)
    db.execute("UPDATE answers SET indexed = 1 WHERE id = ?", (answer,))


def unindex_answer(db: sqlite3.Connection, answer: int) -> None:
    """Take out an answer whose text is about to change, if it is there."""
    _delete(db, f"{_ANSWER} WHERE answers.id = ? AND answers.indexed", answer)


def unindex_comparison(db: sqlite3.Connection, comparison: str) -> None:
    """Take out everything of a comparison that is about to be deleted."""
    _delete(db, f"{_TURN} WHERE turns.comparison = ?", comparison)
    _delete(db, f"{_ANSWER} WHERE answers.comparison = ? AND answers.indexed", comparison)


def index_everything(db: sqlite3.Connection) -> None:
    """Fill an index that is empty."""
    _insert(db, _TURN)
    _insert(db, f"{_ANSWER} WHERE answers.owner IS NULL")
    db.execute("UPDATE answers SET indexed = owner IS NULL")


def _insert(db: sqlite3.Connection, query: str, *values: str | int) -> None:
    for row, text in db.execute(query, values):
        db.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (row, searchable(text)))


def _delete(db: sqlite3.Connection, query: str, *values: str | int) -> None:
    for row, text in db.execute(query, values):
        db.execute("INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)", (row, searchable(text)))
