"""The history on a `Database`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress

from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.errors import StorageError, UsageError
from compare_tui.domain.safe_text import make_safe_line
from compare_tui.engine.history import PAGE, UNDO_S, ComparisonRecord, HistoryEntry, HistoryFilter
from compare_tui.engine.ports import Clock
from compare_tui.storage.database import Database
from compare_tui.storage.history_query import BEST_FIRST, WORST, Condition, conditions
from compare_tui.storage.reading import Instant, read_comparison
from compare_tui.storage.recovery import purge, recover
from compare_tui.storage.rows import leave_comparison
from compare_tui.storage.values import text_value

_TITLE_CHARS = 200
_TAG_CHARS = 60
_SHOWN_MATCHES = 4


class SqliteHistory:
    """Implements the `History` port. Any thread may use it."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def look_after_the_dead(self) -> None:
        """Let answers whose program died be cut, as the recorder's start does. A fault leaves them for another time."""
        with suppress(StorageError):
            with self._database.read() as db:
                tokens = [token for (token,) in db.execute("SELECT token FROM owners")]
            if any(not self._database.is_alive(token) for token in tokens):
                with self._database.write() as db:
                    _, dead = recover(db, own=self._database.owner, is_alive=self._database.is_alive)
                self._database.forget(dead)

    # Lists

    def page(
        self, wanted: HistoryFilter, *, after: HistoryEntry | None = None, limit: int = PAGE
    ) -> tuple[HistoryEntry, ...]:
        """Return the next entries, newest first."""
        found = list(conditions(wanted))
        if after is not None:
            found.append(("(created_ms, id) < (?, ?)", (round(after.created_at * 1000), after.id)))
        with self._database.read() as db:
            return _entries(db, found, limit)

    def count(self, wanted: HistoryFilter) -> int:
        """Return how many entries there are."""
        where, values = _joined(conditions(wanted))
        with self._database.read() as db:
            count: int = db.execute(f"SELECT count(*) FROM comparisons WHERE {where}", values).fetchone()[0]
        return count

    def interrupted(self) -> tuple[HistoryEntry, ...]:
        """Return the comparisons that a program left in the middle."""
        with self._database.read() as db:
            return _entries(db, [("deleted_ms IS NULL AND interrupted AND owner IS NULL", ())], PAGE)

    def find(self, prefix: str) -> str:
        """Return the one id that begins with `prefix`. Raises UsageError."""
        shown = make_safe_line(prefix, 40)
        with self._database.read() as db:
            ids: list[str] = [
                row[0]
                for row in db.execute(
                    """SELECT id FROM comparisons WHERE substr(id, 1, ?) = ? AND deleted_ms IS NULL
                    ORDER BY id != ?, created_ms DESC LIMIT ?""",
                    (len(prefix), text_value(prefix), text_value(prefix), _SHOWN_MATCHES),
                )
            ]
        if not ids or not prefix:
            raise UsageError(f"No comparison has the id {shown}.", hint="compare-tui history lists them.")
        if len(ids) > 1 and ids[0] != prefix:
            known = ", ".join(map(make_safe_line, ids))
            raise UsageError(f"Several comparisons have an id that begins with {shown}: {known}.")
        return ids[0]

    def last(self) -> str | None:
        """Return the id of the newest comparison."""
        entries = self.page(HistoryFilter(), limit=1)
        return entries[0].id if entries else None

    # One comparison

    def record(self, comparison: str) -> ComparisonRecord:
        """Return a comparison as it is at this moment. Raises UsageError."""
        with self._database.read() as db:
            return _read(db, comparison, self._now())

    def open(self, comparison: str) -> ComparisonRecord:
        """Return a comparison to go on with; it is this program's from now on. Raises UsageError."""
        with self._database.write() as db:
            _, tokens = recover(db, own=self._database.owner, is_alive=self._database.is_alive)
            record = read_comparison(db, comparison, self._now())
            if record is not None:
                owner = _owner(db, comparison)
                record.comparison.is_read_only = owner is not None and owner != self._database.owner
                if not record.comparison.is_read_only:
                    db.execute(
                        "UPDATE comparisons SET owner = ?, interrupted = 0 WHERE id = ?",
                        (self._database.owner, comparison),
                    )
        self._database.forget(tokens)
        # Where the file cannot be written it is read beside what is kept in memory, and so is what follows.
        return record or self.record(comparison)

    def forget_interrupted(self) -> None:
        """Offer those no more that were interrupted until now."""
        with self._database.write() as db:
            db.execute("UPDATE comparisons SET interrupted = 0 WHERE interrupted")

    def leave(self, comparison: str) -> None:
        """Give a comparison back."""
        with self._database.write() as db:
            leave_comparison(db, comparison, self._database.owner)

    def rename(self, comparison: str, title: str) -> None:
        """Give it another title."""
        self._change(comparison, "title = ?", make_safe_line(title, _TITLE_CHARS))

    def tag(self, comparison: str, tags: tuple[str, ...]) -> None:
        """Make `tags` its tags."""
        names = {make_safe_line(tag, _TAG_CHARS) for tag in tags} - {""}
        with self._database.write() as db:
            db.execute("DELETE FROM tags WHERE comparison = ?", (comparison,))
            db.executemany("INSERT INTO tags VALUES (?, ?)", [(comparison, name) for name in sorted(names)])

    # Deletion

    def delete(self, comparison: str) -> None:
        """Take it out of every list. Raises StorageError if another program has it open."""
        with self._database.write() as db:
            recover(db, own=self._database.owner, is_alive=self._database.is_alive)
            owner = _owner(db, comparison)
            if owner is not None and owner != self._database.owner:
                raise StorageError("Another running copy of the program has this comparison open.")
            db.execute(
                "UPDATE comparisons SET deleted_ms = ? WHERE id = ?", (int(self._clock.wall() * 1000), comparison)
            )

    def restore(self, comparison: str) -> None:
        """Take a deletion back."""
        self._change(comparison, "deleted_ms = ?", None)

    def purge(self, older_than_s: float = UNDO_S) -> int:
        """Remove what was deleted longer ago than this."""
        with self._database.write() as db:
            return purge(db, int((self._clock.wall() - older_than_s) * 1000))

    def _change(self, comparison: str, change: str, value: str | None) -> None:
        with self._database.write() as db:
            db.execute(f"UPDATE comparisons SET {change} WHERE id = ?", (value, comparison))

    def _now(self) -> Instant:
        return Instant(self._clock.wall(), self._clock.monotonic())


