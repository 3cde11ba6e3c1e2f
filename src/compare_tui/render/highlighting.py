"""Colours of code that grows line by line.

Pygments reads a whole text. Here a lexer's own table of states is walked line by line and its stack kept between
lines, so a line is read once. Where a rule would have to see several lines the result is near; `read_all` is exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Protocol, cast

from pygments.lexer import ExtendedRegexLexer, Lexer, RegexLexer
from pygments.lexers import find_lexer_class, get_all_lexers
from pygments.token import _TokenType

from compare_tui.render.syntax_styles import PLAIN, Syntax

Tokens = list[tuple[Syntax, str]]

LONGEST_LINE = 2_000
"""Characters; a longer line has no colours."""
LONGEST_EXACT = 20_000
"""Characters; a longer text is not read again as a whole (about 25 ms for these)."""

_NAME = re.compile(r"[\w+#.-]+")


class _Action(Protocol):
    def __call__(self, lexer: Lexer, match: re.Match[str]) -> Iterable[tuple[int, Syntax, str]]: ...


class _Matcher(Protocol):
    def __call__(self, text: str, at: int) -> re.Match[str] | None: ...


_NewState = tuple[str, ...] | int | str | None
_Rule = tuple[_Matcher, Syntax | _Action | None, _NewState]


class Highlighter:
    """The code of one block, in the language that its info string names."""

    def __init__(self, info: str) -> None:
        self._lexer = _make_lexer(info)
        self._stack = ["root"]

    def read_line(self, line: str) -> Tokens:
        """The tokens of the next line."""
        tokens, self._stack = self._read(line)
        return tokens

    def preview(self, line: str) -> Tokens:
        """The tokens of a line that is not complete yet."""
        return self._read(line)[0]

    def read_all(self, lines: Sequence[str]) -> list[Tokens] | None:
        """The tokens of each line, exactly; None where that would take too long or is not needed."""
        if self._lexer is None or sum(map(len, lines)) > LONGEST_EXACT or any(len(ln) > LONGEST_LINE for ln in lines):
            return None
        result: list[Tokens] = [[]]
        for _, kind, text in self._lexer.get_tokens_unprocessed("\n".join(lines) + "\n"):
            first, *others = text.split("\n")
            if first:
                result[-1].append((kind, first))
            result += [[(kind, other)] if other else [] for other in others]
        result = result[: len(lines)]
        if [_text_of(tokens) for tokens in result] != list(lines):
            return None
        return result

    def _read(self, line: str) -> tuple[Tokens, list[str]]:
        lexer = self._lexer
        if lexer is None or len(line) > LONGEST_LINE:
            return [(PLAIN, line)] if line else [], self._stack
        if isinstance(lexer, RegexLexer) and not isinstance(lexer, ExtendedRegexLexer):
            stack = list(self._stack)
            tokens = [(kind, text) for kind, text in _walk(lexer, line + "\n", stack) if text != "\n"]
        else:
            stack = self._stack
            tokens = [(kind, text) for _, kind, text in lexer.get_tokens_unprocessed(line + "\n") if text != "\n"]
        if tokens and tokens[-1][1].endswith("\n"):
            tokens[-1] = (tokens[-1][0], tokens[-1][1][:-1])
        return (tokens if _text_of(tokens) == line else [(PLAIN, line)]), stack


def _text_of(tokens: Tokens) -> str:
    return "".join(text for _, text in tokens)


def _walk(lexer: RegexLexer, text: str, stack: list[str]) -> Iterator[tuple[Syntax, str]]:
    """`RegexLexer.get_tokens_unprocessed` with the stack kept by the caller."""
    table = cast("Mapping[str, list[_Rule]]", getattr(lexer, "_tokens"))  # noqa: B009
    at = 0
    rules = table[stack[-1]]
    while True:
        for match_at, action, new_state in rules:
            match = match_at(text, at)
            if match is None:
                continue
            if isinstance(action, _TokenType):
                yield action, match.group()
            elif action is not None:
                for _, kind, value in action(lexer, match):
                    yield kind, value
            at = match.end()
            if new_state is not None:
                _change(stack, new_state)
                rules = table[stack[-1]]
            break
        else:
            if at >= len(text):
                return
            if text[at] == "\n":
                stack[:] = ["root"]
                rules = table["root"]
            yield PLAIN, text[at]
            at += 1


def _change(stack: list[str], new_state: tuple[str, ...] | int | str) -> None:
    if isinstance(new_state, int):
        del stack[max(1, len(stack) + new_state) if new_state < 0 else new_state :]
        return
    for state in (new_state,) if isinstance(new_state, str) else new_state:
        match state:
            case "#pop":
                if len(stack) > 1:
                    stack.pop()
            case "#push":
                stack.append(stack[-1])
            case _:
                stack.append(state)


def _make_lexer(info: str) -> Lexer | None:
    name = _NAME.search(info)
    full_name = _lexer_names().get(name.group().lower()) if name else None
    lexer_class = find_lexer_class(full_name) if full_name else None
    return lexer_class(stripnl=False, ensurenl=False) if lexer_class else None


@cache
def _lexer_names() -> Mapping[str, str]:
    """Every alias of Pygments' own lexers; asking Pygments for an unknown name would scan all installed packages."""
    return {alias: name for name, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases}
