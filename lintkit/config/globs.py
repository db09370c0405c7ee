"""Path globs as git's ignore files read them: the one place that translates and matches them.

`tests/` is a folder of that name anywhere, `*.py` a name at any depth, `/deploy` stands at the top, `**`
crosses folders, a leading `!` takes back. pathspec is imported with the first glob that is matched.
"""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.files.patterns import compiled_globs

if TYPE_CHECKING:
    import pathspec


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that the globs of a configuration are relative to, as it lies to the root.

    above  the root seen from a folder above it, such as `services/api/`; empty for the root and below it
    below  a folder below the root, such as `services/api`; empty for the root and above it
    """

    above: str = ""
    below: str = ""

    def globs(self, patterns: Iterable[str]) -> tuple[str, ...]:
        """`patterns`, written in this folder, as patterns relative to the root."""
        if self.below:
            return tuple(lowered(pattern, self.below) for pattern in patterns)
        return tuple(relative for pattern in patterns for relative in rebased(pattern, self.above))


def matches(patterns: Sequence[str], path: str) -> bool:
    """Whether `patterns` match `path` (relative, `/` between its parts); the last match decides."""
    return bool(patterns) and _matches(tuple(patterns), path)


def lowered(pattern: str, folder: str) -> str:
    """`pattern`, written in `folder` below the root (`services/api`), as a pattern relative to the root."""
    sign, body = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    if not body.strip("/"):  # matches nothing, here as there
        return pattern
    above = re.sub(r"([\\*?\[\]!#])", r"\\\1", folder)
    if body.endswith("/") and set(body.strip("/").split("/")) == {
        "**"
    }:  # every folder; pathspec reads `a/**/` as `a/**`
        return f"{sign}/{above}/*/"
    if "/" not in body.rstrip("/"):
        above += "/**"
    return f"{sign}/{above}/{body.lstrip('/')}"


def rebased(pattern: str, prefix: str) -> tuple[str, ...]:
    """`pattern`, written in a folder above the root, as patterns relative to the root.

    prefix  the root seen from that folder: empty, or a path such as `services/api/`
    Returns several patterns where `**` may end before or within the prefix, and none where nothing can match.
    """
    sign, body = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    if not prefix:
        return (pattern,)
    parts = body.lstrip("/").split("/")
    if "/" not in body.rstrip("/"):  # a name at any depth; the folders above the root count, too
        here = any(fnmatch.fnmatchcase(part, parts[0]) for part in prefix.rstrip("/").split("/"))
        return (f"{sign}/**",) if here else (pattern,)
    if parts[-2:] == ["**", ""]:  # pathspec takes `a/**/` as `a/**`
        parts.pop()
    states = {tuple(parts)}
    for folder in prefix.rstrip("/").split("/"):
        states = {after for state in states for after in _within(state, folder)}
    return tuple(sorted(f"{sign}/{'/'.join(state)}" for state in states))


def _within(parts: tuple[str, ...], folder: str) -> set[tuple[str, ...]]:
    """What is left of a pattern below `folder`."""
    if parts[0] == "**":
        if not any(parts[1:]):  # every folder, this one included
            return {("**",)}
        return {parts} | _within(parts[1:], folder)
    if not fnmatch.fnmatchcase(folder, parts[0]):
        return set()
    return {parts[1:] if any(parts[1:]) else ("**",)}


@functools.lru_cache(maxsize=256)
def _compiled(patterns: tuple[str, ...]) -> pathspec.GitIgnoreSpec:
    return compiled_globs(patterns)


@functools.lru_cache(maxsize=16384)
def _matches(patterns: tuple[str, ...], path: str) -> bool:
    return _compiled(patterns).match_file(path)
