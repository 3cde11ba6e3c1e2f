"""Picking a block of code: by number, the whole answer, to a file."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest

from tests.support.pilot import Stand, stand

_ANSWER = "Take **this**:\n\n```python\nif a:\n\tb()\n```\n\nor\n\n> ```sh\n> make x\n> ```\n"


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was sent to the terminal's clipboard."""
    texts: list[str] = []

    def write_raw(_app: object, data: str) -> None:
        texts.append(b64decode(data.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode())

    monkeypatch.setattr("compare_tui.tui.internals.terminal.write_raw", write_raw)
    monkeypatch.setenv("TERM", "xterm")
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    return texts


async def _answered(running: Stand, text: str) -> None:
    await running.send("go")
    await running.say(0, text)
    await running.end(0)
    await running.press("escape", "Y")
    await running.pilot.pause()


@pytest.mark.parametrize(
    ("keys", "text"),
    [(["1"], "if a:\n\tb()"), (["2"], "make x"), (["enter"], "make x"), (["k", "y"], "if a:\n\tb()"), (["0"], _ANSWER)],
)
async def test_a_block_is_copied_as_received_by_its_number(keys: list[str], text: str, copied: list[str]) -> None:
    async with stand("one") as running:
        await _answered(running, _ANSWER)
        await running.press(*keys)
        await running.until(lambda: copied)
        await running.until(lambda: "(OSC 52)" in running.screen.header.text)
    assert copied == [text]


async def test_of_many_blocks_two_digits_choose(copied: list[str]) -> None:
    async with stand("one") as running:
        await _answered(running, "\n\n".join(f"```\nblock {number}\n```" for number in range(1, 13)))
        await running.press("1", "2")
        await running.until(lambda: copied)
    assert copied == ["block 12"]


async def test_a_block_is_written_to_a_private_file_and_the_file_is_named(copied: list[str]) -> None:
    async with stand("one") as running:
        await _answered(running, _ANSWER)
        await running.press("k", "f")
        await running.until(lambda: "Wrote 10 characters to" in running.screen.header.text)
        path = Path(running.screen.header.text.split(" to ")[1].strip().removesuffix("."))
        assert _take(path) == ("if a:\n\tb()", 0o600)
    assert copied == []


async def test_leaving_copies_nothing(copied: list[str]) -> None:
    async with stand("one") as running:
        await _answered(running, _ANSWER)
        assert len(running.app.screen_stack) == 2
        await running.press("escape")
        await running.until(lambda: len(running.app.screen_stack) == 1)
    assert copied == []


def _take(path: Path) -> tuple[str, int]:
    found = path.read_text(), path.stat().st_mode & 0o777
    path.unlink()
    return found
