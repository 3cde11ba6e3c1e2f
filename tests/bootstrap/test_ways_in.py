"""What the start screen offers, and what each way does."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence

from compare_tui.bootstrap.ways_in import FIRST_LANES, find_start
from compare_tui.config.keys import key_finder
from compare_tui.config.load import Loaded
from compare_tui.domain.errors import BackendError
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.secret import Secret
from compare_tui.tui.services import Start

EMBEDDED = (LaneSpec("small", "local"),)


def start(loaded: Loaded, environ: dict[str, str] | None = None, lanes: Sequence[LaneSpec] = ()) -> Start | None:
    def add_server(address: str) -> Sequence[LaneSpec]:
        if address == "bad":
            raise BackendError("Nobody answers at bad.", hint="Is it running?")
        return (LaneSpec("served", "server"),)

    def add_embedded(say: Callable[[str], None]) -> Sequence[LaneSpec]:
        say("half of it")
        return EMBEDDED

    return find_start(loaded, lanes, environ or {}, add_server=add_server, add_embedded=add_embedded)


def test_with_lanes_there_is_no_start_screen(loaded: Loaded) -> None:
    assert start(loaded, lanes=EMBEDDED) is None


def test_a_pasted_key_is_kept_for_the_user_alone_and_leads_to_lanes(loaded: Loaded) -> None:
    shown = start(loaded)
    assert shown is not None
    way = shown.ways[0]
    assert way.is_secret
    result = way.go("sk-or-v1-secret", lambda _line: None)
    assert [lane.model for lane in result.lanes] == list(FIRST_LANES)
    assert "sk-or-v1-secret" not in result.notice
    assert stat.S_IMODE(loaded.paths.keys_file.stat().st_mode) == 0o600
    assert key_finder("openrouter", loaded, {})() == Secret("sk-or-v1-secret")


def test_with_a_key_the_first_way_is_to_name_models(loaded: Loaded) -> None:
    shown = start(loaded, {"OPENROUTER_API_KEY": "sk-or-v1-x"})
    assert shown is not None
    assert not shown.ways[0].is_secret
    result = shown.ways[0].go("a/one b/two,temperature=0.5", lambda _line: None)
    assert [lane.model for lane in result.lanes] == ["a/one", "b/two"]
    assert shown.ways[0].go("a@nowhere", lambda _line: None).error.startswith("Lane a@nowhere: No backend")


def test_a_server_that_fails_is_an_error_in_one_line(loaded: Loaded) -> None:
    shown = start(loaded)
    assert shown is not None
    assert shown.ways[1].go("bad", lambda _line: None).error == "Nobody answers at bad. Is it running?"
    assert shown.ways[1].go("good", lambda _line: None).lanes == (LaneSpec("served", "server"),)


def test_the_embedded_model_says_how_far_it_is(loaded: Loaded) -> None:
    shown = start(loaded)
    assert shown is not None
    said: list[str] = []
    assert shown.ways[2].go("", said.append).lanes == EMBEDDED
    assert said == ["half of it"]
