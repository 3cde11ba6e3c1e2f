"""The embedded model as a person meets it: what it lacks is fetched, with its progress said."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from compare_tui.bootstrap.backends import local_parts
from compare_tui.config.load import Loaded
from compare_tui.sources.local_fetch import FetchProgress, PartFetcher
from compare_tui.sources.local_parts import Part
from compare_tui.sources.local_setup import fetch_missing


def missing_parts(loaded: Loaded) -> tuple[Part, ...]:
    """Return what would have to be fetched."""
    return local_parts(loaded, os.environ).missing()


def fetch_parts(loaded: Loaded, show: Callable[[FetchProgress], None]) -> None:
    """Fetch what is missing into the data directory. Raises CompareTuiError."""
    parts = local_parts(loaded, os.environ)
    asyncio.run(fetch_missing(parts, PartFetcher(loaded.paths.models_dir), show))


def in_words(progress: FetchProgress) -> str:
    """Return how far a part has come, as one line."""
    percent = progress.done_bytes * 100 // progress.total_bytes
    return f"Fetching {progress.part.title}: {percent} % of {progress.part.download_bytes / 1e6:.3g} MB"
