from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from compare_tui.export.figures_csv import figures_csv
from compare_tui.export.html import record_html
from compare_tui.export.markdown import embedded, record_markdown
from tests.support.records import record

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](http://tracker.example/p.png)",
    "\x1b]52;c;aGk=\x07\x9b2J\u202e",
    "</article></section><h1>gone</h1>",
    '"><svg onload=alert(1)>',
    "a\n<style>*{display:none}</style>",
]
_ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "section", "span",
    "article", "header", "footer", "details", "summary", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote",
    "table", "thead", "tbody", "tr", "th", "td", "a", "hr", "br",
}  # fmt: skip


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def _tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(html)
    return parser.seen


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_foreign_acts_in_html(text: str) -> None:
    html = record_html(record(text, prompt=text))
    tags = _tags(html)
    assert {tag for tag, _ in tags} <= _ALLOWED
    assert sum(tag == "style" for tag, _ in tags) == 1
    for _, attributes in tags:
        assert not any(name.startswith("on") or name == "src" for name in attributes)
        assert not str(attributes.get("href", "")).startswith("javascript")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", html)


def test_the_html_stands_alone_with_its_panes_side_by_side() -> None:
    html = record_html(record())
    tags = _tags(html)
    assert sum(attributes.get("class") == "pane" for _, attributes in tags) == 4
    assert "Content-Security-Policy" in html
    assert "<em>set</em>" in html
    assert not any(tag in ("link", "script", "img", "iframe") for tag, _ in tags)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_foreign_acts_in_markdown(text: str) -> None:
    markdown = record_markdown(record(text, prompt=text))
    html = MarkdownIt("commonmark").enable("table").render(markdown)
    tags = {tag for tag, _ in _tags(html)}
    assert tags <= _ALLOWED
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", markdown)
    assert "javascript:" not in str([attributes for _, attributes in _tags(html)])


def test_an_answer_stays_in_its_place() -> None:
    text = "# Title\n\nText\n===\n\n```python\n# kept <b>\n@kept\nnever closed"
    markdown = record_markdown(record(text))
    html = MarkdownIt("commonmark").enable("table").render(markdown)
    headings = re.findall(r"<h(\d)>(.*?)</h\1>", html)
    assert ("4", "Title") in headings
    assert [title for level, title in headings if level == "1"] == ["What is a CRDT?"]
    assert [title for level, title in headings if level == "3"][:2] == [
        "1. acme/large @openrouter (temperature=0.2)",
        "2. acme/large @openrouter",
    ]
    assert "# kept &lt;b&gt;\n@kept\nnever closed" in html
    assert "And then?" in html.split("never closed")[1]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("`<b>` and <b>", "`<b>` and &lt;b>"),
        ("1 < 2 and a <= b", "1 < 2 and a <= b"),
        ("thanks @someone, me@example.org", "thanks \\@someone, me@example.org"),
        ("![x](http://e)", "!\\[x](http://e)"),
        ("###### six", "###### six"),
        ("#hashtag", "#hashtag"),
        ("```js <b>", "```js &lt;b>"),
        ("~~~~", "~~~~"),
    ],
)
def test_lines_of_foreign_markdown(line: str, expected: str) -> None:
    assert next(iter(embedded(line))) == expected


def test_markdown_begins_with_a_table_of_figures() -> None:
    lines = record_markdown(record()).splitlines()
    assert lines[0] == "# What is a CRDT?"
    assert lines[2] == "2027-01-15 08:00 UTC · `c0ffee` · crdt, \\@team"
    [row] = [line for line in lines if line.startswith("| 1 |")][:1]
    assert row == "| 1 | acme/large \\@openrouter (temperature=0.2) | done | 0.35 s | 34 tok/s | 30 | 1.4 s | $0.0125 |"


def test_csv_has_a_line_per_answer_and_runs_nothing() -> None:
    lines = list(csv.DictReader(io.StringIO(figures_csv(record()))))
    assert [(line["turn"], line["lane"], line["alternative"], line["shown"]) for line in lines] == [
        ("1", "0", "1", "true"),
        ("1", "1", "1", "false"),
        ("1", "1", "2", "true"),
        ("1", "2", "1", "true"),
        ("2", "0", "1", "true"),
    ]
    assert lines[3]["model"] == "'=cmd()"
    assert lines[0]["cost_usd"] == "0.0125"
    assert lines[1]["cost_usd"] == ""
    for line in lines:
        for cell in line.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
