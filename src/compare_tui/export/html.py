"""A comparison as one HTML file that needs nothing else: no script, no font, no image, nothing from any network.

The panes of a turn stand side by side, as far as the window is wide. Answers are drawn as Markdown; their HTML is shown
as text, and a policy in the head forbids everything that might slip through.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from markdown_it import MarkdownIt

from compare_tui.domain.answers import AnswerState
from compare_tui.domain.safe_text import make_safe
from compare_tui.engine.comparison import AnswerFeed, Turn
from compare_tui.engine.history import ComparisonRecord
from compare_tui.export.answer_json import message_of
from compare_tui.export.record_json import all_lanes, utc
from compare_tui.export.words import cost, differences, ending, first_token, speed, tokens_out, whole_time

_STYLE = """
:root{color-scheme:light dark;--line:#8886;--dim:#777;--bad:#c33}
body{font:15px/1.5 system-ui,sans-serif;margin:1.5rem}
h1{font-size:1.3rem;margin:0}
.dim{color:var(--dim);font-size:.85rem}
.prompt{white-space:pre-wrap;border-left:3px solid var(--line);padding:.3rem .8rem;margin:1.5rem 0 1rem}
.panes{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(22rem,100%),1fr));gap:1rem}
.pane{border:1px solid var(--line);border-radius:6px;padding:.6rem .9rem;min-width:0;overflow-wrap:anywhere}
.pane>header{border-bottom:1px solid var(--line);margin-bottom:.5rem;padding-bottom:.3rem;font-weight:600}
.pane>footer{border-top:1px solid var(--line);margin-top:.5rem;padding-top:.3rem}
.pane h1,.pane h2,.pane h3,.pane h4{font-size:1rem}
pre{overflow-x:auto;border:1px solid var(--line);border-radius:4px;padding:.5rem}
code{font:13px/1.4 ui-monospace,monospace}
table{border-collapse:collapse;display:block;overflow-x:auto}
td,th{border:1px solid var(--line);padding:.1rem .5rem}
.bad{color:var(--bad)}
details{color:var(--dim)}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def record_html(record: ComparisonRecord) -> str:
    """Return the whole comparison."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: ComparisonRecord) -> Iterator[str]:
    comparison = record.comparison
    title = _text(record.title) or "Comparison"
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body>"
    tags = "".join(f" · {_text(tag)}" for tag in record.tags)
    when = utc(comparison.created_at)[:16].replace("T", " ")
    yield f'<h1>{title}</h1><p class="dim">{when} UTC · {_text(comparison.id)}{tags}</p>'
    if comparison.system:
        yield f'<p class="dim">System prompt</p><div class="prompt dim">{_text(comparison.system)}</div>'
    markdown = _markdown()
    for turn in comparison.turns:
        yield from _turn(turn, record, markdown)
    yield "</body></html>"


def _turn(turn: Turn, record: ComparisonRecord, markdown: MarkdownIt) -> Iterator[str]:
    yield f'<section><div class="prompt">{_text(turn.prompt)}</div><div class="panes">'
    for place, lane in enumerate(all_lanes(record.comparison), 1):
        feed = turn.answer(lane.id)
        if feed is not None:
            yield from _pane(place, feed, markdown)
    yield "</div></section>"


def _pane(place: int, feed: AnswerFeed, markdown: MarkdownIt) -> Iterator[str]:
    lane, state = feed.lane, feed.state
    about = " · ".join(filter(None, (f"@{lane.backend}", differences(lane), state.provider or "")))
    yield f'<article class="pane"><header>{place} {_text(lane.model)} <span class="dim">{_text(about)}</span></header>'
    reasoning = feed.reasoning().strip()
    if reasoning:
        yield f"<details><summary>Reasoning</summary>{markdown.render(make_safe(reasoning))}</details>"
    yield markdown.render(make_safe(feed.text()))
    yield from _extras(state)
    figures = (first_token(state), speed(state), tokens_out(state), whole_time(state), cost(state))
    said = " · ".join(filter(None, (ending(state), *figures)))
    yield f'<footer class="dim">{_text(said)}</footer></article>'


def _extras(state: AnswerState) -> Iterator[str]:
    if state.refusal:
        yield f"<p>The model refuses: {_text(state.refusal)}</p>"
    for call in state.tool_calls:
        yield f"<p>tool call <code>{_text(call.name)}({_text(call.arguments)})</code></p>"
    for number, citation in enumerate(state.citations, 1):
        yield f'<p class="dim">[{number}] {_text(citation.title)} {_text(citation.url)}</p>'
    if state.error is not None:
        yield f'<p class="bad">{_text(message_of(state.error))}</p>'


def _markdown() -> MarkdownIt:
    """Return a parser that shows HTML as text and images as links."""
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _text(text: str) -> str:
    return escape(make_safe(text))
