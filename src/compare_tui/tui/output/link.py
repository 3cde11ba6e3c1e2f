"""The queue of the SSH connection that leads to the terminal: what tells a slow link inside tmux and screen.

A multiplexer answers queries by itself; what waits in the connection's socket is seen in /proc/net/tcp (proc(5)) of the
same network namespace. Linux only, and only the last hop.
"""

from __future__ import annotations

import ipaddress
import socket
import subprocess
import sys
from pathlib import Path

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LIMIT_S = 2.0


class SshQueue:
    """Reads how many bytes wait in the socket of `connection`, which is spelled as `SSH_CONNECTION` is."""

    def __init__(self, connection: str, tables: tuple[Path, ...] = _TABLES) -> None:
        self._pairs = _socket_pairs(connection)
        self._tables = tables

    @property
    def is_known(self) -> bool:
        """Whether there is a connection to look at."""
        return bool(self._pairs)

    def waiting(self) -> int | None:
        """Return the bytes in the socket, or None if there is no such socket."""
        for table in self._tables:
            try:
                text = table.read_bytes()
            except OSError:
                continue
            for pair in self._pairs:
                place = text.find(pair)
                if place >= 0:
                    queues = text[place + len(pair) :].split(None, 2)[1]
                    return int(queues.split(b":")[0], 16)
        return None


def _socket_pairs(connection: str) -> list[bytes]:
    """Return ``local:port remote:port`` as the kernel spells it, for IPv4 and IPv6."""
    parts = connection.split()
    if len(parts) != 4:
        return []
    try:
        client, server = ipaddress.ip_address(parts[0]), ipaddress.ip_address(parts[2])
        ports = int(parts[1]), int(parts[3])
    except ValueError:
        return []
    pairs = [f"{_spelled(server)}:{ports[1]:04X} {_spelled(client)}:{ports[0]:04X}".encode()]
    if server.version == client.version == 4:
        mapped = [ipaddress.IPv6Address(f"::ffff:{address}") for address in (server, client)]
        pairs.append(f"{_spelled(mapped[0])}:{ports[1]:04X} {_spelled(mapped[1])}:{ports[0]:04X}".encode())
    return pairs


def _spelled(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Return the address in words of 32 bits in the machine's order, as proc(5) has it."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    packed = socket.inet_pton(family, str(address))
    words = [packed[start : start + 4] for start in range(0, len(packed), 4)]
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)


def connection_of_tmux() -> str:
    """Return `SSH_CONNECTION` as tmux has it from the last client that was attached; empty if it has none."""
    try:
        found = subprocess.run(
            ["tmux", "show-environment", "SSH_CONNECTION"],
            capture_output=True, text=True, timeout=_LIMIT_S, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.strip().partition("=")[2]
