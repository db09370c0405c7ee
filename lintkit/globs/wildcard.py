"""Matching the wildcards of ignore files without backtracking for ever.

A pattern becomes a tuple of tokens. Most are matched by `re`; one with many wildcards, or a very long path,
is matched by following all positions at once, whose cost is pattern length times text length whatever is
written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["text", "one", "set", "star", "folders", "rest"]

_MANY_WILDCARDS = 2
_LONG_TEXT = 512


@dataclass(frozen=True, slots=True)
class Token:
    """One element of a pattern.

    text     the characters of `text` themselves
    one      a character that is not `/`
    set      a character of `ranges` (not of them when `negated`); `/` only where `slash` allows it
    star     any number of characters that are not `/`
    folders  nothing, or anything that ends in `/`
    rest     anything
    """

    kind: TokenKind
    text: str = ""
    ranges: tuple[tuple[str, str], ...] = ()
    negated: bool = False
    slash: bool = False

    def accepts(self, char: str) -> bool:
        """Whether a token for exactly one character accepts this one."""
        if self.kind == "one":
            return char != "/"
        if self.kind == "set":
            if char == "/" and not self.slash:
                return False
            return any(low <= char <= high for low, high in self.ranges) != self.negated
        return char == self.text

    def expression(self) -> str:
        """The token as a regular expression."""
        if self.kind == "text":
            return re.escape(self.text)
        if self.kind == "one":
            return "[^/]"
        if self.kind == "star":
            return "[^/]*"
        if self.kind == "folders":
            return "(?:.*/)?"
        if self.kind == "rest":
            return ".*"
        ranges = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in self.ranges if low <= high)
        guard = "" if self.slash else "(?!/)"
        if not ranges:
            return guard + "." if self.negated else "(?!)"
        return f"{guard}[{'^' if self.negated else ''}{ranges}]"


class Wildcard:
    """A pattern that is compiled when it is first asked: of a long ignore file most lines never are."""

    __slots__ = ("_expression", "tokens")

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens
        self._expression: re.Pattern[str] | None = None

    @property
    def expression(self) -> re.Pattern[str] | None:
        """The pattern for `re`; None where only the slow way is safe. A wildcard at the very end costs nothing."""
        if self._expression is None:
            repeats = sum(token.kind in ("star", "folders", "rest") for token in self.tokens[:-1])
            if repeats > _MANY_WILDCARDS:
                return None
            source = "".join(token.expression() for token in self.tokens)
            self._expression = re.compile(source, re.DOTALL)
        return self._expression

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` matches."""
        expression = self.expression
        if expression is not None and len(text) <= _LONG_TEXT:
            return expression.fullmatch(text) is not None
        return follow(self.tokens, text)


def follow(tokens: tuple[Token, ...], text: str) -> bool:
    """Match by keeping the set of all positions in the pattern that the text so far can have reached."""
    steps = [
        Token("text", char) if token.kind == "text" else token
        for token in tokens
        for char in (token.text if token.kind == "text" else " ")
    ]
    # A position `i` means that steps[i] comes next; `-i - 1` that steps[i] is `folders` and has consumed.
    positions = _closure({0}, steps)
    for char in text:
        reached: set[int] = set()
        for position in positions:
            if position < 0:
                reached.add(position)
                if char == "/":
                    reached.add(-position)
                continue
            if position == len(steps):
                continue
            step = steps[position]
            if step.kind == "rest" or (step.kind == "star" and char != "/"):
                reached.add(position)
            elif step.kind == "folders":
                reached.add(-position - 1)
                if char == "/":
                    reached.add(position + 1)
            elif step.kind != "star" and step.accepts(char):
                reached.add(position + 1)
        if not reached:
            return False
        positions = _closure(reached, steps)
    return len(steps) in positions


def _closure(positions: set[int], steps: list[Token]) -> set[int]:
    """The positions themselves and those behind wildcards that may match nothing."""
    complete = set(positions)
    for position in positions:
        following = position
        while 0 <= following < len(steps) and steps[following].kind in ("star", "folders", "rest"):
            following += 1
            if following in complete:
                break
            complete.add(following)
    return complete
