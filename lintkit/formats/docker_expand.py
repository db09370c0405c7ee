"""Variables in Dockerfile instructions: `$NAME`, `${NAME}`, `${NAME:-word}` and their kin, as BuildKit reads them.

The rules are those of https://docs.docker.com/reference/dockerfile/#environment-replacement and of the
package github.com/moby/buildkit/frontend/dockerfile/shell. One thing differs on purpose: a variable that is
not known stays as it is written, because a base image or a build argument may set it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

Lookup = Callable[[str], "str | None"]
"""The value of a variable, or None where it is not known."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_DEEPEST = 40


class ExpandError(ValueError):
    """A word that BuildKit would refuse, or one that grows beyond reason; the message never quotes it."""


@dataclass
class _Expansion:
    """One word while it is being expanded; `position` is how far it has been read."""

    word: str
    lookup: Lookup
    escape: str
    keep_quotes: bool
    limit: int
    position: int = 0
    written: int = 0
    run: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self.run = re.compile(f"[^'\"$}}{re.escape(self.escape)}]+")

    def add(self, parts: list[str], text: str) -> None:
        self.written += len(text)
        if self.written > self.limit:
            raise ExpandError("its variables expand to more text than any builder takes")
        parts.append(text)

    def until(self, stop: str, depth: int) -> str:
        """Read up to `stop` (which is consumed), or to the end where it is empty."""
        if depth > _DEEPEST:
            raise ExpandError("its variables are nested too deeply")
        parts: list[str] = []
        word = self.word
        while self.position < len(word):
            char = word[self.position]
            if stop and char == stop:
                self.position += 1
                return "".join(parts)
            if char == "'":
                self.add(parts, self.single_quoted())
            elif char == '"':
                self.add(parts, self.double_quoted(depth))
            elif char == "$":
                self.add(parts, self.variable(depth))
            elif char == self.escape:
                self.add(parts, word[self.position : self.position + 2][0 if self.keep_quotes else 1 :])
                self.position += 2
            else:
                found = self.run.match(word, self.position)
                text = char if found is None else found[0]
                self.add(parts, text)
                self.position += len(text)
        if stop:
            raise ExpandError("a `${` in it is not closed")
        return "".join(parts)

    def single_quoted(self) -> str:
        end = self.word.find("'", self.position + 1)
        if end < 0:
            raise ExpandError("a single quote in it is not closed")
        text = self.word[self.position : end + 1]
        self.position = end + 1
        return text if self.keep_quotes else text[1:-1]

    def double_quoted(self, depth: int) -> str:
        word = self.word
        parts = ['"'] if self.keep_quotes else []
        self.position += 1
        while self.position < len(word):
            char = word[self.position]
            if char == '"':
                self.position += 1
                return "".join([*parts, '"'] if self.keep_quotes else parts)
            if char == "$":
                self.add(parts, self.variable(depth))
            elif char == self.escape:
                pair = word[self.position : self.position + 2]
                escaped = not self.keep_quotes and pair[1:] in ('"', "$", self.escape)
                self.add(parts, pair[1:] if escaped else pair)
                self.position += 2
            else:
                found = self.run.match(word, self.position)
                text = char if found is None else found[0]
                self.add(parts, text)
                self.position += len(text)
        raise ExpandError("a double quote in it is not closed")

    def variable(self, depth: int) -> str:
        """Read what begins with the `$` at the position."""
        word, start = self.word, self.position
        braced = word.startswith("{", start + 1)
        name = _NAME.match(word, start + 1 + braced)
        if not braced:
            if name is None:
                self.position = start + 1
                return "$"
            self.position = name.end()
            value = self.lookup(name[0])
            return word[start : self.position] if value is None else value
        if name is None:
            raise ExpandError("a `${` in it has no name")
        self.position = name.end()
        operator = word[self.position : self.position + 1]
        if operator == "}":
            self.position += 1
            value = self.lookup(name[0])
            return word[start : self.position] if value is None else value
        colon = operator == ":"
        if colon:
            operator = word[self.position + 1 : self.position + 2]
        if operator in ("-", "+", "?") and operator:
            self.position += 1 + colon
            other = self.until("}", depth + 1)
            value = self.lookup(name[0])
            missing = value is None or (colon and value == "")
            if operator == "+":
                return "" if missing else other
            if missing:
                return other if operator == "-" else word[start : self.position]
            return value or ""
        if operator in ("#", "%", "/") and operator and not colon:
            # Cutting by patterns is rare; the text as written is all that is known then.
            self.position += 1
            self.until("}", depth + 1)
            return word[start : self.position]
        raise ExpandError("a `${` in it has an unknown operator")


def expand(
    word: str, lookup: Lookup, escape: str = "\\", *, keep_quotes: bool = False, limit: int = 65536
) -> str:
    """Replace the variables of `word` that are known; without `keep_quotes` also resolve its quotes and escapes.

    limit  how many characters may be written on the way
    Raises ExpandError for what BuildKit refuses: an open quote or brace, `${}`, an unknown operator.
    """
    if not any(char in word for char in ("$", "'", '"', escape)):
        return word
    return _Expansion(word, lookup, escape, keep_quotes, limit + len(word)).until("", 0)
