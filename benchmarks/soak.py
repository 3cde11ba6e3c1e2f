"""Keeps the embedded model busy and watches what grows: `python -m benchmarks.soak [MINUTES]`. Linux.

Three lanes ask all the time; every third answer is stopped in the middle, every fiftieth kills the model's process.
Ends with status 1 if file descriptors, memory or processes are left behind.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import aclosing
from pathlib import Path

from compare_tui.domain.answers import AnswerState
from compare_tui.domain.events import AttemptStarted, TextReceived
from compare_tui.domain.fold import fold
from compare_tui.domain.lanes import Lane, LaneId
from compare_tui.domain.messages import AnswerRequest, build_messages
from compare_tui.engine.clock import SystemClock
from compare_tui.sources.local import LocalSource
from compare_tui.sources.local_demo import DEMO_LANES
from compare_tui.sources.local_parts import LocalParts, environment_shelf
from compare_tui.sources.local_process import LocalProcess

REPORT_S = 30.0
STOP_EVERY = 3
KILL_EVERY = 50
GROWTH_LIMIT_MB = 64


class Soak:
    def __init__(self, process: LocalProcess, source: LocalSource, until: float) -> None:
        self._process = process
        self._source = source
        self._until = until
        self._asked = 0
        self.outcomes: Counter[str] = Counter()

    async def run_lane(self, place: int) -> None:
        """Ask until the time is over."""
        while time.monotonic() < self._until:
            self._asked += 1
            await self._ask(Lane(LaneId(place), DEMO_LANES[place]), self._asked)

    async def _ask(self, lane: Lane, number: int) -> None:
        state = fold(AnswerState(), AttemptStarted(1), 0)
        request = AnswerRequest(lane, build_messages(None, (), f"Tell a story about the number {number}."))
        async with aclosing(self._source.stream(request)) as events:
            async for event in events:
                state = fold(state, event, time.monotonic())
                if isinstance(event, TextReceived) and state.n_chars > 80:
                    if number % KILL_EVERY == 0 and (pid := self._process.pid):
                        os.kill(pid, signal.SIGKILL)
                    elif number % STOP_EVERY == 0:
                        self.outcomes["stopped"] += 1
                        return
        self.outcomes[state.status.value] += 1

    async def report(self) -> None:
        """Print a line now and then."""
        while time.monotonic() < self._until:
            await asyncio.sleep(min(REPORT_S, max(0.0, self._until - time.monotonic())))
            print(
                f"{self._asked:5} asked  this process {resident_mb(os.getpid()):4.0f} MB, {n_files()} files"
                f"  model {resident_mb(self._process.pid):4.0f} MB  {dict(self.outcomes)}",
                flush=True,
            )


def resident_mb(pid: int | None) -> float:
    """Return the resident memory of a process; 0 if there is none."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def n_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def n_sockets() -> int:
    return len(list(Path(tempfile.gettempdir()).glob("compare-tui-*/s.sock")))


async def main(minutes: float) -> int:
    with tempfile.TemporaryDirectory() as folder:
        parts = LocalParts(models_dir=Path(folder), shelves=[environment_shelf()])
        process = LocalProcess(parts.plan)
        source = LocalSource(process, clock=SystemClock())
        sockets = n_sockets()
        await source.warm_up()
        files, memory = n_files(), resident_mb(os.getpid())
        soak = Soak(process, source, time.monotonic() + minutes * 60)
        await asyncio.gather(soak.report(), *(soak.run_lane(place) for place in range(len(DEMO_LANES))))
        await source.aclose()
    grown = resident_mb(os.getpid()) - memory
    left = {"files": max(0, n_files() - files), "sockets": n_sockets() - sockets, "MB": round(grown)}
    print(f"left behind: {left}")
    return int(left["files"] > 0 or left["sockets"] > 0 or grown > GROWTH_LIMIT_MB)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)))
