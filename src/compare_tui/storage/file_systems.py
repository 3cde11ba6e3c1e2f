"""Which file systems are on the network: SQLite's WAL needs memory that all processes share, which they cannot give.

SQLite itself may go to WAL there without a word, so the type of the file system decides.
"""

from __future__ import annotations

import re
from pathlib import Path

MOUNTINFO = Path("/proc/self/mountinfo")
"""Linux's table of mounts; elsewhere every file system counts as local."""

_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|afs|ceph|lustre|gpfs|beegfs|glusterfs|ocfs2|gfs2"
    r"|fuse\.(sshfs|ceph|glusterfs|rclone|s3fs|davfs2?|smbnetfs|beegfs)|davfs2?"
)


def network_file_system(path: Path, mountinfo: Path = MOUNTINFO) -> str | None:
    """Return the type of the network file system that holds `path`, or None if it is local or not known."""
    try:
        table = mountinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    kind = _type_of(path.resolve(), table)
    return kind if kind and _NETWORK.fullmatch(kind) else None


def _type_of(path: Path, table: str) -> str | None:
    """Return the type of the longest mount point that holds `path`; of equal ones the last, which lies on top.

    Format of a line: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
    """
    best: tuple[int, str] | None = None
    for line in table.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if not dash or len(fields) < 5:
            continue
        mount_point = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4]))
        depth = len(mount_point.parts)
        if path.is_relative_to(mount_point) and (best is None or depth >= best[0]):
            best = (depth, after.split(" ")[0])
    return best[1] if best else None
