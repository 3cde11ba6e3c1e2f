"""Every way in which the embedded model cannot run ends in one clear line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from compare_tui.sources.local_faults import LocalModelError, LocalReason, describe_exit, fault_of_exit, fault_of_report
from compare_tui.sources.local_parts import ServerPlan
from compare_tui.sources.local_process import LocalProcess
from tests.support.local_model import fake_runtime, real_plan


async def fault_of(plan: ServerPlan, start_limit_s: float = 20) -> LocalModelError:
    process = LocalProcess(lambda: plan, start_limit_s=start_limit_s)
    try:
        with pytest.raises(LocalModelError) as caught:
            await process.endpoint()
        assert process.pid is None
    finally:
        await process.aclose()
    return caught.value


async def test_a_missing_system_library_is_named_with_its_package(tmp_path: Path) -> None:
    message = "libgomp.so.1: cannot open shared object file: No such file or directory"
    fault = await fault_of(fake_runtime(tmp_path, f"raise ImportError({message!r})"))
    assert fault.reason is LocalReason.LIBRARY_MISSING
    assert "libgomp.so.1" in fault.message
    assert fault.hint == "Debian and Ubuntu: apt install libgomp1"


async def test_a_runtime_that_does_not_load_is_quoted(tmp_path: Path) -> None:
    fault = await fault_of(fake_runtime(tmp_path, "raise ImportError('undefined symbol: \\x1b[2Jllama')"))
    assert fault.reason is LocalReason.RUNTIME_BROKEN
    assert "undefined symbol: ␛[2Jllama" in fault.message


async def test_a_processor_that_is_too_old_is_told_from_the_signal(tmp_path: Path) -> None:
    fault = await fault_of(fake_runtime(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGILL)"))
    assert fault.reason is LocalReason.RUNTIME_BROKEN
    assert "AVX2" in fault.message


async def test_a_crash_during_the_start_names_the_signal_and_what_was_said_last(tmp_path: Path) -> None:
    source = "import os, sys; print('GGML_ASSERT failed', file=sys.stderr, flush=True); os.abort()"
    fault = await fault_of(fake_runtime(tmp_path, source))
    assert fault.message == "The embedded model's process was ended by SIGABRT: GGML_ASSERT failed."


async def test_what_the_runtime_prints_on_standard_output_is_no_report(tmp_path: Path) -> None:
    source = "print('{\"state\": \"ready\"}', flush=True)\nraise ImportError('broken')"
    fault = await fault_of(fake_runtime(tmp_path, source))
    assert fault.message == "The embedded model's runtime does not load: broken."


async def test_a_start_without_an_end_is_given_up(tmp_path: Path) -> None:
    begun = time.monotonic()
    fault = await fault_of(fake_runtime(tmp_path, "import time; time.sleep(60)"), start_limit_s=0.5)
    assert fault.reason is LocalReason.START_FAILED
    assert "not ready after 0.5 s" in fault.message
    assert time.monotonic() - begun < 3


async def test_broken_weights_are_named_with_the_runtimes_own_words(tmp_path: Path) -> None:
    real = real_plan(tmp_path)
    cut = tmp_path / "cut.gguf"
    with real.model_file.open("rb") as whole:
        cut.write_bytes(whole.read(3_000_000))
    fault = await fault_of(ServerPlan(cut, "cut", real.python_path, real.library_path))
    assert fault.reason is LocalReason.MODEL_BROKEN
    assert str(cut) in fault.message
    assert "model is corrupted or incomplete" in fault.message
    assert "COMPARE_TUI_GGUF" in fault.hint


async def test_each_try_looks_again(tmp_path: Path) -> None:
    plans = iter([fake_runtime(tmp_path, "raise ImportError('broken')"), real_plan(tmp_path)])
    process = LocalProcess(lambda: next(plans))
    try:
        with pytest.raises(LocalModelError):
            await process.endpoint()
        assert (await process.endpoint()).socket is not None
    finally:
        await process.aclose()


def test_a_missing_runtime_says_how_to_install_it() -> None:
    fault = fault_of_report("runtime_missing", "No module named 'xllamacpp'", "", "")
    assert str(fault).endswith('Install it with: pip install "compare-tui[local]"')


def test_a_library_without_a_known_package_is_still_named() -> None:
    fault = fault_of_report("runtime_broken", "/opt/libodd.so.3: file too short", "", "")
    assert fault.reason is LocalReason.LIBRARY_MISSING
    assert "libodd.so.3" in fault.message
    assert fault.hint == ""


@pytest.mark.parametrize(("code", "words"), [(3, "ended with status 3"), (-15, "was ended by SIGTERM"), (-99, "by 99")])
def test_an_exit_is_described(code: int, words: str) -> None:
    assert words in describe_exit(code)


def test_an_exit_without_words_is_a_sentence() -> None:
    assert fault_of_exit(1, "\n").message == "The embedded model's process ended with status 1."
