"""OpenRouter's list of models, fetched at most once a day and kept in a file between runs."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from compare_tui.domain.errors import BackendError
from compare_tui.engine.ports import Clock
from compare_tui.sources.openrouter_models_wire import ModelInfo, read_models
from compare_tui.sources.settings import OpenAISettings

_FRESH_S = 24 * 3600.0
_PAUSE_S = 60.0
_MAX_BYTES = 32 * 1024 * 1024


class ModelList:
    """The models of one backend. `file` is the cache; it may be missing or damaged."""

    def __init__(self, settings: OpenAISettings, file: Path, *, clock: Clock) -> None:
        self._settings = settings
        self._file = file
        self._clock = clock
        self._models: dict[str, ModelInfo] | None = None
        self._tried_at: float | None = None

    def known(self) -> dict[str, ModelInfo]:
        """Return what the cache has, however old; read once."""
        if self._models is None:
            self._models = {}
            with suppress(OSError):
                if self._file.stat().st_size <= _MAX_BYTES:
                    self._models = read_models(self._file.read_bytes()) or {}
        return self._models

    def is_due(self) -> bool:
        """Whether the cache is more than a day old, and the last try not of this minute."""
        tried = self._tried_at is not None and self._clock.monotonic() - self._tried_at < _PAUSE_S
        return not tried and not self._is_fresh()

    def _is_fresh(self) -> bool:
        try:
            age_s = self._clock.wall() - self._file.stat().st_mtime
        except OSError:
            return False
        return 0 <= age_s < _FRESH_S and bool(self.known())

    async def refresh(self) -> None:
        """Fetch the list anew. Raises BackendError with one clear line."""
        from compare_tui.sources.openai_models import fetch_models

        self._tried_at = self._clock.monotonic()
        body = await fetch_models(self._settings, query={"output_modalities": "all"})
        models = read_models(body)
        if models is None:
            raise BackendError(f"The backend {self._settings.name} does not list models.")
        self._models = models
        with suppress(OSError):
            _write(self._file, body)


def _write(file: Path, body: bytes) -> None:
    """Replace the cache in one step: another process may read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fd, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(fd, "wb") as temporary:
            temporary.write(body)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
