"""Work beside the app's own: reading files, above all."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from textual.dom import DOMNode
from textual.worker import Worker


def run_beside(
    node: DOMNode, work: Callable[[], Coroutine[None, None, None]], *, group: str, replaces: bool = False
) -> None:
    """Run `work` as long as `node` lives; `replaces` ends what its group is doing still. What it raises is a crash."""
    _worker: Worker[None] = node.run_worker(work, group=group, exclusive=replaces)
