"""The one error that a bad configuration raises, and how its words are made safe to print."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST_NAME = 80


class ConfigError(Exception):
    """A configuration that lintkit cannot follow.

    message  one sentence: what is wrong and what to do; names keys and rules, never other values of the file
    path     the file, as the user would write it; empty when the command line is to blame
    line     from 1; 0 when no line is to blame
    """

    def __init__(self, message: str, path: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line

    def __reduce__(self) -> tuple[type[ConfigError], tuple[str, str, int]]:
        return type(self), (self.message, self.path, self.line)

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}: " if self.line else f"{self.path}: " if self.path else ""
        return place + self.message


def quoted(name: object) -> str:
    """`name` between backticks, cut and without control characters: a file may hold what a terminal obeys."""
    text = "".join(c if c.isprintable() else "?" for c in str(name))
    return f"`{text[:_LONGEST_NAME]}…`" if len(text) > _LONGEST_NAME else f"`{text}`"


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean ...?` with up to two known names close to `name`, or nothing when none is close."""
    matches = difflib.get_close_matches(name[:_LONGEST_NAME], sorted(known), n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(map(quoted, matches))}?" if matches else ""
