"""The queue of the connection to the terminal, read from a real socket that nobody reads."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from compare_tui.tui.internals.probes import Probes
from compare_tui.tui.output.link import SshQueue

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc/net/tcp")
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture(params=["127.0.0.1", "::1"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Return the server's and the client's end of a connection."""
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind((request.param, 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()[:2]) as client:
            server, _ = listener.accept()
            with server:
                yield server, client


def _spelled(server: socket.socket) -> str:
    there, here = server.getpeername(), server.getsockname()
    return f"{there[0]} {there[1]} {here[0]} {here[1]}"


def _fill(sender: socket.socket) -> None:
    sender.setblocking(False)
    for _ in range(1_000):
        try:
            sender.send(b"x" * 65_536)
        except BlockingIOError:
            return


def test_what_nobody_reads_is_seen_waiting(pair: Pair) -> None:
    server, _client = pair
    queue = SshQueue(_spelled(server))
    assert queue.waiting() == 0
    _fill(server)
    assert (queue.waiting() or 0) > 4096


def test_inside_tmux_and_screen_the_queue_counts_and_elsewhere_it_does_not(pair: Pair) -> None:
    server, _client = pair
    _fill(server)
    connection = {"SSH_CONNECTION": _spelled(server)}
    assert Probes({**connection, "TMUX": "/tmp/tmux,1,0"}).n_queued() > 4096
    assert Probes({**connection, "STY": "1.pts"}).n_queued() > 4096
    assert Probes(connection).n_queued() == 0


@pytest.mark.parametrize("connection", ["", "somewhere 1 else 2", "10.0.0.1 22", "10.0.0.1 x 10.0.0.2 22"])
def test_without_a_connection_nothing_waits(connection: str) -> None:
    assert not SshQueue(connection).is_known
    assert SshQueue(connection).waiting() is None


def test_a_table_that_is_not_there_is_nothing(tmp_path: Path) -> None:
    assert SshQueue("10.0.0.1 5 10.0.0.2 22", (tmp_path / "tcp",)).waiting() is None
