"""Kill -9 in the middle of eight streams, ten times at random moments; `make soak` does it 200 times."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support.kills import MAY_BE_LOST_S, kill_once


@pytest.mark.parametrize("seed", range(10))
def test_a_kill_loses_at_most_the_last_quarter_of_a_second_and_marks_every_lane_rightly(
    tmp_path: Path, seed: int
) -> None:
    left = kill_once(tmp_path, random.Random(seed).uniform(0.0, 0.8))
    assert left.faults == []
    assert left.lost_s <= MAY_BE_LOST_S
    assert left.n_pieces > 0


def test_one_file_stands_many_kills(tmp_path: Path) -> None:
    for number in range(3):
        left = kill_once(tmp_path, 0.2 + number * 0.1)
        assert left.faults == []
        assert left.lost_s <= MAY_BE_LOST_S
