from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from compare_tui.domain.lanes import Lane, LaneId, LaneSpec
from compare_tui.domain.server_limits import Pace, SeenLimit, ServerLimit, Wait
from compare_tui.storage.pacing import SqlitePacing
from tests.storage.support import open_database
from tests.support.manual_clock import ManualClock

PACES = {"openrouter": Pace(":free", 3, 60.0)}


def free(number: int = 0) -> Lane:
    return Lane(LaneId(number), LaneSpec(f"model-{number}:free", "openrouter"))


PAID = Lane(LaneId(9), LaneSpec("model", "openrouter"))


@asynccontextmanager
async def _pacing(path: Path, clock: ManualClock) -> AsyncIterator[SqlitePacing]:
    database = open_database(path, clock=clock)
    pacing = SqlitePacing(database, PACES, clock=clock)
    try:
        yield pacing
    finally:
        pacing.close()
        database.close()


async def test_lanes_of_free_models_share_the_pace_and_others_go_at_once(tmp_path: Path) -> None:
    async with _pacing(tmp_path / "compare-tui.db", ManualClock()) as pacing:
        waits = await pacing.wait([free(0), PAID, free(1), free(2), free(3)])
        assert waits[:4] == (None, None, None, None)
        assert waits[4] == Wait(60.0, "openrouter takes 3 requests to :free models a minute.")


async def test_all_copies_of_the_program_share_the_pace(tmp_path: Path) -> None:
    path, clock = tmp_path / "compare-tui.db", ManualClock()
    async with _pacing(path, clock) as one, _pacing(path, clock) as other:
        assert await one.wait([free(), free()]) == (None, None)
        await clock.advance(20)
        assert await other.wait([free()]) == (None,)
        [wait] = await one.wait([free()])
        assert wait is not None
        assert wait.seconds == 40
        await clock.advance(40)
        [wait] = await other.wait([free()])
        assert wait is None or wait.seconds > 0


async def test_a_lane_waits_for_what_its_server_said(tmp_path: Path) -> None:
    path, clock = tmp_path / "compare-tui.db", ManualClock()
    used_up = ServerLimit("requests", 20, 0, clock.wall() + 17)
    async with _pacing(path, clock) as pacing:
        pacing.seen(PAID, used_up)
        [wait] = await pacing.wait([PAID])
        assert wait is not None
        assert wait.seconds == 17
        assert "openrouter said at " in wait.reason
        assert wait.reason.endswith("that nothing is left of requests for model.")
        assert await pacing.wait([free()]) == (None,)
        await clock.advance(17)
        assert await pacing.wait([PAID]) == (None,)
    async with _pacing(path, clock) as pacing:
        assert pacing.known() == (SeenLimit("openrouter", "model", used_up, clock.wall() - 17),)


async def test_what_a_server_said_to_an_earlier_copy_counts(tmp_path: Path) -> None:
    path, clock = tmp_path / "compare-tui.db", ManualClock()
    async with _pacing(path, clock) as pacing:
        pacing.seen(free(), ServerLimit("requests", 20, 0, clock.wall() + 17))
    async with _pacing(path, clock) as pacing:
        await pacing.wait([free()])  # behind the loading
        [wait] = await pacing.wait([free(1)])
        assert wait is not None
        assert wait.seconds == 17


async def test_lanes_without_a_pace_never_wait_for_the_file(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    other = open_database(path)
    async with _pacing(path, ManualClock()) as pacing:
        with other.write():
            began = time.perf_counter()
            assert await pacing.wait([PAID] * 8) == (None,) * 8
            assert time.perf_counter() - began < 0.005
    other.close()


async def test_what_a_server_said_last_counts(tmp_path: Path) -> None:
    clock = ManualClock()
    async with _pacing(tmp_path / "compare-tui.db", clock) as pacing:
        pacing.seen(PAID, ServerLimit("requests", 20, 0, clock.wall() + 17))
        pacing.seen(PAID, ServerLimit("requests", 20, 19, clock.wall() + 17))
        assert await pacing.wait([PAID]) == (None,)


async def test_a_file_that_cannot_be_used_holds_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "compare-tui.db"
    async with _pacing(path, ManualClock()) as pacing:
        assert await pacing.wait([free()]) == (None,)
        other = open_database(path)
        with other.write() as db:
            db.execute("ALTER TABLE slots RENAME TO hidden")
        other.close()
        async with asyncio.timeout(5):
            assert await pacing.wait([free()] * 4) == (None,) * 4
