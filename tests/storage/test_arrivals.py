from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare_tui.storage.arrivals import Arrival, pack_arrivals, unpack_arrivals

_PIECES = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 1_000_000), st.booleans()))


@given(_PIECES)
def test_what_was_packed_comes_back(pieces: list[tuple[int, int, bool]]) -> None:
    at_ms = 0
    arrivals = []
    for passed, n_chars, is_reasoning in pieces:
        at_ms += passed
        arrivals.append(Arrival(at_ms, n_chars, is_reasoning))
    assert unpack_arrivals(pack_arrivals(arrivals)) == arrivals


def test_a_time_that_runs_back_counts_as_the_one_before() -> None:
    packed = pack_arrivals([Arrival(50, 1, False), Arrival(20, 1, False), Arrival(60, 1, False)])
    assert [arrival.at_ms for arrival in unpack_arrivals(packed)] == [50, 50, 60]


def test_a_thousand_even_chunks_need_less_than_two_bytes_each() -> None:
    arrivals = [Arrival(number * 10 + number % 3, 3 + number % 5, False) for number in range(1000)]
    assert len(pack_arrivals(arrivals)) < 2000


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\x02" + zlib.compress(b"\x02\x01"),
        b"\x01not zlib",
        b"\x01" + zlib.compress(b"\x02"),
        b"\x01" + zlib.compress(b"\xff" * 1000 + b"\x01\x01"),
    ],
    ids=["empty", "another format", "no zlib", "half a pair", "an endless number"],
)
def test_damaged_arrival_times_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="arrival times"):
        unpack_arrivals(packed)
