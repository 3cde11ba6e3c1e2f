"""The statements on places in the limits. A place is reserved before its request, and settled once it went out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from compare_tui.domain.lanes import Lane
from compare_tui.domain.limits import WINDOW_S
from compare_tui.engine.ports import Place
from compare_tui.storage.recovery import free_places
from compare_tui.storage.values import text_value

_KEPT_MS: Final = 62 * 24 * 3600 * 1000
"""Longer than any window: a month."""


def put_places(
    db: sqlite3.Connection, places: Sequence[Place], lanes: Sequence[Lane], *, now_ms: int, owner: int
) -> None:
    """Reserve a place for each lane."""
    db.executemany(
        "INSERT INTO places (id, taken_ms, state, owner, backend, model) VALUES (?, ?, 'reserved', ?, ?, ?)",
        [
            (place.id, now_ms, owner, lane.backend, text_value(lane.model))
            for place, lane in zip(places, lanes, strict=True)
        ],
    )


def settle_places(db: sqlite3.Connection, ids: Iterable[str]) -> None:
    """These requests went out."""
    db.executemany("UPDATE places SET state = 'settled' WHERE id = ?", [(id_,) for id_ in ids])


def delete_place(db: sqlite3.Connection, place: str) -> None:
    """Nothing was sent for this place."""
    db.execute("DELETE FROM places WHERE id = ?", (place,))


def times_in_window(db: sqlite3.Connection, now_ms: int) -> list[float]:
    """Return when the places of the sliding minute were taken, in Unix seconds; those of the future count."""
    rows = db.execute("SELECT taken_ms FROM places WHERE taken_ms > ?", (now_ms - int(WINDOW_S * 1000),))
    return [taken_ms / 1000 for (taken_ms,) in rows]


def pull_back(db: sqlite3.Connection, now_ms: int) -> None:
    """Make places of the future taken now: after the clock jumped back they count for a minute, as any other."""
    db.execute("UPDATE places SET taken_ms = ? WHERE taken_ms > ?", (now_ms, now_ms))


def free_places_of_the_dead(db: sqlite3.Connection, *, own: int, is_alive: Callable[[str], bool]) -> None:
    """Free what processes had only reserved when they died."""
    rows = db.execute(
        """SELECT DISTINCT places.owner, owners.token FROM places LEFT JOIN owners ON owners.id = places.owner
        WHERE places.state = 'reserved' AND places.owner != ?""",
        (own,),
    ).fetchall()
    for owner, token in rows:
        if token is None or not is_alive(token):
            free_places(db, owner)


def delete_old_places(db: sqlite3.Connection, now_ms: int) -> None:
    """Delete places that no window reaches."""
    db.execute("DELETE FROM places WHERE taken_ms < ?", (now_ms - _KEPT_MS,))
