"""The statements on places in the limits. A place is reserved before its request, and settled once it went out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from compare_tui.domain.lanes import Lane
from compare_tui.domain.limits import WINDOW_S, Window
from compare_tui.engine.ports import Demand, Place
from compare_tui.storage.recovery import free_places
from compare_tui.storage.values import float_value, text_value

_KEPT_MS: Final = 62 * 24 * 3600 * 1000
"""Longer than any window: a month."""

_IN_WINDOW: Final = "(taken_ms >= :begin AND taken_ms < :end OR counted_ms >= :begin)"
"""A place that was found in the future counts both when it was found and when it was taken: neither clock opens."""


def put_places(
    db: sqlite3.Connection, places: Sequence[Place], lanes: Sequence[Lane], demand: Demand, *, now_ms: int, owner: int
) -> None:
    """Reserve a place for each lane."""
    worst = (*demand.worst_usd, *(None,) * len(places))
    db.executemany(
        """INSERT INTO places (id, taken_ms, state, owner, backend, model, turn, tier, reserved_usd)
        VALUES (?, ?, 'reserved', ?, ?, ?, ?, ?, ?)""",
        [
            (
                place.id, now_ms, owner, lane.backend, text_value(lane.model), demand.turn,
                "extended" if demand.is_extended else None, float_value(worst_usd),
            )
            for place, lane, worst_usd in zip(places, lanes, worst, strict=False)
        ],
    )  # fmt: skip


def settle_places(db: sqlite3.Connection, ids: Iterable[str]) -> None:
    """These requests went out."""
    db.executemany("UPDATE places SET state = 'settled' WHERE id = ?", [(id_,) for id_ in ids])


def charge_places(db: sqlite3.Connection, costs: Iterable[tuple[str, float]]) -> None:
    """These have cost so much."""
    db.executemany("UPDATE places SET cost_usd = ? WHERE id = ?", [(float_value(cost), id_) for id_, cost in costs])


def delete_place(db: sqlite3.Connection, place: str) -> None:
    """Nothing was sent for this place."""
    db.execute("DELETE FROM places WHERE id = ?", (place,))


class TakenPlaces:
    """What the places say about the windows of the limits: `domain.limits.Taken`, read when it is asked for."""

    def __init__(self, db: sqlite3.Connection, now: float) -> None:
        self._db = db
        self._now_ms = int(now * 1000)

    def minute(self, backend: str | None) -> list[float]:
        """Return when the places of the sliding minute were taken, in Unix seconds; those of the future count."""
        begin = self._now_ms - int(WINDOW_S * 1000)
        rows = self._db.execute(
            """SELECT coalesce(counted_ms, taken_ms) FROM places
            WHERE (counted_ms IS NULL AND taken_ms > :begin OR counted_ms > :begin)
            AND (:backend IS NULL OR backend = :backend)""",
            {"begin": begin, "backend": backend},
        )
        return [taken_ms / 1000 for (taken_ms,) in rows]

    def answers(self, backend: str | None, window: Window) -> int:
        """Return how many places were taken in a window."""
        return int(self._value("count(*)", backend, window))

    def extended_turns(self, backend: str | None, window: Window, other_than: str) -> int:
        """Return how many extended turns were taken in a window, without the one named."""
        condition = "AND tier = 'extended' AND turn != :turn"
        return int(self._value("count(DISTINCT turn)", backend, window, condition, turn=other_than))

    def usd(self, backend: str | None, window: Window) -> float:
        """Return what was spent in a window; what is under way, or is not known, counts at its worst."""
        return self._value("total(coalesce(cost_usd, reserved_usd))", backend, window)

    def _value(self, what: str, backend: str | None, window: Window, condition: str = "", **more: str) -> float:
        times = {"begin": int(window.begin * 1000), "end": int(window.end * 1000)}
        value: float = self._db.execute(
            f"SELECT {what} FROM places WHERE {_IN_WINDOW} AND (:backend IS NULL OR backend = :backend) {condition}",
            {**times, "backend": backend, **more},
        ).fetchone()[0]
        return value


def pull_back(db: sqlite3.Connection, now_ms: int) -> None:
    """Note that places of the future were found now: after the clock jumped back they count as any other."""
    db.execute(
        """UPDATE places SET counted_ms = :now
        WHERE taken_ms > :now AND counted_ms IS NULL OR counted_ms > :now""",
        {"now": now_ms},
    )


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
