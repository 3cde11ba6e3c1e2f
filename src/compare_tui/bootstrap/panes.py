"""The panes: the app's services from an order of the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack

from compare_tui.bootstrap.engine_room import EngineRoom
from compare_tui.bootstrap.past import past_of
from compare_tui.bootstrap.ways_in import find_start
from compare_tui.cli.services import AppOrder
from compare_tui.domain.lane_spelling import spell_lane
from compare_tui.tui.run import run_app
from compare_tui.tui.services import Services, Start


def run_panes(order: AppOrder, *, replays: bool = False, backend_notes: Mapping[str, str] | None = None) -> int:
    """Run the app until it is closed; return the exit status."""
    with ExitStack() as until_closed:
        return run_app(pane_services(order, until_closed, replays=replays, backend_notes=backend_notes))


def pane_services(
    order: AppOrder, until_closed: ExitStack, *, replays: bool = False, backend_notes: Mapping[str, str] | None = None
) -> Services:
    """Return what the app needs; what it opens is closed with `until_closed`."""
    settings = order.loaded.settings
    room = EngineRoom(order, until_closed, replays=replays)
    return Services(
        start_engine=room.start,
        parse_lanes=room.parse_lanes,
        spell_lane=lambda spec: spell_lane(spec, settings.default_backend),
        default_backend=settings.default_backend,
        lanes=order.lanes,
        lineup=order.lineup,
        tier=settings.tier,
        system=settings.system or None,
        prompt=order.prompt,
        today=room.today,
        listen_to_notices=room.notices.listen,
        backend_notes=backend_notes or {},
        past=past_of(room),
        opens=order.opens,
        start=None if order.opens is not None else _start(order, room),
        enter_sends=settings.enter == "send",
        theme=settings.theme,
        mouse=settings.mouse,
        slow=None if settings.slow == "auto" else bool(settings.slow),
        monotonic=room.clock.monotonic,
    )


def _start(order: AppOrder, room: EngineRoom) -> Start | None:
    """Return the ways in where no lane is named."""
    return find_start(order.loaded, order.lanes, os.environ, add_server=room.add_server, add_embedded=room.add_embedded)
