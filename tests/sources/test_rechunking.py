"""Bodies through a real socket, cut anywhere: the events are those of the whole body."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from compare_tui.domain.events import KeepAliveReceived, StreamEvent
from tests.support.answers import collect, openrouter
from tests.support.streams import EXPECTED, cut_at, recorded
from tests.support.wire_server import WireServer, pieces

_NAMES = [name for name in EXPECTED if name != "27_image_2MiB_line"]


def _said(parts: list[bytes]) -> list[StreamEvent]:
    async def run() -> list[StreamEvent]:
        async with WireServer(pieces(parts)) as server:
            source = openrouter(server.url)
            answer = await collect(source)
            await source.aclose()
        # Keep-alives tell of time, which differs.
        return [event for event in answer.events if not isinstance(event, KeepAliveReceived)]

    return asyncio.run(asyncio.wait_for(run(), 10))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(_NAMES), st.lists(st.integers(0, 4_000), max_size=30))
def test_a_recorded_body_cut_anywhere_says_the_same(name: str, places: list[int]) -> None:
    body = recorded(name)
    assert _said(cut_at(body, places)) == _said([body])


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(_NAMES), st.integers(0, 4_000), st.lists(st.integers(0, 4_000), max_size=8))
def test_a_recorded_body_that_breaks_off_anywhere_says_the_same_however_it_is_cut(
    name: str, length: int, places: list[int]
) -> None:
    body = recorded(name)[:length]
    assert _said(cut_at(body, places)) == _said([body] if body else [])
