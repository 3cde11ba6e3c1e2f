"""CPU cost of drawing answers while they grow, without a terminal.

Each pane gets `TOKENS_PER_FRAME` tokens of four characters, then all its visible lines are asked for, as a pane does
ten times a second at 100 tokens a second. Figures are CPU seconds for 1,000 tokens. The floor keeps the text and cuts
it into lines of the pane's width, nothing more, in the same run.

    python benchmarks/render_flow.py [--quick]
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterable, Iterator

from compare_tui.render.flow import Flow, Line
from compare_tui.render.markdown import MarkdownFlow
from compare_tui.render.palette import dark
from compare_tui.render.plain import PlainFlow

WIDTH = 48
VISIBLE = 44
CHARS_PER_TOKEN = 4
TOKENS_PER_FRAME = 10

PARAGRAPH = (
    "A conflict-free replicated data type is a **data structure** whose replicas can be updated *independently* and "
    "merged later without conflicts; see [the paper](https://example.com/crdt) and `merge(a, b)` for what that means. "
    "In practice the price is metadata: every replica has to remember enough to order what others have done. "
)
MIXED = (
    "## How it works\n\n" + PARAGRAPH * 2 + "\n\n"
    "1. **Commutative** merge: the order of messages does not matter\n"
    "2. Associative merge: neither does how they are grouped\n   - which is tested by `hypothesis`\n"
    "   - and proved in the paper\n3. Idempotent merge\n\n"
    "```python\ndef merge(left: Counter, right: Counter) -> Counter:\n"
    '    """Take the larger count of each replica."""\n'
    "    return {name: max(left.get(name, 0), right.get(name, 0)) for name in left | right}\n```\n\n"
    "| Type | Merge | Size |\n|:-----|:-----:|-----:|\n| G-Counter | maximum | O(n) |\n"
    "| OR-Set | union of tags | O(n t) |\n\n"
    "> Note that $O(n \\log n)$ is the best case, and that it costs $5 a month.\n\n"
)


class Floor:
    """The text, cut at the width."""

    def __init__(self) -> None:
        self._text = ""

    def append(self, text: str) -> None:
        self._text += text

    def visible(self) -> list[str]:
        start = max(0, len(self._text) // WIDTH - VISIBLE) * WIDTH
        return [self._text[at : at + WIDTH] for at in range(start, len(self._text), WIDTH)]


def visible(flow: Flow) -> list[Line]:
    height = flow.height
    return [flow.line(y) for y in range(max(0, height - VISIBLE), height)]


def frames(text: str) -> Iterator[str]:
    step = TOKENS_PER_FRAME * CHARS_PER_TOKEN
    for start in range(0, len(text), step):
        yield text[start : start + step]


def repeated(text: str, n_tokens: int) -> str:
    size = n_tokens * CHARS_PER_TOKEN
    return (text * (size // len(text) + 1))[:size]


def cpu_s(action: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    action()
    return time.process_time() - start


def feed(flow: Flow, text: str, *, at_once: int = 0) -> None:
    """Append `text` frame by frame and look at the lines; the first `at_once` tokens go in one piece."""
    size = at_once * CHARS_PER_TOKEN
    if size:
        flow.append(text[:size])
        visible(flow)
    for piece in frames(text[size:]):
        flow.append(piece)
        visible(flow)


def streaming(make: Callable[[], Flow], text: str, n_panes: int, *, at_once: int = 0) -> float:
    """CPU seconds for 1,000 tokens."""
    flows = [make() for _ in range(n_panes)]
    size = at_once * CHARS_PER_TOKEN
    for flow in flows:
        if size:
            flow.append(text[:size])
            visible(flow)

    def run() -> None:
        for piece in frames(text[size:]):
            for flow in flows:
                flow.append(piece)
                visible(flow)

    return cpu_s(run) / (n_panes * (len(text) - size) / CHARS_PER_TOKEN) * 1000


def floor(text: str, n_panes: int) -> float:
    panes = [Floor() for _ in range(n_panes)]

    def run() -> None:
        for piece in frames(text):
            for pane in panes:
                pane.append(piece)
                pane.visible()

    return cpu_s(run) / (n_panes * len(text) / CHARS_PER_TOKEN) * 1000


def markdown() -> Flow:
    return MarkdownFlow(dark(), WIDTH)


def plain_flow() -> Flow:
    return PlainFlow(dark(), WIDTH)


BLOCKS = {
    "code fence": "```python\n" + "    total = sum(item.price * item.count for item in basket)  # in cents\n" * 200,
    "numbered list": "".join(
        f"{n}. Step {n} with **bold** text and `code` in it, of usual length\n" for n in range(1, 400)
    ),
    "table": "| a | b | c |\n|---|---|---|\n" + "| some words here | **bold** | 12.5 |\n" * 400,
    "paragraph": PARAGRAPH * 60,
}
BOMBS: dict[str, Callable[[], Iterable[str]]] = {
    "table of 5,000 rows": lambda: ["| a | b |\n|---|---|\n", *(["| some words | `12` |\n"] * 5000)],
    "line of 1 MB": lambda: ["word and more " * 7] * 10_000,
    "1 MB without a space": lambda: ["x" * 100] * 10_000,
    "20,000 short lines": lambda: ["ab\n"] * 20_000,
    "10,000 links": lambda: ["[text](https://example.com/a) and "] * 10_000,
    "5,000 open brackets": lambda: ["[a **b "] * 5_000,
    "2,000 nested quotes and items": lambda: ["> - "] * 2_000,
}


def report(label: str, value: float, unit: str = "s/1k tokens") -> None:
    print(f"{label:<52} {value:8.4f} {unit}")


def main() -> None:
    quick = "--quick" in sys.argv
    n_tokens = 500 if quick else 1000
    text = repeated(MIXED, n_tokens)
    streaming(markdown, repeated(MIXED, 200), 1)
    for n_panes in (1, 8):
        report(f"floor, {n_panes} panes", floor(text, n_panes))
        report(f"plain text, {n_panes} panes", streaming(plain_flow, text, n_panes))
        report(f"mixed Markdown, {n_panes} panes", streaming(markdown, text, n_panes))
    stored = repeated(MIXED, 16_000)
    plain_cost = streaming(plain_flow, repeated("plain words of a usual length and so on ", 2000), 1)
    for name, block in BLOCKS.items():
        for n_inside in (500, 2000):
            value = streaming(markdown, repeated(block, n_inside + 200), 1, at_once=n_inside)
            report(f"inside one {name}, after {n_inside:,} tokens", value)
        whole = streaming(markdown, repeated(block, 2000), 1)
        report(f"one {name} of 2,000 tokens (plain text {plain_cost:.4f})", whole)
    for n_before in (1000, 4000, 16_000):
        value = streaming(markdown, repeated(MIXED, n_before + 300), 4, at_once=n_before)
        report(f"300 tokens after {n_before:,}, 4 panes", value)
    report("a stored answer of 16,000 tokens at once", cpu_s(lambda: feed(markdown(), stored, at_once=16_000)), "s")
    flows = [markdown() for _ in range(8)]
    for flow in flows:
        feed(flow, repeated(MIXED, 4000), at_once=4000)
    report("resize of 8 x 4,000 tokens", cpu_s(lambda: [flow.set_width(40) or flow.height for flow in flows]), "s")
    for name, pieces in BOMBS.items():
        bomb(name, list(pieces()), quick=quick)


def bomb(name: str, pieces: list[str], *, quick: bool) -> None:
    """The dearest single append of a hostile answer, and all of it."""
    gc.collect()
    gc.freeze()
    flow = markdown()
    worst = 0.0
    total = 0.0
    for piece in pieces[:: 10 if quick else 1]:
        flow.append(piece)
        start = time.process_time()
        visible(flow)
        spent = time.process_time() - start
        worst = max(worst, spent)
        total += spent
    flow.finish()
    end = cpu_s(lambda: visible(flow))
    print(f"{name:<52} {total:8.4f} s, worst append {worst * 1000:6.1f} ms, finish {end * 1000:6.1f} ms")


if __name__ == "__main__":
    main()
