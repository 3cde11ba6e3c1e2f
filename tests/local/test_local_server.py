"""The child ends with its parent, however the parent ends and whatever the child is doing."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from compare_tui.sources.local_parts import ServerPlan
from compare_tui.sources.local_server import physical_cores
from tests.support.local_model import fake_runtime, real_plan, wait_until, wait_until_gone

PARENT = """
    import asyncio, sys
    from pathlib import Path
    import httpx
    from compare_tui.sources.local_process import LocalProcess
    from tests.support.local_model import real_plan

    async def main():
        process = LocalProcess(lambda: real_plan(Path(sys.argv[1])))
        endpoint = await process.endpoint()
        transport = httpx.AsyncHTTPTransport(uds=str(endpoint.socket))
        headers = {"Authorization": f"Bearer {endpoint.key.reveal()}"}
        question = {"messages": [{"role": "user", "content": "Tell a story."}], "max_tokens": 1500, "stream": True}
        async with httpx.AsyncClient(transport=transport, base_url=endpoint.base_url, headers=headers) as http:
            async with http.stream("POST", "chat/completions", json=question) as response:
                async for _ in response.aiter_raw():
                    print(process.pid, endpoint.socket, flush=True)

    asyncio.run(main())
    """


@contextmanager
def child(plan: ServerPlan, socket: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The server with its order given, as the supervisor starts it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, plan.python_path))}
    if plan.library_path:
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(map(str, plan.library_path))
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "compare_tui.sources.local_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as process:
        assert process.stdin is not None
        order = {"key": "k", "model_file": str(plan.model_file), "alias": plan.alias, "socket": str(socket)}
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        try:
            yield process
        finally:
            process.kill()


def close_pipe(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return Path("/tmp") / f"compare-tui-test-{secrets.token_hex(6)}" / "s.sock"


def test_the_child_ends_at_the_end_of_its_input(tmp_path: Path, socket: Path) -> None:
    with child(real_plan(tmp_path), socket) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"state": "ready", "port": None}
        close_pipe(process)
        process.wait(timeout=1)
    wait_until(lambda: not socket.parent.exists())


def test_the_child_ends_even_while_the_runtime_holds_the_interpreter_to_itself(tmp_path: Path, socket: Path) -> None:
    marker = tmp_path / "loading"
    plan = fake_runtime(tmp_path, f"import ctypes; open({str(marker)!r}, 'w'); ctypes.PyDLL(None).sleep(30)")
    with child(plan, socket) as process:
        wait_until(marker.exists)
        assert socket.parent.exists()
        close_pipe(process)
        assert process.wait(timeout=1) == -signal.SIGKILL
    wait_until(lambda: not socket.parent.exists())


def test_the_child_ends_before_it_was_given_its_order(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "compare_tui.sources.local_server"]
    assert subprocess.run(command, input=b"", capture_output=True, timeout=5, check=False).stdout == b""


def test_a_child_that_is_killed_leaves_no_socket(tmp_path: Path, socket: Path) -> None:
    with child(real_plan(tmp_path), socket) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert socket.exists()
        process.kill()
        process.wait(timeout=1)
        wait_until(lambda: not socket.parent.exists())


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    with child(fake_runtime(tmp_path, ""), taken / "s.sock") as process:
        assert process.stdout is not None
        report = json.loads(process.stdout.readline())
        assert report["reason"] == "folder"
        assert str(taken) in report["detail"]
        process.wait(timeout=1)
    assert taken.exists()


def test_the_child_ends_when_its_parent_is_killed_in_mid_generation(tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid, socket = parent.stdout.readline().split()
        parent.stdout.readline()
        assert Path(socket).exists()
        begun = time.monotonic()
        parent.send_signal(signal.SIGKILL)
        wait_until_gone(int(pid), limit_s=1)
        wait_until(lambda: not Path(socket).parent.exists())
        assert time.monotonic() - begun < 1


def test_a_core_is_counted_once() -> None:
    assert 1 <= physical_cores() <= (os.cpu_count() or 1)
