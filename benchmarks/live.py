"""What issue figures the whole program reaches: `python -m benchmarks.live`. Linux; prints a table.

Floors come from the same run: a bare Textual app for the first paint, a raw socket for the first text.
"""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.terminal import Terminal

_BARE = """
from textual.app import App
from textual.widgets import Input
class Bare(App):
    def compose(self):
        yield Input("ZQBARE")
Bare().run()
"""


class Server:
    """The wire server as a child, with its log."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.wire_server"], stdout=subprocess.PIPE, text=True
        )
        self.log: list[dict[str, object]] = []
        threading.Thread(target=self._read, daemon=True).start()
        self.port = int(str(self.wait_for("ready")["port"]))

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.log.append(json.loads(line))

    def wait_for(self, event: str, model: str | None = None, timeout_s: float = 30) -> dict[str, object]:
        """Return the first record of this event (and model)."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            for record in list(self.log):
                if record["event"] == event and model in (None, record.get("model")):
                    return record
            time.sleep(0.005)
        raise TimeoutError(f"no {event} of {model}")

    def time_of(self, event: str, model: str | None = None) -> float:
        return float(str(self.wait_for(event, model)["t"]))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


@contextmanager
def running(models: Sequence[str], prompt: str | None = "go on", **size: int) -> Iterator[tuple[Terminal, Server]]:
    """The program in a pty with one lane per model, all at a fresh server."""
    server = Server()
    with tempfile.TemporaryDirectory() as home:
        config = Path(home, "config.toml")
        config.write_text(f'[backends.wire]\nkind = "openai"\nbase_url = "http://127.0.0.1:{server.port}/v1"\n')
        argv = [sys.executable, "-m", "compare_tui", "--config", str(config), "--data-dir", f"{home}/data"]
        argv += [word for model in models for word in ("-m", f"{model}@wire")]
        terminal = Terminal(argv + ([prompt] if prompt else []), env={"HOME": home, "CI": ""}, **size)
        try:
            yield terminal, server
        finally:
            terminal.close()
            server.close()


def raw_first_text_at(port: int, model: str) -> float:
    """Return when a bare socket has the model's first delta: the floor."""
    body = json.dumps({"model": model, "messages": []}).encode()
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        seen = b""
        while b"FIRST" not in seen:
            seen += sock.recv(65536)
        return time.monotonic()


def four_lanes_together() -> Iterator[tuple[str, str]]:
    models = [f"{name}-50-225-0.5" for name in "abcd"]
    with running(models) as (terminal, server):
        asked = min(server.time_of("request", model) for model in models)
        ended = [terminal.time_of(f"ZQ{model[0]}LAST") for model in models]
        late = [(at - server.time_of("last", model)) * 1000 for at, model in zip(ended, models, strict=True)]
        first = [(terminal.time_of(f"ZQ{m[0]}FIRST") - server.time_of("first", m)) * 1000 for m in models]
        yield "4 lanes of 5 s each, first request to last text on the screen", f"{max(ended) - asked:.2f} s"
        yield "first text, server to terminal, slowest of 4 lanes", f"{max(first):.1f} ms"
        yield "last text, server to terminal, slowest of 4 lanes", f"{max(late):.1f} ms"


def floor_of_first_text() -> Iterator[tuple[str, str]]:
    server = Server()
    try:
        times = []
        for index in range(5):
            model = f"f{index}-100-1-0.1"
            at = raw_first_text_at(server.port, model)
            times.append((at - server.time_of("first", model)) * 1000)
        yield "floor: first text, server to a raw socket, median of 5", f"{statistics.median(times):.1f} ms"
    finally:
        server.close()


def enter_and_stop() -> Iterator[tuple[str, str]]:
    models = ["a-50-2000-0.1", "b-50-2000-0.1"]
    with running(models, prompt=None) as (terminal, server):
        terminal.time_of("send")
        time.sleep(1.5)
        terminal.type("hello")
        time.sleep(0.3)
        at = terminal.type("\r")
        asked = [(server.time_of("request", model) - at) * 1000 for model in models]
        yield "Enter to the request on the wire, slowest of 2 lanes", f"{max(asked):.1f} ms"
        terminal.time_of("ZQaFIRST")
        time.sleep(0.5)
        terminal.type("\x1b")
        time.sleep(0.8)
        at = terminal.type("C")
        closed = [(server.time_of("closed", model) - at) * 1000 for model in models]
        yield "stop all (C): key to the server seeing the close, slowest", f"{max(closed):.1f} ms"


def first_paint(rounds: int = 7) -> Iterator[tuple[str, str]]:
    bare, ours = [], []
    for _ in range(rounds):
        terminal = Terminal([sys.executable, "-c", _BARE])
        bare.append(terminal.time_of("ZQBARE") - terminal.started)
        terminal.close()
        with running(["a-50-10-0"], prompt=None) as (terminal, _server):
            ours.append(terminal.time_of("send") - terminal.started)
    floor, mine = statistics.median(bare), statistics.median(ours)
    yield f"floor: bare Textual app, start to first paint, median of {rounds}", f"{floor * 1000:.0f} ms"
    yield "compare-tui, start to first usable paint", f"{mine * 1000:.0f} ms ({mine / floor:.2f} x the floor)"


def cost_of_streaming(lanes: int, tokens: int = 1000, rate: int = 100) -> Iterator[tuple[str, str]]:
    models = [f"{name}-{rate}-{tokens}-0.5" for name in "abcdefghijklmnop"[:lanes]]
    with running(models) as (terminal, server):
        server.wait_for("first", models[-1])
        cpu, n_bytes = terminal.cpu_s(), terminal.n_bytes
        for model in models:
            server.wait_for("last", model, timeout_s=120)
        time.sleep(0.5)
        thousands = lanes * tokens / 1000
        cost = (terminal.cpu_s() - cpu) / thousands
        size = (terminal.n_bytes - n_bytes) / (thousands * 1000)
        yield f"{lanes} lanes x {rate} tok/s, 200x50: CPU per 1,000 tokens", f"{cost:.3f} s"
        yield f"{lanes} lanes x {rate} tok/s, 200x50: bytes per token", f"{size:.0f}"
        yield f"{lanes} lanes x {tokens} tokens: resident memory", f"{terminal.rss_mb():.0f} MB"


def main() -> None:
    """Run every measurement and print one line each."""
    parts = [floor_of_first_text, four_lanes_together, enter_and_stop, first_paint]
    costs = [lambda: cost_of_streaming(4), lambda: cost_of_streaming(8), lambda: cost_of_streaming(16)]
    for part in [*parts, *costs]:
        for label, figure in part():
            print(f"{label:<72} {figure}", flush=True)


if __name__ == "__main__":
    main()
