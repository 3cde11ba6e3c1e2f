"""The embedded model's server: a child process that speaks the OpenAI API and never outlives its parent.

Run as `python -P -m compare_tui.sources.local_server`. It imports the standard library and xllamacpp only.

Standard input carries one line of JSON, a `ServerOrder`, and then stays open: its end is the order to go. Nothing
stands in the arguments, so no process list shows the key. Standard output carries one line of JSON:
`{"state": "ready", "port": null}` or `{"state": "failed", "reason": ..., "detail": ...}`; reasons are
`runtime_missing`, `runtime_broken`, `model_broken` and `folder`. Standard error is the runtime's.

The runtime holds the GIL while it loads, so no thread of this process could see the end of standard input then. A
forked guard sees it, in any state: it kills this process and removes the socket's folder.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

N_PARALLEL = 4
"""Lanes that are answered at the same time; further ones wait in the server."""
N_CTX = 8192
"""Tokens of context, shared by the lanes: 2048 each."""
_VERBOSITY_ERRORS = 1


def main() -> None:
    """Serve until standard input ends."""
    report_fd = _keep_stdout_for_reports()
    order: dict[str, Any] = json.loads(_read_line(sys.stdin.fileno()))
    folder = None if order["socket"] is None else Path(order["socket"]).parent
    if folder is not None:
        try:
            folder.mkdir(mode=0o700)
        except OSError as fault:
            _report(report_fd, {"state": "failed", "reason": "folder", "detail": str(fault)})
            return
        if hasattr(os, "fork"):
            _fork_guard(folder, report_fd)
    try:
        report, server = _start(order)
        _report(report_fd, report)
        if server is not None:
            _wait_for_end_of_input()
    finally:
        _remove(folder)
        # The runtime's threads abort the process if the interpreter is taken down while they generate.
        os._exit(0)


def _keep_stdout_for_reports() -> int:
    """Return a private copy of standard output; what the runtime prints there goes to standard error."""
    report_fd = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return report_fd


def _read_line(fd: int) -> bytes:
    """Read one line without taking more from the pipe than that."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(fd, 1)
        if not byte:
            os._exit(0)
        line += byte
    return bytes(line)


def _report(fd: int, report: Mapping[str, object]) -> None:
    with contextlib.suppress(OSError):
        os.write(fd, json.dumps(report).encode() + b"\n")


def _start(order: Mapping[str, Any]) -> tuple[Mapping[str, object], object | None]:
    """Return what to report, and the server that must be kept alive."""
    # Before the import: libgomp reads it once. Spinning barriers cost a factor of 20 on a busy machine.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    try:
        runtime = importlib.import_module("xllamacpp")
    except ModuleNotFoundError as fault:
        return {"state": "failed", "reason": "runtime_missing", "detail": str(fault)}, None
    except Exception as fault:
        return {"state": "failed", "reason": "runtime_broken", "detail": str(fault)}, None
    try:
        server = runtime.Server(_parameters(runtime, order))
    except Exception as fault:
        return {"state": "failed", "reason": "model_broken", "detail": str(fault)}, None
    port = None if order["socket"] else int(str(server.listening_address).rpartition(":")[2])
    return {"state": "ready", "port": port}, server


def _parameters(runtime: ModuleType, order: Mapping[str, Any]) -> object:
    params = runtime.CommonParams()
    params.model.path = order["model_file"]
    params.model_alias = {order["alias"]}
    params.hostnames = [order["socket"] or "127.0.0.1"]
    params.port = 0
    params.api_keys = [order["key"]]
    params.n_ctx = N_CTX
    params.n_parallel = N_PARALLEL
    threads = max(1, physical_cores() // 2)
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.verbosity = _VERBOSITY_ERRORS
    params.cache_ram_mib = 0  # the default may take 8 GiB
    params.offline = True
    params.ui = False
    params.endpoint_slots = False
    params.cors_origins = ""
    return params


def physical_cores() -> int:
    """Return the cores this process may use, two threads of one core counted once where the system tells."""
    if sys.platform != "linux":
        return max(1, (os.cpu_count() or 1) // 2)
    cores = set()
    for cpu in os.sched_getaffinity(0):
        topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            cores.add(topology.read_text().strip())
        except OSError:
            cores.add(str(cpu))
    return len(cores)


def _fork_guard(folder: Path, report_fd: int) -> None:
    server_pid = os.getpid()
    server_ended, server_lives = os.pipe()
    if os.fork():
        os.close(server_ended)
        return
    try:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.close(server_lives)
        os.close(report_fd)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, sys.stdout.fileno())
        os.dup2(null, sys.stderr.fileno())
        _guard(server_pid, server_ended, folder)
    finally:
        os._exit(0)


def _guard(server_pid: int, server_ended: int, folder: Path) -> None:
    """Wait until the parent or the server is gone, then see that nothing is left of the server."""
    stdin = sys.stdin.fileno()
    while True:
        ready, _, _ = select.select([stdin, server_ended], [], [])
        if server_ended in ready:
            break
        if not _read_some(stdin):
            # The parent of this process is the server for as long as it lives: no other process can be hit.
            if os.getppid() == server_pid:
                os.kill(server_pid, signal.SIGKILL)
            select.select([server_ended], [], [])
            break
    _remove(folder)


def _wait_for_end_of_input() -> None:
    while _read_some(sys.stdin.fileno()):
        pass


def _read_some(fd: int) -> bytes:
    try:
        return os.read(fd, 4096)
    except OSError:  # a reset counts as an end
        return b""


def _remove(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
