"""A block's running text: inline Markdown to runs."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping, Sequence

from markdown_it.token import Token

from compare_tui.domain.safe_text import make_safe
from compare_tui.render.dialect import Dialect
from compare_tui.render.formulas import MAX_CHARS as LONGEST_FORMULA
from compare_tui.render.mathematics import draw_formula
from compare_tui.render.palette import Role, Roles
from compare_tui.render.runs import LINE_END, Run, received_runs

References = MutableMapping[str, object]
Locate = Callable[[int], int]
"""From an offset in a text to an offset in the received text."""

_MARK = re.compile(r"[\\`*_~\[\]<>&$!:@\n]|www\.")
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w.@/])(?:www\.[\w-]+(?:\.[\w-]+)+[^\s<]*[^\s<?!.,:;*_~'\")\]]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)")
_STYLES: dict[str, Role] = {"em": "emphasis", "strong": "strong", "s": "strike"}
_MAY_OPEN = re.compile(r"(?<![A-Za-z0-9_])_+(?![\s_])|\*+(?![\s*])|~~+(?![\s~])|`|<(?=[A-Za-z/!?]|\Z)|\]\(|[\[\]$]")
_FORMULA_OPENERS = ("\\(", "\\[")
_SEARCH_WINDOW = 2048
_LONGEST_ADDRESS = 2048


class Inline:
    """Reads running text in one dialect, with the link definitions known so far."""

    __slots__ = ("_dialect", "_references")

    def __init__(self, dialect: Dialect, references: References) -> None:
        self._dialect = dialect
        self._references = references

    def read(self, text: str, locate: Locate) -> tuple[list[Run], bool]:
        """The runs of `text`, and whether nothing in it could still be closed by text that follows a space."""
        if _MARK.search(text) is None:
            return received_runs(text, (), locate(0)) if text else [], True
        tokens = self._dialect.inlines(text, self._references)
        return _TokenReader(text, locate).read(tokens), _is_closed(tokens, text)


class _TokenReader:
    def __init__(self, text: str, locate: Locate) -> None:
        self._text = text
        self._locate = locate
        self._at = 0
        self._runs: list[Run] = []
        self._roles: Roles = ()
        self._links: list[tuple[Token, int]] = []

    def read(self, tokens: Sequence[Token]) -> list[Run]:
        for token in tokens:
            reader = _READERS.get(token.type)
            if reader is not None:
                reader(self, token)
            elif token.nesting > 0:
                self._roles = (*self._roles, _STYLES[token.tag])
            elif token.nesting < 0:
                self._roles = self._roles[:-1]
        return self._runs

    def _read_special(self, token: Token) -> None:
        self._emit(make_safe(token.content), found=token.markup)

    def _read_break(self, token: Token) -> None:
        self._at = self._text.find("\n", self._at) + 1 or self._at
        self._runs.append(Run(LINE_END, (), self._locate(max(0, self._at - 1))))

    def _read_code(self, token: Token) -> None:
        self._emit(token.content, "code")

    def _read_image(self, token: Token) -> None:
        self._emit(f"[image: {make_safe(_alt(token))}]", "image", found="![")
        self._emit_address(token.attrs.get("src"), token.attrs.get("title"))

    def _read_html(self, token: Token) -> None:
        if _BREAK_TAG.fullmatch(token.content):
            self._find(token.content)
            self._runs.append(Run(LINE_END, (), self._locate(self._at)))
        else:
            self._emit_lines(token.content, "html")

    def _read_footnote(self, token: Token) -> None:
        label = token.meta["label"]
        self._emit(f"[{label}]", "footnote", found=f"[^{label}]")

    def _open_link(self, token: Token) -> None:
        self._links.append((token, len(self._runs)))
        self._roles = (*self._roles, "link")

    def _read_text(self, token: Token) -> None:
        text = token.content
        if "@" not in text and "www." not in text:
            self._emit(text)
            return
        at = 0
        for address in _BARE.finditer(text):
            self._emit(text[at : address.start()])
            self._emit(address.group(), "link")
            at = address.end()
        self._emit(text[at:])

    def _read_formula(self, token: Token) -> None:
        drawn = draw_formula(token.content)
        if drawn is None:
            closer = {"\\(": "\\)", "\\[": "\\]"}.get(token.markup, token.markup)
            self._emit_lines(f"{token.markup}{token.content}{closer}", "math")
        else:
            self._emit_lines(drawn, "math", found=f"{token.markup}{token.content}")

    def _close_link(self, _token: Token) -> None:
        token, first = self._links.pop()
        self._roles = self._roles[:-1]
        shown = "".join(run.text for run in self._runs[first:])
        address = str(token.attrs.get("href", ""))
        if shown not in (address, address.removeprefix("mailto:")) or token.attrs.get("title"):
            self._emit_address(address, token.attrs.get("title"))

    def _emit_address(self, address: object, title: object) -> None:
        url = make_safe(str(address or ""))
        if len(url) > _LONGEST_ADDRESS:
            url = f"{url[:64]}… ({len(url):,} characters)"
        words = f'{url} "{make_safe(str(title))}"' if title else url
        source = self._runs[-1].source if self._runs else self._locate(0)
        self._runs.append(Run(f" ({words.replace(LINE_END, ' ')})", (*self._roles, "address"), source))
        if address:
            self._find(str(address))

    def _emit_lines(self, text: str, role: Role, *, found: str = "") -> None:
        for number, line in enumerate(text.split("\n")):
            if number:
                self._runs.append(Run(LINE_END, (), self._locate(self._at)))
            self._emit(line, role, found=found if number == 0 else "")

    def _emit(self, text: str, role: Role | None = None, *, found: str = "") -> None:
        if not text:
            return
        start = max(0, min(self._find(found or text), len(self._text) - len(text)))
        roles = self._roles if role is None else (*self._roles, role)
        self._runs += received_runs(text, roles, self._locate(start))

    def _find(self, text: str) -> int:
        """Where `text` begins, looking on from the last place found."""
        start = self._text.find(text, self._at, self._at + len(text) + _SEARCH_WINDOW)
        if start < 0:
            return self._at
        self._at = start + len(text)
        return start


_READERS: dict[str, Callable[[_TokenReader, Token], None]] = {
    "text": _TokenReader._read_text,
    "text_special": _TokenReader._read_special,
    "softbreak": _TokenReader._read_break,
    "hardbreak": _TokenReader._read_break,
    "code_inline": _TokenReader._read_code,
    "link_open": _TokenReader._open_link,
    "link_close": _TokenReader._close_link,
    "image": _TokenReader._read_image,
    "html_inline": _TokenReader._read_html,
    "footnote_ref": _TokenReader._read_footnote,
    "formula": _TokenReader._read_formula,
}


def _alt(image: Token) -> str:
    return "".join(
        " " if token.type in ("softbreak", "hardbreak") else _alt(token) if token.type == "image" else token.content
        for token in image.children or ()
    )


def _is_closed(tokens: Sequence[Token], text: str) -> bool:
    depth = 0
    for token in tokens:
        if token.type == "text":
            for hit in _MAY_OPEN.finditer(token.content):
                match hit.group():
                    case "[":
                        depth += 1
                    case "]":
                        depth = max(0, depth - 1)
                    case "$":
                        if "$" in text[-LONGEST_FORMULA:]:
                            return False
                    case _:
                        return False
        elif token.type == "text_special" and token.markup in _FORMULA_OPENERS and len(text) < LONGEST_FORMULA:
            return False
    return depth == 0


def unclosed_marks(text: str) -> str:
    """What would close the emphasis and code that `text` leaves open, innermost first."""
    marks: list[str] = []
    for hit in re.finditer(r"\*\*|`", text):
        mark = hit.group()
        if mark in marks:
            del marks[marks.index(mark) :]
        elif hit.end() < len(text) and not text[hit.end()].isspace():
            marks.append(mark)
    return "".join(reversed(marks))
