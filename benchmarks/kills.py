"""Kill the program while eight lanes stream, at random moments: `python -m benchmarks.kills [TIMES]`.

One file takes all kills. Ends with status 1 if text older than 250 ms was lost, a lane was marked wrongly, or the file
was damaged.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from tests.support.kills import MAY_BE_LOST_S, kill_once


def main() -> int:
    """Kill and count."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    chance = random.Random()
    lost, n_pieces, n_ended, n_bad = [], 0, 0, 0
    with tempfile.TemporaryDirectory() as directory:
        for number in range(1, times + 1):
            left = kill_once(Path(directory), chance.uniform(0.0, 1.0))
            lost.append(left.lost_s)
            n_pieces += left.n_pieces
            n_ended += left.n_ended
            if left.faults or left.lost_s > MAY_BE_LOST_S:
                n_bad += 1
                print(f"kill {number}: {left.lost_s * 1000:.0f} ms lost {'; '.join(left.faults)}")
    lost.sort()
    print(
        f"{times} kills: {n_pieces:,} pieces received, {n_ended:,} answers had ended; lost at most "
        f"{lost[-1] * 1000:.0f} ms (p50 {lost[len(lost) // 2] * 1000:.0f} ms); {n_bad} were wrong"
    )
    return 1 if n_bad else 0


if __name__ == "__main__":
    sys.exit(main())
