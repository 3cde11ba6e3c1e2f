"""The supervisor of the embedded model's process: starts it on first use, again after a crash, and ends it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from compare_tui.domain.safe_text import make_safe_line
from compare_tui.domain.secret import Secret
from compare_tui.sources.local_faults import (
    LocalModelError,
    LocalReason,
    describe_exit,
    fault_of_exit,
    fault_of_report,
)
from compare_tui.sources.local_parts import ServerPlan

_SERVER_MODULE = "compare_tui.sources.local_server"
_START_LIMIT_S = 120.0
"""A model file of someone's own may be large."""
_EXIT_LIMIT_S = 0.5
_STDERR_LINES = 40
_SOCKET_NAME = "s.sock"
"""The runtime takes a host name for a Unix socket only if it ends so."""
_SOCKET_PATH_LIMIT = 100
"""macOS allows 104 bytes, Linux 108."""
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
_KEPT_PREFIXES = ("PYTHON", "LC_", "LD_", "DYLD_", "OMP_", "GGML_")


@dataclass(frozen=True, slots=True)
class LocalEndpoint:
    """Where the child answers: a Unix socket, or a port of 127.0.0.1 where the system has none."""

    key: Secret
    socket: Path | None = None
    port: int | None = None

    @property
    def base_url(self) -> str:
        return "http://localhost/v1" if self.socket else f"http://127.0.0.1:{self.port}/v1"


@dataclass(slots=True)
class _Child:
    process: asyncio.subprocess.Process
    key: Secret
    socket: Path | None
    stderr: deque[str] = field(default_factory=lambda: deque(maxlen=_STDERR_LINES))
    reader: asyncio.Task[None] | None = None

    @property
    def lives(self) -> bool:
        return self.process.returncode is None


class LocalProcess:
    """One child at a time, shared by all lanes. All methods belong to one event loop.

    `plan` says what to start; it may raise LocalModelError and runs in a thread of its own.
    """

    def __init__(self, plan: Callable[[], ServerPlan], *, start_limit_s: float = _START_LIMIT_S) -> None:
        self._plan = plan
        self._start_limit_s = start_limit_s
        self._child: _Child | None = None
        self._starting: asyncio.Task[LocalEndpoint] | None = None
        self._endpoint: LocalEndpoint | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id while it lives."""
        return self._child.process.pid if self._child and self._child.lives else None

    async def endpoint(self) -> LocalEndpoint:
        """Return where the child answers, and start it if it does not run.

        Concurrent calls wait for the same start; cancelling one of them does not end it. Raises LocalModelError.
        """
        if self._endpoint is not None and self._child is not None and self._child.lives:
            return self._endpoint
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._start(), name="start of the embedded model")
            self._starting.add_done_callback(_look_at)
        return await asyncio.shield(self._starting)

    async def how_it_ended(self) -> str | None:
        """Return how the child's process ended, as the end of a sentence, or None while it lives or never ran."""
        if self._child is None:
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_EXIT_LIMIT_S / 2):
                return describe_exit(await self._child.process.wait())
        return None

    async def aclose(self) -> None:
        """End the child, within a second."""
        if self._starting is not None and not self._starting.done():
            self._starting.cancel()
            await asyncio.wait([self._starting])
        await self._end_child()

    async def _start(self) -> LocalEndpoint:
        await self._end_child()
        plan = await asyncio.to_thread(self._plan)
        key = Secret(secrets.token_urlsafe(32))
        socket = _new_socket_path() if hasattr(os, "fork") else None
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                _SERVER_MODULE,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=_child_environment(os.environ, plan),
                # Ctrl+C and Ctrl+Z in the terminal are for the app alone.
                start_new_session=True,
            )
        except OSError as fault:
            raise LocalModelError(
                LocalReason.START_FAILED, f"The embedded model's process cannot be started: {fault.strerror}"
            ) from fault
        child = self._child = _Child(process, key, socket)
        child.reader = asyncio.create_task(_read_stderr(child), name="messages of the embedded model")
        try:
            async with asyncio.timeout(self._start_limit_s):
                self._endpoint = await _introduce(child, plan)
        except TimeoutError:
            await self._end_child()
            raise LocalModelError(
                LocalReason.START_FAILED, f"The embedded model was not ready after {self._start_limit_s:g} s."
            ) from None
        except BaseException:
            await self._end_child()
            raise
        return self._endpoint

    async def _end_child(self) -> None:
        child, self._child, self._endpoint = self._child, None, None
        if child is None:
            return
        if child.process.stdin is not None:
            child.process.stdin.close()
        try:
            async with asyncio.timeout(_EXIT_LIMIT_S):
                await child.process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                child.process.kill()
            await child.process.wait()
        if child.reader is not None:
            await asyncio.wait([child.reader], timeout=_EXIT_LIMIT_S / 2)
            child.reader.cancel()
        if child.socket is not None:
            await asyncio.to_thread(shutil.rmtree, child.socket.parent, ignore_errors=True)