def _entries(db: sqlite3.Connection, found: Sequence[Condition], limit: int) -> tuple[HistoryEntry, ...]:
    where, values = _joined(found)
    rows = db.execute(
        f"""SELECT id, title, created_ms, (SELECT count(*) FROM turns WHERE comparison = comparisons.id), {WORST}
        FROM comparisons WHERE {where} ORDER BY created_ms DESC, id DESC LIMIT ?""",
        (*values, limit),
    )
    return tuple(_entry(db, *row) for row in rows.fetchall())


def _entry(
    db: sqlite3.Connection, comparison: str, title: str, created_ms: int, turns: int, worst: int | None
) -> HistoryEntry:
    lanes = "SELECT model FROM lanes WHERE comparison = ? AND position IS NOT NULL ORDER BY position"
    tags = "SELECT tag FROM tags WHERE comparison = ? ORDER BY tag"
    return HistoryEntry(
        comparison,
        make_safe_line(title),
        created_ms / 1000,
        tuple(make_safe_line(model) for (model,) in db.execute(lanes, (comparison,))),
        turns,
        None if worst is None else AnswerStatus(BEST_FIRST[worst]),
        tuple(make_safe_line(tag) for (tag,) in db.execute(tags, (comparison,))),
    )


def _read(db: sqlite3.Connection, comparison: str, now: Instant) -> ComparisonRecord:
    record = read_comparison(db, comparison, now)
    if record is None:
        raise UsageError(f"There is no comparison {make_safe_line(comparison, 40)}.")
    return record


def _owner(db: sqlite3.Connection, comparison: str) -> int | None:
    row = db.execute("SELECT owner FROM comparisons WHERE id = ?", (comparison,)).fetchone()
    owner: int | None = row[0] if row else None
    return owner


def _joined(found: Iterable[Condition]) -> tuple[str, tuple[str | int, ...]]:
    pairs = list(found)
    return " AND ".join(text for text, _ in pairs), tuple(value for _, values in pairs for value in values)
