"""The embedded model in tests: the real one as `make test` installs it, and runtimes that fail in known ways."""

from __future__ import annotations

import json
import os
import select
import textwrap
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from compare_tui.sources.local_parts import LocalParts, ServerPlan, environment_shelf
from tests.support.answers import END, said
from tests.support.wire_server import Exchange, sse

REPO = Path(__file__).parents[2]


def real_plan(models_dir: Path) -> ServerPlan:
    """The embedded model of this environment."""
    return LocalParts(models_dir=models_dir, shelves=[environment_shelf()]).plan()


def fake_runtime(folder: Path, source: str) -> ServerPlan:
    """A plan whose `xllamacpp` is the given Python source, put before the real one."""
    package = folder / "fake-runtime" / "xllamacpp"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(textwrap.dedent(source), encoding="utf-8")
    model_file = folder / "model.gguf"
    model_file.write_bytes(b"GGUF")
    return ServerPlan(model_file, "fake", python_path=(package.parent,))


_SERVING_RUNTIME = """
    import asyncio
    import threading
    from types import SimpleNamespace

    from {module} import {reply}
    from tests.support.wire_server import WireServer

    def CommonParams():
        return SimpleNamespace(model=SimpleNamespace(), cpuparams=SimpleNamespace(), cpuparams_batch=SimpleNamespace())

    class Server:
        def __init__(self, params):
            self.listens = threading.Event()
            threading.Thread(target=asyncio.run, args=[self.serve(params.hostnames[0])], daemon=True).start()
            self.listens.wait()

        async def serve(self, path):
            server = await asyncio.start_unix_server(WireServer({reply}).serve, path)
            self.listens.set()
            await server.serve_forever()
    """


def serving_runtime(folder: Path, module: str, reply: str) -> ServerPlan:
    """A plan whose `xllamacpp` serves what the function `reply` of a module says."""
    plan = fake_runtime(folder, _SERVING_RUNTIME.format(module=module, reply=reply))
    return replace(plan, python_path=(*plan.python_path, REPO))


async def say_what_was_asked(exchange: Exchange) -> None:
    """Reply with the request's own body."""
    await sse(said(json.dumps(exchange.json())) + END)(exchange)


def wait_until_gone(pid: int, limit_s: float = 5) -> float:
    """Wait until a process that need not be our child has ended; return how long it took, in seconds."""
    begun = time.monotonic()
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return 0.0
    try:
        ended, _, _ = select.select([process], [], [], limit_s)
    finally:
        os.close(process)
    assert ended, f"process {pid} still runs after {limit_s} s"
    return time.monotonic() - begun


def wait_until(condition: Callable[[], bool], limit_s: float = 10) -> None:
    """Wait for something that no event tells of: what a process that is not ours leaves on the disk."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"still not so after {limit_s} s"
        time.sleep(0.005)


def environment_of(pid: int) -> bytes:
    """The environment with which a process was started."""
    return Path(f"/proc/{pid}/environ").read_bytes()


def arguments_of(pid: int) -> bytes:
    """The arguments of a process, as every user of the machine sees them."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()
