"""Fetches what the embedded model lacks: `python -m compare_tui.sources.local_setup [FOLDER]`.

The folder is a shelf; without it, the Python environment's own is filled.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from compare_tui.sources.local_faults import LocalModelError
from compare_tui.sources.local_fetch import FetchProgress, PartFetcher
from compare_tui.sources.local_parts import LocalParts, environment_shelf


async def fetch_missing(parts: LocalParts, fetcher: PartFetcher, on_progress: Callable[[FetchProgress], None]) -> None:
    """Fetch every part that is missing. Raises LocalModelError."""
    for part in await asyncio.to_thread(parts.missing):
        await fetcher.fetch(part, on_progress)


def main(arguments: Sequence[str]) -> int:
    """Fetch what is missing onto the shelf named on the command line, the environment's own by default."""
    shelf = Path(arguments[0]) if arguments else environment_shelf()
    try:
        asyncio.run(fetch_missing(LocalParts(models_dir=shelf), PartFetcher(shelf), ProgressLine().show))
    except LocalModelError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


class ProgressLine:
    """A progress bar on standard error: redrawn on a terminal, one line per part elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._shown = ""

    def show(self, progress: FetchProgress) -> None:
        """Draw how far a part has come, if that has changed."""
        percent = progress.done_bytes * 100 // progress.total_bytes
        title = f"{progress.part.title.removeprefix('the ')}, {progress.part.download_bytes / 1e6:.3g} MB"
        if self._terminal:
            filled = percent * 30 // 100
            line = f"\r[{'#' * filled}{'.' * (30 - filled)}] {percent:3} %  {title}" + "\n" * (percent == 100)
        else:
            line = f"{title}: {'fetched' if percent == 100 else 'fetching'}\n"
        if line != self._shown:
            self._shown = line
            sys.stderr.write(line)
            sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
