"""The engine of the panes, on real sources and a real store."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from compare_tui.bootstrap.engine_room import EngineRoom
from compare_tui.cli.services import AppOrder
from compare_tui.config.load import load
from compare_tui.config.paths import find_paths
from compare_tui.domain.answers import AnswerStatus
from compare_tui.domain.lanes import LaneId, LaneSpec
from tests.bootstrap.conftest import ModelServer
from tests.support.fakes import EventLog

SCRIPTED = '[backends.s]\nkind = "scripted"\n[limits]\nanswers_per_minute = 5\n'


@pytest.fixture
def order(home: Path) -> AppOrder:
    config = home / "c.toml"
    config.write_text(SCRIPTED)
    return AppOrder(loaded=load(find_paths({}, cwd=home, config=config, data_dir=home / "data")))


def test_answers_are_counted_today_and_the_limit_is_shown(order: AppOrder) -> None:
    with ExitStack() as until_closed:
        room = EngineRoom(order, until_closed, replays=False)
        assert room.today().answers == 0
        engine = room.start(EventLog())
        lanes = [LaneSpec("echo", "s"), LaneSpec("fails", "s")]
        comparison = engine.call(lambda e: e.open_comparison(lanes)).result(timeout=10)
        turn = engine.call(lambda e: e.start_turn(comparison, "say this")).result(timeout=10)
        engine.run(lambda e: e.wait(comparison)).result(timeout=20)
        engine.close()
        feed = turn.answer(LaneId(0))
        assert feed is not None
        assert feed.state.status is AnswerStatus.COMPLETE
        assert room.today().answers == 2
        used = room.today().this_minute
        assert used is not None
        assert used[1] == 5
    assert (order.loaded.paths.data_dir / "compare-tui.db").stat().st_mode & 0o777 == 0o600


def test_a_server_added_in_the_app_can_be_asked(order: AppOrder, model_server: ModelServer) -> None:
    with ExitStack() as until_closed:
        room = EngineRoom(order, until_closed, replays=False)
        engine = room.start(EventLog())
        lanes = room.add_server(model_server.address)
        comparison = engine.call(lambda e: e.open_comparison(lanes)).result(timeout=10)
        engine.close()
        assert [lane.backend for lane in comparison.lanes] == ["server"] * 3
        assert room.parse_lanes("x@server")


def test_notices_wait_for_a_listener(order: AppOrder) -> None:
    with ExitStack() as until_closed:
        room = EngineRoom(order, until_closed, replays=False)
        room.notices("first")
        heard: list[str] = []
        room.notices.listen(heard.append)
        room.notices("second")
        assert heard == ["first", "second"]
