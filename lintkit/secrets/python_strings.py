"""The strings of Python source, and which arguments of a call they are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from lintkit.formats.python_lex import Token, literals
from lintkit.secrets.patterns import pattern

_OPENING = pattern(r"""[rRbBuUfFtT]{0,2}(\"\"\"|'''|"|')""")
_EVENT = pattern(r"[()\[\]{},]")
_KEYWORD = pattern(r"(\w+)\s*=\s*$")
_COLON = pattern(r"\s*:")
_MOST = 40
"""How many arguments are looked at."""
_REACH = 4_000


@dataclass(frozen=True, slots=True)
class Argument:
    """A string that is an argument, or a part of one: its place from 0, its keyword, and where its content stands."""

    index: int
    name: str
    start: int
    end: int


def sorted_literals(text: str) -> list[Token]:
    """The strings and comments of a text in their order, each before what stands in it."""
    return sorted(literals(text), key=lambda token: (token.start, -token.end))


def outermost(tokens: Sequence[Token]) -> list[Token]:
    """The strings that stand in no other one."""
    found: list[Token] = []
    for token in tokens:
        if token.kind == "string" and (not found or token.start >= found[-1].end):
            found.append(token)
    return found


def content(text: str, token: Token) -> tuple[int, int]:
    """Where the text between the quotes of a literal stands."""
    opening = _OPENING.match(text, token.start, token.end)
    if opening is None:
        return token.start, token.end
    mark, start, end = opening[1], opening.end(), token.end
    return start, end - len(mark) if end - len(mark) >= start and text.endswith(mark, start, end) else end


def literals_in(text: str, strings: Sequence[Token], position: int, *, alone: bool = False) -> list[Argument]:
    """The literals from `position`, behind an opening bracket, to the closing one; the very next, if it is `alone`."""
    found: list[Argument] = []
    depth, argument = 0, 0
    index = bisect_left(strings, position, key=lambda token: token.start)
    limit = min(len(text), position + _REACH)
    while index < len(strings) and strings[index].start < limit and len(found) < _MOST:
        literal = strings[index]
        for event in _EVENT.finditer(text, position, literal.start):
            if event.group() in "([{":
                depth += 1
            elif event.group() in ")]}":
                depth -= 1
            elif not depth:
                argument += 1
            if depth < 0:
                return found
        if alone and text[position : literal.start].strip():
            break
        keyword = _KEYWORD.search(text, max(position, literal.start - 80), literal.start)
        name = keyword[1] if keyword else ""
        start, end = content(text, literal)
        if found and not name and _COLON.match(text[position : literal.start]):
            name = text[found[-1].start : found[-1].end]  # the value of a dictionary
        found.append(Argument(argument, name, start, end))
        position = literal.end
        index += 1
        if alone:
            break
    return found
