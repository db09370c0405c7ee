"""The patterns of a `.dockerignore`, and what the builders of images leave out by them.

Patterns begin at the root of the build context, there is one file, and the last pattern that matches a path or one of
its folders decides. Source: the package github.com/moby/patternmatcher, which the builders use.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lintkit.budget import Budget
from lintkit.globs.index import MATCH_STEPS, WildcardIndex, spend
from lintkit.globs.wildcard import Token, Wildcard
from lintkit.source import BOM

_NONE = -1
"""The number of no pattern."""


@dataclass(frozen=True, slots=True)
class DockerPattern:
    """One pattern of a `.dockerignore`, cleaned; without `wildcard` it can never match."""

    negated: bool
    wildcard: Wildcard | None
    literal: str | None

    def matches(self, path: str) -> bool:
        """Whether the pattern matches exactly this path."""
        if self.literal is not None:
            return path == self.literal
        return self.wildcard is not None and self.wildcard.matches(path)


def docker_ignored(path: str, lines: Sequence[str]) -> bool:
    """Whether Docker leaves `path` (relative to the context, with `/`) out of the build context.

    lines  of the one `.dockerignore` in force; the last pattern that matches the path or a folder of it
    decides
    """
    return DockerMatcher(lines).ignores(path)


class DockerMatcher:
    """One `.dockerignore`; what it finds out about a folder is kept for all that lies inside.

    lines   the patterns in force
    budget  the comparisons that are left for all ignore files of one question

    Questions raise RuleLimitError where all of them together compare too many patterns with too many paths.
    """

    def __init__(self, lines: Sequence[str], budget: Budget | None = None) -> None:
        self._rules = _docker_index(tuple(lines))
        self._budget = Budget(MATCH_STEPS) if budget is None else budget
        self._folders: dict[str, int] = {"": _NONE}

    def ignores(self, path: str) -> bool:
        """Whether Docker leaves `path` out; see `docker_ignored`."""
        parts = path.strip("/").split("/")
        above = _NONE
        for count in range(1, len(parts)):
            folder = "/".join(parts[:count])
            if folder not in self._folders:
                self._folders[folder] = self._last(folder, above)
            above = self._folders[folder]
        return self._rules.ignores(self._last("/".join(parts), above))

    def _last(self, path: str, above: int) -> int:
        """The number of the last pattern that matches a path or one of its folders, given that of its folder.

        What matched a folder matches all inside, so that only what comes after it can change anything. A pattern that
        could change nothing is not even asked, so that a `!folder` counts only where something before it had ignored
        that folder itself.
        """
        last, ignored = above, self._rules.ignores(above)
        for number in self._rules.candidates(path, self._budget):
            pattern = self._rules.patterns[number]
            if number > last and pattern.negated == ignored and pattern.matches(path):
                last, ignored = number, not pattern.negated
        return last


class _DockerIndex:
    """The patterns of one ignore file, so that few have to be tried for a path."""

    def __init__(self, patterns: tuple[DockerPattern, ...]) -> None:
        self.patterns = patterns
        self._literals: dict[str, list[int]] = {}
        self._wild: list[int] = []
        wildcards: list[Wildcard] = []
        for number, pattern in enumerate(patterns):
            if pattern.literal is not None:
                self._literals.setdefault(pattern.literal, []).append(number)
            elif pattern.wildcard is not None:
                self._wild.append(number)
                wildcards.append(pattern.wildcard)
        self._index = WildcardIndex(wildcards)

    def candidates(self, path: str, budget: Budget) -> list[int]:
        """The numbers of the patterns that can match exactly this path, in order. Raises RuleLimitError."""
        found = [*self._literals.get(path, ()), *(self._wild[each] for each in self._index.candidates(path))]
        spend(budget, len(found))
        return sorted(found)

    def ignores(self, last: int) -> bool:
        """Whether a path is left out of which the pattern of that number decides."""
        return last != _NONE and not self.patterns[last].negated


@lru_cache(maxsize=64)
def _docker_index(lines: tuple[str, ...]) -> _DockerIndex:
    return _DockerIndex(compile_docker(lines))


@lru_cache(maxsize=512)
def compile_docker(lines: tuple[str, ...]) -> tuple[DockerPattern, ...]:
    """The patterns among the lines of a `.dockerignore`, in order; a line may still have its newline."""
    found = []
    for number, raw in enumerate(lines):
        line = raw.removeprefix(BOM) if number == 0 else raw
        if line.startswith("#"):
            continue
        cleaned = clean(line.strip())
        if not cleaned or cleaned == "!":
            continue
        # The builders clean it once more with its `!` in front, which turns `!../../a` into `a`.
        cleaned = posixpath.normpath(cleaned)
        negated = cleaned.startswith("!")
        pattern = cleaned[1:] if negated else cleaned
        if not any(char in pattern for char in "*?[\\"):
            found.append(DockerPattern(negated, None, pattern))
            continue
        tokens = tokens_of(pattern)
        found.append(DockerPattern(negated, None if tokens is None else Wildcard(tokens), None))
    return tuple(found)


def clean(text: str) -> str:
    """The pattern as the builders clean it: no `./`, no `/` at either end, `a/../b` folded; `!` is kept."""
    negated = text.startswith("!")
    pattern = text[1:].strip() if negated else text
    if pattern:
        pattern = posixpath.normpath(pattern)
        if len(pattern) > 1:
            pattern = pattern.lstrip("/") or "/"
    return "!" + pattern if negated else pattern


def tokens_of(pattern: str) -> tuple[Token, ...] | None:
    """The pattern as the builders' matcher reads it; None when it can never match."""
    tokens: list[Token] = []
    position, end = 0, len(pattern)
    while position < end:
        char = pattern[position]
        position += 1
        if pattern.startswith("**", position - 1):
            begins = position == 1
            position += 1
            slash = position < end and pattern[position] == "/"
            position += slash
            if position == end:
                tokens.append(Token("rest"))
            elif begins and not slash and not any(c in pattern[position:] for c in "*?[\\"):
                # `**name` with nothing else special is compared with the end of the path alone.
                tokens.append(Token("rest"))
            else:
                tokens.append(Token("folders"))
        elif char == "*":
            tokens.append(Token("star"))
        elif char == "?":
            tokens.append(Token("one"))
        elif char == "[":
            bracket = _bracket(pattern, position)
            if bracket is None:
                return None
            token, position = bracket
            tokens.append(token)
        elif char == "\\":
            # Before a letter or digit it becomes an escape of Go's regular expressions, which no name has.
            if position == end or pattern[position].isalnum():
                return None
            tokens.append(Token("text", pattern[position]))
            position += 1
        else:
            tokens.append(Token("text", char))
    return tuple(tokens)


