"""Model files: is it one, and is it the one that was meant?"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

_MAGIC = b"GGUF"


def looks_like_gguf(path: Path) -> bool:
    """Return whether a file begins as a model file does."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def sha256_of(path: Path) -> str:
    """Return the checksum of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class VerifiedFiles:
    """Remembers which files had which checksum, so that 98 MB are not read again at every start.

    A file counts as unchanged while its size and its time of change, in nanoseconds, are the same.
    """

    def __init__(self, memory: Path) -> None:
        self._memory = memory

    def check(self, path: Path, sha256: str) -> bool:
        """Return whether the file has this checksum; False also if it cannot be read."""
        try:
            stat = path.stat()
            known = self._recall()
            record = [stat.st_size, stat.st_mtime_ns, sha256]
            if known.get(str(path)) == record:
                return True
            if sha256_of(path) != sha256:
                return False
        except OSError:
            return False
        self._keep({**known, str(path): record})
        return True

    def _recall(self) -> dict[str, object]:
        try:
            known = json.loads(self._memory.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def _keep(self, known: dict[str, object]) -> None:
        """Write the memory in one step; where it cannot be written, the next start reads the file again."""
        draft = self._memory.with_name(f"{self._memory.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self._memory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_text(json.dumps(known), encoding="utf-8")
            draft.replace(self._memory)
