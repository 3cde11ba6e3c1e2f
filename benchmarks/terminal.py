"""A program in a pseudo-terminal: what reached the terminal, and when."""

from __future__ import annotations

import fcntl
import os
import pty
import resource
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Sequence
from pathlib import Path


class Terminal:
    """Runs `argv` in a pty of `columns` x `rows` and keeps every byte with its time (CLOCK_MONOTONIC)."""

    def __init__(
        self, argv: Sequence[str], *, columns: int = 200, rows: int = 50, env: dict[str, str] | None = None
    ) -> None:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        full_env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, env=full_env, start_new_session=True, close_fds=True
        )
        os.close(slave)
        self._master = master
        self._pieces: list[tuple[float, bytes]] = []
        self._done = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._done.is_set():
            ready, _, _ = select.select([self._master], [], [], 0.2)
            if not ready:
                continue
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:
                return
            if not data:
                return
            self._pieces.append((time.monotonic(), data))

    def type(self, keys: str) -> float:
        """Send keys; returns when they went."""
        at = time.monotonic()
        os.write(self._master, keys.encode())
        return at

    @property
    def n_bytes(self) -> int:
        return sum(len(data) for _, data in self._pieces)

    def output(self) -> bytes:
        """Everything that reached the terminal so far."""
        return b"".join(data for _, data in list(self._pieces))

    def time_of(self, marker: str, timeout_s: float = 20) -> float:
        """Return when `marker` stood in the output for the first time; raises TimeoutError."""
        wanted = marker.encode()
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            seen = b""
            for at, data in list(self._pieces):
                seen = seen[-len(wanted) :] + data
                if wanted in seen:
                    return at
            time.sleep(0.01)
        raise TimeoutError(f"{marker!r} never reached the terminal")

    def time_of_next(self, marker: str, n_before: int, timeout_s: float = 20) -> float:
        """Return when `marker` stood in the output more than `n_before` times; raises TimeoutError."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            seen = b""
            for at, data in list(self._pieces):
                seen += data
                if at > end - timeout_s and seen.count(marker.encode()) > n_before:
                    return at
            time.sleep(0.002)
        raise TimeoutError(f"{marker!r} never reached the terminal again")

    def cpu_s(self) -> float:
        """CPU seconds of the process so far, all threads, without its children."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Resident memory, MiB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20

    def close(self) -> None:
        """End the program, hard if need be."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._done.set()
        self._reader.join(1)
        os.close(self._master)
