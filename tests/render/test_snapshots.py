"""How each construct looks: at three widths, and its styles in the dark, light and 16-colour palettes.

`pytest tests/render/test_snapshots.py --snapshot-update` accepts what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from compare_tui.render.flow import Flow
from compare_tui.render.markdown import MarkdownFlow
from compare_tui.render.palette import Palette, ansi, dark, light, plain
from tests.render.construct_files import CONSTRUCTS
from tests.render.feeding import drawn

WIDTHS = (96, 44, 20)
PALETTES = (dark(), light(), ansi(), plain())


class TextExtension(SingleFileSnapshotExtension):
    """One text file for each snapshot."""

    _write_mode = WriteMode.TEXT
    _file_extension = "txt"


@pytest.fixture
def text_snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(TextExtension)


def finished(text: str, palette: Palette, width: int) -> Flow:
    flow = MarkdownFlow(palette, width)
    flow.append(text)
    flow.finish()
    return flow


def look(text: str) -> Iterator[str]:
    for width in WIDTHS:
        yield f"== {width} cells\n"
        for line in drawn(finished(text, plain(), width)):
            yield f"{line.plain}{' ' * (width - line.cells)}|\n"
    for palette in PALETTES:
        yield f"\n== styles, {palette.name}\n"
        for y, line in enumerate(drawn(finished(text, palette, WIDTHS[0]))):
            for segment in line.segments:
                if segment.style and segment.text.strip():
                    yield f"{y:3d} {segment.text.strip()!r} {segment.style}\n"


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_a_construct_looks_as_it_did(name: str, text_snapshot: SnapshotAssertion) -> None:
    assert "".join(look(CONSTRUCTS[name])) == text_snapshot


def test_a_terminal_without_many_signs_gets_ascii(text_snapshot: SnapshotAssertion) -> None:
    flow = finished(
        "- a\n  - b\n    - [x] c\n\n> q\n\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", plain().with_ascii(), 30
    )
    text = "\n".join(line.plain for line in drawn(flow))
    assert text.isascii()
    assert text + "\n" == text_snapshot
