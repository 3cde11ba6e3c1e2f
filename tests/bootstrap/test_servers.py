"""A server that a person names on the start screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare_tui.bootstrap.servers import adopt_server
from compare_tui.config.load import Loaded, load
from compare_tui.config.paths import find_paths
from compare_tui.domain.errors import BackendError
from compare_tui.domain.lanes import LaneSpec
from tests.bootstrap.conftest import ModelServer

THREE = (LaneSpec("one", "server"), LaneSpec("two:8b", "server"), LaneSpec("three", "server"))


def test_its_first_models_become_lanes_and_the_next_start_knows_them(
    home: Path, loaded: Loaded, model_server: ModelServer
) -> None:
    adopted, lanes = adopt_server(loaded, model_server.address)
    assert lanes == THREE
    assert model_server.asked == ["/v1/models"]
    assert adopted.parse_lanes("other@server")[0].backend == "server"
    again = load(find_paths({}, cwd=home))
    assert again.settings.default_lineup == "server"
    assert again.lineup("server") == THREE


def test_an_address_without_a_scheme_is_taken_as_http(loaded: Loaded, model_server: ModelServer) -> None:
    _, lanes = adopt_server(loaded, model_server.address.removeprefix("http://"))
    assert lanes == THREE


def test_the_users_own_file_is_not_touched_and_wins(home: Path, loaded: Loaded, model_server: ModelServer) -> None:
    loaded.paths.config_file.parent.mkdir(parents=True, exist_ok=True)
    mine = '# mine\ndefault_lineup = "mine"\n[lineups.mine]\nlanes = ["a/b"]\n'
    loaded.paths.config_file.write_text(mine)
    adopted, _ = adopt_server(loaded, model_server.address)
    assert loaded.paths.config_file.read_text() == mine
    assert adopted.settings.default_lineup == "mine"
    assert "server" in adopted.settings.backends


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (404, b"nothing here", "status 404"),
        (200, b"<html>a proxy</html>", "does not list models"),
        (200, b'{"data": []}', "has no model yet"),
        (200, b'{"data": "\xff"}', "does not list models"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_in_one_line(
    loaded: Loaded, model_server: ModelServer, status: int, body: bytes, says: str
) -> None:
    model_server.status, model_server.body = status, body
    with pytest.raises(BackendError, match=says):
        adopt_server(loaded, model_server.address)
    assert not loaded.paths.choices_file.exists()


def test_nobody_there_is_told_in_one_line(loaded: Loaded) -> None:
    with pytest.raises(BackendError) as fault:
        adopt_server(loaded, "http://127.0.0.1:1/v1")
    assert "\n" not in str(fault.value)
