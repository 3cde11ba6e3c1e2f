"""Long lines of code: wrapped, or cut and scrolled sideways."""

from __future__ import annotations

from tests.support.pilot import Stand, stand

_LONG = "begin_" + "".join(f"{number:03}_" for number in range(40)) + "end"
_ANSWER = f"Prose before.\n\n```\n{_LONG}\nshort\n```\n\nProse after."


async def _answered(running: Stand) -> None:
    await running.send("go")
    await running.say(0, _ANSWER)
    await running.end(0)
    await running.press("escape")


def _lines(running: Stand) -> list[str]:
    return [line.strip("│ ") for line in running.shown(0).splitlines()[1:-1]]


async def test_code_is_wrapped_at_first_and_cut_by_a_key_and_wrapped_again() -> None:
    async with stand("one", size=(80, 24)) as running:
        await _answered(running)
        assert any(line.endswith("_end") for line in _lines(running))
        await running.press("W")
        assert sum("0_" in line for line in _lines(running)) == 1
        assert not any(line.endswith("_end") for line in _lines(running))
        assert "Long code lines are cut" in running.screen.header.text
        await running.press("W")
        assert any(line.endswith("_end") for line in _lines(running))


async def test_cut_code_scrolls_sideways_to_its_end_and_back() -> None:
    async with stand("one", size=(80, 24)) as running:
        await _answered(running)
        await running.press("W", "full_stop")
        assert "column 9" in running.status(0)
        assert not any("begin_" in line for line in _lines(running))
        assert "› go" in _lines(running)
        await running.press(*["full_stop"] * 30)
        assert any(line.endswith("_end") for line in _lines(running))
        await running.press(*["comma"] * 30)
        assert any(line.startswith("begin_") for line in _lines(running))
        assert "column" not in running.status(0)


async def test_wrapped_code_says_that_there_is_nothing_at_the_sides() -> None:
    async with stand("one", size=(80, 24)) as running:
        await _answered(running)
        await running.press("full_stop")
        assert "Nothing at the sides" in running.screen.header.text


async def test_the_next_answer_is_cut_as_well_and_a_search_keeps_its_place() -> None:
    async with stand("one", size=(80, 40)) as running:
        await _answered(running)
        await running.press("W", "i")
        await running.send("more")
        await running.say(0, _ANSWER)
        await running.end(0)
        assert sum("begin_" in line for line in _lines(running)) == 2
        assert not any(line.endswith("_end") for line in _lines(running))
        await running.press("escape", "slash")
        await running.type("after")
        await running.press("enter")
        await running.until(lambda: "/after  1/2" in running.screen.footer.text)
        await running.press("W")
        assert "/after  1/2" in running.screen.footer.text
