from __future__ import annotations

from pathlib import Path

import pytest

from compare_tui.storage.file_systems import network_file_system

_TABLE = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:30 / {base}/home rw,relatime shared:2 - nfs4 server:/home rw
31 30 0:31 / {base}/home/local rw - ext4 /dev/vdb rw
32 22 0:32 / {base}/my\\040share rw - cifs //server/share rw
33 22 0:33 / {base}/ssh rw - fuse.sshfs me@host: rw
34 22 0:34 / {base}/twice rw - nfs server:/twice rw
35 34 0:35 / {base}/twice rw - tmpfs tmpfs rw
broken line
"""


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("elsewhere", None),
        ("home", "nfs4"),
        ("home/ann/data", "nfs4"),
        ("home/local/data", None),
        ("homestead", None),
        ("my share/data", "cifs"),
        ("ssh", "fuse.sshfs"),
        ("twice/data", None),
    ],
)
def test_the_longest_and_topmost_mount_point_decides(tmp_path: Path, place: str, expected: str | None) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(_TABLE.format(base=tmp_path))
    assert network_file_system(tmp_path / place / "compare-tui.db", table) == expected


def test_without_a_table_of_mounts_every_place_is_local(tmp_path: Path) -> None:
    assert network_file_system(tmp_path, tmp_path / "missing") is None