@lru_cache(maxsize=256)
def copied_by(pattern: str) -> Wildcard:
    """What a source of `COPY` with wildcards matches: Go's `filepath.Match`, in which no wildcard crosses a `/`."""
    tokens: list[Token] = []
    position, end = 0, len(pattern)
    while position < end:
        char = pattern[position]
        position += 1
        bracket = _bracket(pattern, position) if char == "[" else None
        if char == "*" and not pattern.startswith("*", position):
            tokens.append(Token("star"))
        elif char == "?":
            tokens.append(Token("one"))
        elif bracket is not None:
            tokens.append(bracket[0])
            position = bracket[1]
        elif char == "\\" and position < end:
            tokens.append(Token("text", pattern[position]))
            position += 1
        elif char != "*":
            tokens.append(Token("text", char))
    return Wildcard(tuple(tokens))


def _bracket(pattern: str, position: int) -> tuple[Token, int] | None:
    """The set whose first character is at `position` and where it ends; None where it has no end."""
    negated = pattern[position : position + 1] == "^"
    position += negated
    ranges: list[tuple[str, str]] = []

    def character(at: int) -> tuple[str, int] | None:
        if pattern[at : at + 1] in ("", "-") or (ranges and pattern[at] == "]"):
            return None
        if pattern[at] == "\\":
            at += 1
        return (pattern[at], at + 1) if at < len(pattern) else None

    while pattern[position : position + 1] != "]" or not ranges:
        low = character(position)
        if low is None:
            return None
        high: tuple[str, int] | None = low
        if pattern[low[1] : low[1] + 1] == "-":
            high = character(low[1] + 1)
        if high is None or low[0] > high[0]:
            return None
        ranges.append((low[0], high[0]))
        position = high[1]
    return Token("set", ranges=tuple(ranges), negated=negated, slash=True), position + 1
