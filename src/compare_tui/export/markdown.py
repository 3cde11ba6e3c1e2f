"""A comparison as Markdown that reads well in a pull request.

Answers are Markdown of their own: their headings are put under ours, their HTML and images are shown as text, and a
fence that was left open is closed, so that nothing leaks out of an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from compare_tui.domain.answers import AnswerState
from compare_tui.domain.lanes import Lane
from compare_tui.domain.safe_text import make_safe, make_safe_line
from compare_tui.engine.comparison import AnswerFeed, Turn
from compare_tui.engine.history import ComparisonRecord
from compare_tui.export.answer_json import message_of
from compare_tui.export.record_json import all_lanes, utc
from compare_tui.export.words import cost, differences, ending, first_token, speed, tokens_out, whole_time

_DEEPER = 3
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
_HEADING = re.compile(r"^( {0,3})(#{1,6})(?=\s|$)")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)\s*$")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~@])")
_CODE_SPAN = re.compile(r"(`+)(?:.*?[^`])?\1(?!`)")


def record_markdown(record: ComparisonRecord) -> str:
    """Return the whole comparison."""
    return "\n".join(_lines(record)).rstrip("\n") + "\n"


def _lines(record: ComparisonRecord) -> Iterator[str]:
    comparison = record.comparison
    lanes = all_lanes(comparison)
    yield f"# {_plain(record.title) or 'Comparison'}"
    yield ""
    tags = f" · {', '.join(_plain(tag) for tag in record.tags)}" if record.tags else ""
    yield f"{utc(comparison.created_at)[:16].replace('T', ' ')} UTC · `{comparison.id}`{tags}"
    yield ""
    if comparison.system:
        yield "System prompt:"
        yield ""
        yield from _quoted(comparison.system)
        yield ""
    for turn in comparison.turns:
        yield from _turn(turn, lanes, several=len(comparison.turns) > 1)


def _turn(turn: Turn, lanes: list[Lane], *, several: bool) -> Iterator[str]:
    if several:
        yield f"## Turn {turn.number}"
        yield ""
    yield from _quoted(turn.prompt)
    yield ""
    shown = [(place, feed) for place, lane in enumerate(lanes, 1) if (feed := turn.answer(lane.id)) is not None]
    yield "| | model | ended | first token | speed | tokens | time | cost |"
    yield "|--:|---|---|--:|--:|--:|--:|--:|"
    for place, feed in shown:
        yield _row(place, feed)
    yield ""
    for place, feed in shown:
        yield f"### {place}. {_plain(_name(feed.lane))}"
        yield ""
        yield from _answer(feed)
        yield ""


def _row(place: int, feed: AnswerFeed) -> str:
    state = feed.state
    cells = (first_token(state), speed(state), tokens_out(state), whole_time(state), cost(state))
    return f"| {place} | {_plain(_name(feed.lane))} | {ending(state)} | {' | '.join(cells)} |"


def _name(lane: Lane) -> str:
    params = differences(lane)
    return f"{lane.model} @{lane.backend}{f' ({params})' if params else ''}"


def _answer(feed: AnswerFeed) -> Iterator[str]:
    reasoning = feed.reasoning().strip()
    if reasoning:
        yield "<details><summary>Reasoning</summary>"
        yield ""
        yield from embedded(reasoning)
        yield ""
        yield "</details>"
        yield ""
    text = feed.text().strip()
    if text:
        yield from embedded(text)
    yield from _extras(feed.state)


def _extras(state: AnswerState) -> Iterator[str]:
    if state.refusal:
        yield f"The model refuses: {_plain(state.refusal)}"
    for call in state.tool_calls:
        yield f"- tool call {_plain(call.name)}: {_plain(call.arguments)}"
    for number, citation in enumerate(state.citations, 1):
        yield f"- [{number}] {_plain(citation.title)} {_plain(citation.url)}"
    if state.error is not None:
        yield ""
        yield f"**{ending(state)}**: {_plain(message_of(state.error))}"


def _quoted(text: str) -> Iterator[str]:
    for line in embedded(text.strip()):
        yield f"> {line}".rstrip()


def _plain(text: str) -> str:
    """Return a line in which nothing is markup."""
    return _SPECIAL.sub(r"\\\1", make_safe_line(text, 2_000))


def embedded(text: str) -> Iterator[str]:
    """Yield the lines of foreign Markdown so that they stay within their place."""
    fence = ""
    before = ""
    for line in make_safe(text).split("\n"):
        mark = _FENCE.match(line)
        if fence:
            closes = mark and mark["fence"].startswith(fence) and not mark["info"].strip()
            fence = "" if closes else fence
            yield line
        elif mark and not ("`" in mark["info"] and mark["fence"][0] == "`"):
            fence = mark["fence"]
            yield line[: mark.end("fence")] + _without_html(mark["info"])
        elif _UNDERLINE.match(line) and before.strip():
            yield "\\" + line.lstrip()  # it would make a heading of the line before
        else:
            yield _HEADING.sub(lambda found: found[1] + "#" * min(6, len(found[2]) + _DEEPER), _without_html(line))
        before = line
    if fence:
        yield fence


def _without_html(line: str) -> str:
    """Return a line without raw HTML, images and mentions; code spans stay as they are."""
    parts = []
    end = 0
    for span in _CODE_SPAN.finditer(line):
        parts += [_harmless(line[end : span.start()]), span[0]]
        end = span.end()
    return "".join([*parts, _harmless(line[end:])])


def _harmless(text: str) -> str:
    text = re.sub(r"<(?=[a-zA-Z/!?])", "&lt;", text).replace("![", "!\\[")
    return re.sub(r"(?<![\w.])@(?=\w)", "\\@", text)
