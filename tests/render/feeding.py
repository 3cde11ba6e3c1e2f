"""Feeding a flow in random pieces and reading it back."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from compare_tui.render.flow import Flow, Line


def chunks_of(text: str, data: st.DataObject) -> list[str]:
    """`text` cut at random places."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=12)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def feed(flow: Flow, chunks: Iterable[str], data: st.DataObject) -> None:
    """Append `chunks`; between them look at the flow or resize it, at random."""
    for chunk in chunks:
        flow.append(chunk)
        match data.draw(st.sampled_from(["look", "look", "resize", "nothing"])):
            case "look":
                drawn(flow)
            case "resize":
                flow.set_width(data.draw(st.integers(2, 60)))


def drawn(flow: Flow) -> list[Line]:
    return [flow.line(y) for y in range(flow.height)]


def plain_text(flow: Flow) -> str:
    return "\n".join(line.plain for line in drawn(flow))
