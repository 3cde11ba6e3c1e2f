from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from compare_tui.domain.limits import Limits, Refusal
from compare_tui.engine.ports import Place
from compare_tui.storage.ledger import SqliteLedger
from tests.storage.support import Notices, finish, lane, new_id, open_database, rows, start_program, start_together
from tests.support.manual_clock import ManualClock


@asynccontextmanager
async def _ledger(
    path: Path,
    allowed: int | Limits | None,
    clock: ManualClock,
    notices: Notices | None = None,
    wait_limit_s: float = 3,
) -> AsyncIterator[SqliteLedger]:
    database = open_database(path, clock=clock)
    ledger = SqliteLedger(
        database,
        allowed if isinstance(allowed, Limits) else Limits(answers_per_minute=allowed),
        clock=clock,
        new_id=new_id,
        on_notice=notices or Notices(),
        wait_limit_s=wait_limit_s,
    )
    try:
        yield ledger
    finally:
        ledger.close()
        database.close()


async def _granted(ledger: SqliteLedger, n_lanes: int = 1) -> bool:
    return isinstance(await ledger.reserve([lane("m", number) for number in range(n_lanes)]), tuple)


async def _used_by(path: Path, n_places: int, *, at: float = 0) -> None:
    """Let a copy of the program use places at a time of the manual clock's start plus `at`."""
    clock = ManualClock(wall=1_800_000_000.0 + at)
    async with _ledger(path, 100, clock) as ledger:
        places = await ledger.reserve([lane("m")] * n_places)
        assert isinstance(places, tuple)
        for place in places:
            await ledger.settle(place)