async def _introduce(child: _Child, plan: ServerPlan) -> LocalEndpoint:
    """Give the child its order and wait until the model is loaded."""
    stdin, stdout = child.process.stdin, child.process.stdout
    assert stdin is not None
    assert stdout is not None
    order = {
        "key": child.key.reveal(),
        "model_file": str(plan.model_file),
        "alias": plan.alias,
        "socket": None if child.socket is None else str(child.socket),
    }
    stdin.write(json.dumps(order).encode() + b"\n")
    with contextlib.suppress(ConnectionError):  # a child that died says so at the end of its output
        await stdin.drain()
    report = _parse_report(await stdout.readline())
    if report is None:
        exit_code = await child.process.wait()
        raise fault_of_exit(exit_code, await _all_stderr(child))
    if report.get("state") == "ready":
        port = report.get("port")
        return LocalEndpoint(child.key, child.socket, port if isinstance(port, int) else None)
    await child.process.wait()
    stderr = await _all_stderr(child)
    raise fault_of_report(str(report.get("reason")), str(report.get("detail")), stderr, str(plan.model_file))


def _parse_report(line: bytes) -> Mapping[str, object] | None:
    try:
        report = json.loads(line)
    except ValueError:
        return None
    return report if isinstance(report, dict) else None


async def _read_stderr(child: _Child) -> None:
    stderr = child.process.stderr
    assert stderr is not None
    while chunk := await stderr.read(4096):
        child.stderr.extend(make_safe_line(line) for line in chunk.decode(errors="replace").splitlines())


async def _all_stderr(child: _Child) -> str:
    if child.reader is not None:
        await asyncio.wait([child.reader], timeout=_EXIT_LIMIT_S)
    return "\n".join(child.stderr)


def _look_at(task: asyncio.Task[LocalEndpoint]) -> None:
    """Take note of the outcome, so that one nobody waits for any more is no complaint of the loop's."""
    if not task.cancelled():
        task.exception()


def _new_socket_path() -> Path:
    """Return a path in a folder that does not exist yet; the child makes it, for its owner only."""
    name = f"compare-tui-{secrets.token_hex(8)}"
    root = Path(tempfile.gettempdir())
    path = root / name / _SOCKET_NAME
    return path if len(os.fsencode(path)) <= _SOCKET_PATH_LIMIT else Path("/tmp") / name / _SOCKET_NAME


def _child_environment(parent: Mapping[str, str], plan: ServerPlan) -> dict[str, str]:
    """Return what the child needs of the parent's environment, and none of its keys."""
    kept = {name: value for name, value in parent.items() if name in _KEPT_VARIABLES or name.startswith(_KEPT_PREFIXES)}
    _prepend(kept, "PYTHONPATH", plan.python_path)
    _prepend(kept, "LD_LIBRARY_PATH", plan.library_path)
    return kept


def _prepend(environment: dict[str, str], name: str, folders: tuple[Path, ...]) -> None:
    if folders:
        known = [environment[name]] if environment.get(name) else []
        environment[name] = os.pathsep.join([*map(str, folders), *known])
