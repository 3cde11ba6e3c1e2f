"""Key echo, slow links, and the same work done with stock parts: `python -m benchmarks.echo`. Linux; prints a table.

Everything runs at 8 lanes of 100 tokens/s on 200x50. The floor of the same run reads the streams and draws nothing.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import ptyprocess  # type: ignore[import-untyped]
from tests.support.slow_terminal import SlowTerminal

from benchmarks.live import Server, running
from benchmarks.terminal import Terminal

_LANES, _RATE, _TOKENS = "abcdefgh", 100, 800
_SIZE = (50, 200)
_KEYS = 60

_READ = """
import asyncio, json, sys
async def read(port, model, take):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"model": model, "messages": []}).encode()
    writer.write(b"POST /v1/chat/completions HTTP/1.1\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
    async for line in reader:
        if line.startswith(b"data: {"):
            choices = json.loads(line[6:]).get("choices") or [{}]
            await take(choices[0].get("delta", {}).get("content") or "")
        elif line.startswith(b"data: [DONE]"):
            break
port, models = int(sys.argv[1]), sys.argv[2:]
"""
_FLOOR = (
    _READ
    + """
async def take(text): pass
async def main(): await asyncio.gather(*(read(port, model, take) for model in models))
asyncio.run(main())
"""
)
_LIVE = (
    _READ
    + """
from rich.columns import Columns
from rich.live import Live
from rich.markdown import Markdown
texts = [""] * len(models)
async def main():
    with Live(refresh_per_second=10, screen=True) as live:
        async def one(place, model):
            async def take(text): texts[place] += text
            await read(port, model, take)
        async def draw():
            while True:
                live.update(Columns([Markdown(text[-2000:]) for text in texts], width=24))
                await asyncio.sleep(0.1)
        drawing = asyncio.create_task(draw())
        await asyncio.gather(*(one(place, model) for place, model in enumerate(models)))
        drawing.cancel()
asyncio.run(main())
"""
)
_MARKDOWN_STREAM = (
    _READ
    + """
from textual.app import App
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Markdown
class Panes(App):
    CSS = "VerticalScroll { width: 1fr; }"
    def compose(self):
        with Horizontal():
            for _ in models:
                with VerticalScroll():
                    yield Markdown()
    def on_mount(self):
        for pane in self.query(VerticalScroll):
            pane.anchor()
        self.run_worker(self.stream())
    async def stream(self):
        async def one(model, widget):
            stream = Markdown.get_stream(widget)
            await read(port, model, stream.write)
            await stream.stop()
        await asyncio.gather(*(one(*pair) for pair in zip(models, self.query(Markdown))))
        self.exit()
Panes().run()
"""
)


def _models(n_tokens: int = _TOKENS) -> list[str]:
    return [f"{name}-{_RATE}-{n_tokens}-0.5" for name in _LANES]


def key_echo() -> Iterator[tuple[str, str]]:
    """Time from a key to the letter in what the program writes, while eight lanes stream."""
    with running(_models(5_000)) as (terminal, server):
        server.wait_for("first", _models(5_000)[-1])
        time.sleep(1)
        took = []
        for number in range(_KEYS):
            letter = "ÄÖÜäöüßéèêáà"[number % 12]
            before = terminal.output().count(letter.encode())
            at = terminal.type(letter)
            took.append(terminal.time_of_next(letter, before) - at)
            time.sleep(0.037)
        took.sort()
        yield "8 lanes: key to echo, p50", f"{statistics.median(took) * 1000:.1f} ms"
        yield "8 lanes: key to echo, p99", f"{took[int(len(took) * 0.99)] * 1000:.1f} ms"


def slow_link(rate: int, *flags: str, answers: tuple[bytes, ...]) -> Iterator[tuple[str, str]]:
    """Keys behind a link that holds everything and lets `rate` bytes a second through."""
    server = Server()
    with tempfile.TemporaryDirectory() as home:
        config = Path(home, "config.toml")
        config.write_text(f'[backends.wire]\nkind = "openai"\nbase_url = "http://127.0.0.1:{server.port}/v1"\n')
        argv = [sys.executable, "-m", "compare_tui", "--config", str(config), "--data-dir", f"{home}/data", *flags]
        argv += [word for model in _models(3_000) for word in ("-m", f"{model}@wire")]
        env = {**os.environ, "HOME": home, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        process = ptyprocess.PtyProcess.spawn([*argv, "go on"], dimensions=_SIZE, env=env)
        terminal = SlowTerminal(process, _SIZE, rate=rate, answers=answers)
        try:
            server.wait_for("first", _models(3_000)[0])
            time.sleep(4)
            typed, took = "", []
            for number in range(24):
                typed += "qwz"[number % 3]
                terminal.type(typed[-1])
                took.append(terminal.until_shown(f"› {typed}", 20))
                time.sleep(0.2)
            took.sort()
            label = f"{rate // 1000} kB/s link {' '.join(flags)}".strip()
            yield f"{label}: key to echo, p50 and slowest of 24", f"{took[12] * 1000:.0f} ms, {took[-1] * 1000:.0f} ms"
            yield f"{label}: most bytes under way", f"{terminal.backlog_peak}"
        finally:
            terminal.close()
            process.terminate(force=True)
            server.close()


def stock(label: str, program: str) -> Iterator[tuple[str, str]]:
    """The same streams in a program of stock parts."""
    server = Server()
    terminal = Terminal([sys.executable, "-c", program, str(server.port), *_models()])
    try:
        server.wait_for("first", _models()[-1])
        cpu, n_bytes = terminal.cpu_s(), terminal.n_bytes
        began = time.monotonic()
        for model in _models():
            server.wait_for("last", model, timeout_s=60)
        spent, written = terminal.cpu_s() - cpu, terminal.n_bytes - n_bytes
        n_tokens = len(_LANES) * _TOKENS
        seconds = time.monotonic() - began
        yield (
            f"{label}: CPU per 1,000 tokens (share of a core)",
            f"{spent / n_tokens * 1000:.3f} s ({spent / seconds:.0%})",
        )
        yield f"{label}: bytes per token", f"{written / n_tokens:.0f}"
    finally:
        terminal.close()
        server.close()


def main() -> None:
    """Run every measurement and print one line each."""
    probes = (b"\x1b[?2026$p", b"\x1b[6n")
    parts = [
        stock("floor, raw sockets", _FLOOR),
        key_echo(),
        slow_link(40_000, answers=probes),
        slow_link(30_000, "--slow", answers=probes),
        stock("rich Markdown in Live", _LIVE),
        stock("Textual MarkdownStream panes", _MARKDOWN_STREAM),
    ]
    for part in parts:
        for label, figure in part:
            print(f"{label:<72} {figure}", flush=True)


if __name__ == "__main__":
    main()