async def test_places_taken_by_an_earlier_copy_count(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    await _used_by(path, 3)
    async with _ledger(path, 4, ManualClock()) as ledger:
        assert await _granted(ledger)
        assert not await _granted(ledger)


async def test_places_are_written_without_a_limit_so_that_a_later_one_knows_of_them(tmp_path: Path) -> None:
    path, clock = tmp_path / "compare-tui.db", ManualClock()
    async with _ledger(path, None, clock) as ledger:
        places = await ledger.reserve([lane("a", 0), lane("b", 1)])
        assert isinstance(places, tuple)
        for place in places:
            await ledger.settle(place)
    assert rows(path, "SELECT model, backend, state, taken_ms FROM places ORDER BY model") == [
        ("a", "openrouter", "settled", 1_800_000_000_000),
        ("b", "openrouter", "settled", 1_800_000_000_000),
    ]
    async with _ledger(path, 2, clock) as ledger:
        assert not await _granted(ledger)


async def test_reserving_without_a_limit_does_not_wait_for_the_database(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    other = open_database(path)
    async with _ledger(path, None, ManualClock(), wait_limit_s=60) as ledger:
        with other.write():
            async with asyncio.timeout(5):  # whoever waits for the database, waits for ever
                assert await _granted(ledger, 8)
    other.close()


async def test_a_reservation_never_blocks_the_loop(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    other = open_database(path)
    async with _ledger(path, 5, ManualClock()) as ledger:
        with other.write():
            waiting = asyncio.create_task(_granted(ledger))
            for _ in range(10):  # a blocked loop would never come to the end of this
                await asyncio.sleep(0.005)
            assert not waiting.done()
        assert await waiting
    other.close()


async def test_a_database_that_does_not_answer_grants_the_place_and_says_so(tmp_path: Path) -> None:
    path, notices = tmp_path / "compare-tui.db", Notices()
    other = open_database(path)
    async with _ledger(path, 1, ManualClock(), notices, wait_limit_s=0.05) as ledger:
        with other.write():
            assert await _granted(ledger)
            assert await _granted(ledger)
        assert not await _granted(ledger)
    other.close()
    assert "The limits could not be checked" in notices.lines[0]


async def test_a_fault_of_the_database_grants_the_place_and_says_so(tmp_path: Path) -> None:
    path, notices = tmp_path / "compare-tui.db", Notices()
    async with _ledger(path, 1, ManualClock(), notices) as ledger:
        assert await _granted(ledger)
        other = open_database(path)
        with other.write() as db:
            db.execute("ALTER TABLE places RENAME TO hidden")
        assert await _granted(ledger)
        other.close()
    assert len(notices.lines) == 1
    assert "could not be checked: The database" in notices.lines[0]
    assert "no such table: places" in notices.lines[0]


async def test_a_cancelled_reservation_gives_its_places_back(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    other = open_database(path)
    async with _ledger(path, 2, ManualClock()) as ledger:
        with other.write():
            waiting = asyncio.create_task(_granted(ledger, 2))
            await asyncio.sleep(0.02)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert await _granted(ledger, 2)
    other.close()


async def test_a_clock_that_jumps_back_never_opens_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    await _used_by(path, 3, at=3600)
    clock = ManualClock()
    async with _ledger(path, 3, clock) as ledger:
        refusal = await ledger.reserve([lane("m")])
        assert isinstance(refusal, Refusal)
        assert refusal.allowed_at == clock.wall() + 60
        await clock.advance(59)
        assert not await _granted(ledger)
        await clock.advance(1)
        assert await _granted(ledger, 3)


async def test_a_clock_that_jumps_back_by_days_opens_no_day(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    day_s = 86_400.0
    await _used_by(path, 3)
    wrong = ManualClock(wall=1_800_000_000.0 - 3 * day_s)
    async with _ledger(path, Limits(answers_per_day=3), wrong) as ledger:
        assert not await _granted(ledger)
    right = ManualClock(wall=1_800_000_000.0 + 60)
    async with _ledger(path, Limits(answers_per_day=3), right) as ledger:
        assert not await _granted(ledger)
        await right.advance(day_s)
        assert await _granted(ledger, 3)


async def test_a_clock_that_was_ahead_closes_a_day_only_once(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    await _used_by(path, 3, at=30 * 86_400)
    clock = ManualClock()
    async with _ledger(path, Limits(answers_per_day=3), clock) as ledger:
        assert not await _granted(ledger)
        await clock.advance(86_400)
        assert await _granted(ledger, 3)


async def test_a_budget_is_kept_over_many_processes(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    programs = [start_program("spend", path, 40, 0.01, 1.0) for _ in range(4)]
    start_together(programs)
    granted = sum(json.loads(finish(program)) for program in programs)
    assert granted == 100
    assert rows(path, "SELECT count(*), round(sum(coalesce(cost_usd, reserved_usd)), 6) FROM places") == [(100, 1.0)]


async def test_a_dead_program_keeps_what_it_used_and_frees_what_it_only_reserved(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    program = start_program("reserve_and_hang", path, 5, 2)
    assert program.stdout is not None
    assert json.loads(program.stdout.readline()) == "ready"
    now = ManualClock(wall=time.time())
    async with _ledger(path, 7, now) as ledger:
        assert not await _granted(ledger)
        program.kill()
        program.communicate(timeout=10)
        assert await _granted(ledger, 5)
        assert not await _granted(ledger)


async def test_places_older_than_every_window_are_deleted(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    await _used_by(path, 2, at=-63 * 24 * 3600)
    await _used_by(path, 2, at=-61 * 24 * 3600)
    async with _ledger(path, 5, ManualClock()) as ledger:
        assert await _granted(ledger)
    assert rows(path, "SELECT taken_ms FROM places") == [((1_800_000_000 - 61 * 24 * 3600) * 1000,)] * 2


async def test_many_places_are_settled_together(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    other = open_database(path)
    async with _ledger(path, None, ManualClock()) as ledger:
        with other.write():
            places = await ledger.reserve([lane("m", number) for number in range(16)])
            assert isinstance(places, tuple)
            for place in places:
                await ledger.settle(place)
    other.close()
    assert rows(path, "SELECT DISTINCT state FROM places") == [("settled",)]


async def test_settling_a_place_that_nobody_took_is_harmless(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    async with _ledger(path, 1, ManualClock()) as ledger:
        await ledger.settle(Place("unknown", lane("m").id))
        await ledger.release(Place("unknown", lane("m").id))
        assert await _granted(ledger)


def test_eight_processes_never_take_more_places_than_there_are(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    programs = [start_program("reserve", path, 500, 1000) for _ in range(8)]
    start_together(programs)
    told = [json.loads(finish(program)) for program in programs]
    assert sum(copy["granted"] for copy in told) == 1000
    assert max(copy["longest_s"] for copy in told) < 1
    assert rows(path, "SELECT count(*) FROM places") == [(1000,)]
