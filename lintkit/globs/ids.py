"""Patterns for ids of rules (`python/*`), and for names of tags and packs: `*` also crosses `/`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from lintkit.globs.index import WildcardIndex
from lintkit.globs.wildcard import Token, Wildcard


def id_matches(pattern: str, name: str) -> bool:
    """Whether `pattern` matches all of `name`: `*` any text, `?` and `[…]` one character, `[!…]` one of others."""
    wildcard = _compiled(pattern)
    return pattern == name if wildcard is None else wildcard.matches(name)


class IdPatterns:
    """Many such patterns at once."""

    __slots__ = ("_exact", "_index", "_wild", "_wildcards")

    def __init__(self, patterns: Iterable[str]) -> None:
        self._exact: dict[str, list[int]] = {}
        self._wild: list[int] = []
        self._wildcards: list[Wildcard] = []
        for position, pattern in enumerate(patterns):
            wildcard = _compiled(pattern)
            if wildcard is None:
                self._exact.setdefault(pattern, []).append(position)
            else:
                self._wild.append(position)
                self._wildcards.append(wildcard)
        self._index = WildcardIndex(self._wildcards)

    def matching(self, name: str) -> list[int]:
        """The positions of the patterns that match `name`, in no order."""
        candidates = self._index.candidates(name) if self._wild else ()
        wild = (self._wild[each] for each in candidates if self._wildcards[each].matches(name))
        return [*self._exact.get(name, ()), *wild]


@lru_cache(maxsize=16_384)
def _compiled(pattern: str) -> Wildcard | None:
    """The wildcards of a pattern; None for one that spells out a name."""
    if not any(char in pattern for char in "*?["):
        return None
    tokens: list[Token] = []
    position = 0
    while position < len(pattern):
        char = pattern[position]
        close = pattern.find("]", position + 2 + pattern.startswith("[!", position)) if char == "[" else -1
        if char == "*":
            tokens.append(Token("rest"))
        elif char == "?":
            tokens.append(Token("set", negated=True, slash=True))
        elif close > 0:
            tokens.append(_one_of(pattern[position + 1 : close]))
            position = close
        else:
            tokens.append(Token("text", char))
        position += 1
    return Wildcard(tuple(tokens))


def _one_of(inside: str) -> Token:
    negated = inside.startswith("!")
    inside = inside.removeprefix("!")
    ranges: list[tuple[str, str]] = []
    position = 0
    while position < len(inside):
        if inside[position + 1 : position + 2] == "-" and position + 2 < len(inside):
            ranges.append((inside[position], inside[position + 2]))
            position += 3
        else:
            ranges.append((inside[position], inside[position]))
            position += 1
    kept = tuple((low, high) for low, high in ranges if low <= high)
    return Token("set", ranges=kept, negated=negated, slash=True)
